"""One cause, one alert, to the right person."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from routing import services, tasks
from routing.alerts import Content, make_alerts, raise_alert
from routing.models import Alert, Qualification, StateChange
from routing.models.alert import AlertKind, Severity
from routing.models.qualification import Review, State
from rubrics.models import Publication
from tests.factories.routing import (
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
    make_pql,
    rep_of,
)
from tests.factories.rubrics import AT, ScoreChangeFactory, make_version

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=1)


def make_all() -> list[Alert]:
    while make_alerts(at=LATER, limit=100):
        pass
    return list(Alert.objects.order_by("pk"))


def test_a_new_pql_is_told_its_rep_once() -> None:
    rep = RepFactory.create()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)

    assert make_alerts(at=LATER, limit=10) == 2
    assert make_alerts(at=LATER, limit=10) == 0

    alert = Alert.objects.get()
    pql = Qualification.objects.get()
    assert (alert.user, alert.kind) == (rep.user, AlertKind.NEW_PQL)
    assert (alert.qualification, alert.lead) == (pql, pql.lead)
    assert (alert.created_at, alert.due_at, alert.delivered_at) == (LATER, LATER, None)
    assert alert.title == f"New PQL: {pql.lead}, VP Sales, {pql.lead.account}"
    assert not StateChange.objects.unannounced().exists()


def test_its_content_says_who_why_and_what_to_write() -> None:
    RepFactory.create(user__first_name="Robin")
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    (alert,) = make_all()
    content = Content.from_json(alert.content)
    assert content.numbers == "92 of 150 (fit 32 of 50, behavior 60 of 100)"
    assert [reason.points for reason in content.reasons] == [60, 22, 10]
    assert content.path == f"/leads/{alert.lead_id}/"
    change = StateChange.objects.get(to_state=State.ASSIGNED)
    assert content.message == f"Assigned to you. {change.reason}."
    assert "Robin" in content.suggested_message


def test_pqls_of_a_version_going_live_are_no_alerts() -> None:
    version = make_version()
    publication = Publication.objects.create(
        kind="publish", product=version.rubric.product, version=version, state="done",
        started_at=AT, finished_at=AT, flipped_at=AT,
    )  # fmt: skip
    RepFactory.create()
    ScoreChangeFactory.create(publication=publication)
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.exists()
    assert make_all() == []


def test_what_a_rep_does_themselves_is_no_news() -> None:
    pql = make_pql(rep=None)
    rep = RepFactory.create()
    services.accept(pql, by=rep.user, at=AT)
    services.mark_contacted(pql, by=rep.user, at=AT)
    assert make_all() == []


def test_a_manager_gives_it_to_somebody_who_is_told() -> None:
    pql = make_pql()
    other = RepFactory.create()
    services.assign(pql, rep=other, by=make_manager(), at=AT)
    (alert,) = make_all()
    assert (alert.user, alert.kind) == (other.user, AlertKind.HANDED_PQL)
    assert Content.from_json(alert.content).message == f"Yours now. Given to {other}."


def test_passed_on_twice_only_the_last_is_told() -> None:
    pql = make_pql()
    first, second = RepFactory.create_batch(2)
    services.assign(pql, rep=first, by=None, at=AT)
    services.assign(pql, rep=second, by=None, at=AT)
    assert [alert.user for alert in make_all()] == [second.user]


def test_closed_before_it_was_told_needs_nobody() -> None:
    pql = make_pql()
    rep = RepFactory.create()
    services.assign(pql, rep=rep, by=None, at=AT)
    services.reject(pql, by=make_manager(), at=AT, reason="no_intent")
    assert make_all() == []


def test_the_end_of_a_snooze_is_told_but_not_to_who_woke_it() -> None:
    asleep, woken = make_pql(), make_pql()
    for pql in (asleep, woken):
        services.snooze(pql, by=rep_of(pql).user, at=AT, until=LATER)
    services.unsnooze(woken, by=rep_of(woken).user, at=AT)
    services.wake_snoozed(at=LATER, limit=10)
    (alert,) = make_all()
    assert (alert.qualification, alert.kind) == (asleep, AlertKind.WOKEN_PQL)


def test_a_pql_nobody_could_take_is_urgent_to_managers() -> None:
    manager = UserFactory.create()
    TeamFactory.create(manager=manager)
    RepFactory.create(is_available=False)
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    (alert,) = make_all()
    assert (alert.user, alert.kind, alert.severity) == (
        manager,
        AlertKind.UNASSIGNED_PQL,
        Severity.URGENT,
    )
    assert (
        "Nobody it is for can take it now: 1 rep off." in Content.from_json(alert.content).message
    )


@pytest.mark.parametrize("role", ["sees all", "superuser"])
def test_without_team_managers_somebody_is_told_all_the_same(role: str) -> None:
    told = make_manager() if role == "sees all" else UserFactory.create(is_superuser=True)
    UserFactory.create()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    assert [alert.user for alert in make_all()] == [told]


def test_dealt_after_a_wait_the_rep_is_told() -> None:
    make_manager()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    make_all()
    rep = RepFactory.create()
    services.deal_waiting(at=AT, limit=10)
    assert [alert.user for alert in make_all()][1:] == [rep.user]


def test_nobody_is_told_who_left() -> None:
    pql = make_pql()
    services.assign(pql, rep=RepFactory.create(), by=None, at=AT)
    pql.refresh_from_db()
    user = rep_of(pql).user
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert make_all() == []


def test_killed_before_the_commit_it_is_made_once_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    RepFactory.create()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)

    def die(*args: object, **kwargs: object) -> int:
        assert Alert.objects.exists()
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(type(StateChange.objects.all()), "update", die)
        with pytest.raises(SystemExit):
            make_alerts(at=AT, limit=10)
    assert not Alert.objects.exists()
    assert len(make_all()) == 1


def test_announced_twice_by_mistake_it_is_still_one_alert() -> None:
    RepFactory.create()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    make_all()
    StateChange.objects.update(announced_at=None)
    assert len(make_all()) == 1


@pytest.mark.django_db(transaction=True)
def test_made_at_once_by_many_every_pql_has_one() -> None:
    RepFactory.create_batch(3)
    ScoreChangeFactory.create_batch(30)
    services.open_qualifications(at=AT, limit=100)

    def work(_: int) -> int:
        try:
            return sum(make_alerts(at=LATER, limit=4) for _ in range(12))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        looked_at = sum(pool.map(work, range(4)))
    assert looked_at == 60
    told = Counter(Alert.objects.values_list("qualification_id", flat=True))
    assert set(told.values()) == {1}
    assert len(told) == 30


def raising(**changes: Any) -> Alert:
    pql = changes.pop("pql", None) or make_pql()
    values: dict[str, Any] = {
        "key": "cause",
        "kind": AlertKind.PLAY,
        "severity": Severity.HIGH,
        "user": rep_of(pql).user,
        "lead": pql.lead,
        "qualification": pql,
        "at": AT,
    }
    return raise_alert(**values | changes)


def test_raise_alert_once_a_key() -> None:
    first = raising(message="The limit was hit.")
    again = raising(message="Something else.")
    assert again == first
    assert Content.from_json(Alert.objects.get().content).message == "The limit was hit."


def test_raise_alert_has_a_title_of_one_line() -> None:
    alert = raising(title="Limit hit\r\nBcc: all@example.com\u202e")
    assert alert.title == "Limit hit Bcc: all@example.com"


@pytest.mark.parametrize(
    ("behavior", "severity"),
    [(69, Severity.URGENT), (60, Severity.HIGH), (20, Severity.NORMAL)],
)
def test_raise_alert_leaves_the_severity_to_the_rules(behavior: int, severity: int) -> None:
    pql = make_pql(fit=32, behavior=behavior)
    assert raising(pql=pql, severity=None).severity == severity


def test_raise_alert_of_a_lead_without_score_and_pql() -> None:
    pql = make_pql()
    pql.lead.scores.all().delete()
    alert = raising(pql=pql, qualification=None, severity=None)
    content = Content.from_json(alert.content)
    assert (content.scores, content.reasons, content.suggested_message) == (None, (), "")
    assert alert.severity == Severity.LOW


def test_a_pql_whose_score_is_gone_tells_what_it_was() -> None:
    pql = make_pql(
        breakdown=[
            {"key": "size", "axis": "fit", "label": "Size", "points": 32, "reason": "120 people"},
            {"key": "use", "axis": "behavior", "label": "Use", "points": 60, "reason": ""},
        ]
    )
    pql.lead.scores.all().delete()
    content = Content.from_json(raising(pql=pql).content)
    assert content.numbers.startswith("92 of 150")
    assert [reason.text for reason in content.reasons] == ["Use", "120 people"]


def test_the_task_makes_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    RepFactory.create()
    ScoreChangeFactory.create_batch(3)
    services.open_qualifications(at=AT, limit=10)
    tasks.make_alerts()
    assert Alert.objects.count() == 3
    assert not Qualification.objects.exclude(state=State.ASSIGNED).exists()


def test_acting_on_a_pql_reads_what_was_told_about_it_before() -> None:
    RepFactory.create_batch(2)
    ScoreChangeFactory.create_batch(2)
    services.open_qualifications(at=AT, limit=10)
    acted, waits = make_all()
    assert acted.qualification is not None
    services.accept(acted.qualification, by=acted.user, at=LATER)
    make_all()
    assert [alert.read_at for alert in (Alert.objects.order_by("pk"))] == [LATER, None]
    assert waits.user != acted.user


def test_a_pql_that_waits_for_its_review_is_no_news_yet() -> None:
    make_manager()
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    Qualification.objects.update(review=Review.WAITING)
    assert make_all() == []
