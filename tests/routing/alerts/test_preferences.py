"""Whose choice counts, and what follows from it."""

from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from routing.alerts import claim_messages, raise_alert
from routing.alerts.preferences import (
    kinds_for,
    manner_of,
    preference_of,
    save_preference,
)
from routing.models import Alert, AlertPreference, Rep, SeverityRule
from routing.models.alert import AlertKind, Channel, Severity
from routing.models.alert_preference import NEVER, QuietHours, Rhythm
from routing.viewers import Viewer
from tests.factories.routing import RepFactory, UserFactory, make_pql, rep_of
from tests.factories.rubrics import ProductFactory

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, 20, tzinfo=UTC)  # a Tuesday
EVENING = NOON + timedelta(hours=8)


OF_REPS = {
    "new_pql", "handed_pql", "woken_pql", "sla_reminder", "sla_breach", "task", "task_due", "play",
}  # fmt: skip

OF_MANAGERS = {"unassigned_pql", "sla_breach", "task", "task_due", "play"}


@pytest.mark.parametrize(
    ("who", "kinds"),
    [
        pytest.param({"rep_id": 1}, OF_REPS, id="a rep"),
        pytest.param({"rep_id": 1, "in_pilot": True}, OF_REPS | {"pilot"}, id="a pilot's rep"),
        pytest.param({"rep_id": 1, "may_review": True}, OF_REPS | {"review"}, id="an SDR"),
        pytest.param({"may_review": True}, {"review", "sla_reminder"}, id="a reviewer"),
        pytest.param({"sees_all": True}, OF_MANAGERS, id="sees all"),
        pytest.param({"managed": (1,)}, OF_MANAGERS | {"team_summary"}, id="a team's manager"),
        pytest.param({}, set(), id="looks on"),
    ],
)  # fmt: skip
def test_kinds_are_those_one_can_be_told(who: dict[str, Any], kinds: set[str]) -> None:
    nobody: dict[str, Any] = dict.fromkeys(("rep_id", "team_id"))
    nobody |= {"user_id": 1, "sees_all": False, "may_work": True, "sees_leads": True}
    assert set(kinds_for(Viewer(**nobody | who))) == kinds


def prefer(user: User, **choices: object) -> AlertPreference:
    return AlertPreference.objects.create(user=user, **choices)


def alert_at(at: datetime, rep: Rep, key: str = "k", **changes: object) -> Alert:
    pql = make_pql(rep=rep)
    values = {"kind": AlertKind.PLAY, "severity": Severity.NORMAL} | changes
    return raise_alert(
        key=key,
        user=rep.user,
        lead=pql.lead,
        qualification=pql,
        at=at,
        **values,  # type: ignore[arg-type]  # values of several kinds
    )


def test_own_choice_before_the_teams_before_the_defaults() -> None:
    rep = RepFactory.create()
    assert preference_of(rep.user).pk is None
    teams = AlertPreference.objects.create(team=rep.team, rhythm=Rhythm.DAILY)
    assert preference_of(rep.user) == teams
    own = prefer(rep.user)
    assert preference_of(rep.user) == own
    assert preference_of(UserFactory.create()).pk is None


def test_by_default_everything_comes_at_once_and_mail_brings_what_presses() -> None:
    rep = RepFactory.create()
    normal = alert_at(EVENING, rep)
    assert (normal.due_at, normal.channels) == (EVENING, [Channel.SLACK])
    high = alert_at(EVENING, rep, "k2", severity=Severity.HIGH)
    assert high.channels == [Channel.SLACK, Channel.EMAIL]


def test_channels_by_severity() -> None:
    rep = RepFactory.create()
    prefer(rep.user, slack_from=NEVER, email_from=Severity.URGENT)
    assert alert_at(NOON, rep).channels == []
    assert alert_at(NOON, rep, "k2", severity=Severity.URGENT).channels == [Channel.EMAIL]


@pytest.mark.parametrize(
    "choices",
    [{"muted_until": NOON + timedelta(minutes=1)}, {"muted_kinds": [AlertKind.PLAY]}],
    ids=["muted for now", "this kind muted"],
)
def test_muted_it_stays_in_the_inbox(choices: dict[str, object]) -> None:
    rep = RepFactory.create()
    prefer(rep.user, **choices)
    alert = alert_at(NOON, rep, severity=Severity.URGENT)
    assert (alert.channels, alert.due_at) == ([], NOON)


def test_muted_no_more() -> None:
    rep = RepFactory.create()
    prefer(rep.user, muted_until=NOON, muted_kinds=[AlertKind.PILOT])
    assert alert_at(NOON, rep).channels == [Channel.SLACK]


def test_quiet_off_work_goes_by_the_reps_hours_and_clock() -> None:
    rep = RepFactory.create(time_zone="America/New_York")
    prefer(rep.user, quiet_hours=QuietHours.OFF_WORK)
    # 8:20 in New York: work begins at 9.
    assert alert_at(NOON, rep).due_at == datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert alert_at(NOON, rep, "k2", severity=Severity.URGENT).due_at == NOON


def test_own_quiet_hours_on_the_chosen_clock() -> None:
    rep = RepFactory.create(time_zone="UTC")
    prefer(rep.user, quiet_hours=QuietHours.OWN, time_zone="Asia/Kathmandu")
    assert manner_of(rep.user).zone.key == "Asia/Kathmandu"
    # 18:05 there is no quiet hour yet, an hour later is.
    assert alert_at(NOON, rep).due_at == NOON
    later = NOON + timedelta(hours=1)
    assert alert_at(later, rep, "k2").due_at == datetime(2026, 3, 11, 2, 15, tzinfo=UTC)


def test_who_is_no_rep_has_no_working_hours() -> None:
    user = UserFactory.create()
    prefer(user, quiet_hours=QuietHours.OFF_WORK)
    assert manner_of(user).due_at(EVENING, Severity.NORMAL) == EVENING


def test_a_digest_is_one_message() -> None:
    rep = RepFactory.create()
    prefer(rep.user, rhythm=Rhythm.HOURLY)
    alerts = [alert_at(NOON + timedelta(minutes=n), rep, f"k{n}") for n in range(3)]
    one = datetime(2026, 3, 10, 13, tzinfo=UTC)
    assert {alert.due_at for alert in alerts} == {one}
    (message,) = claim_messages(at=one, limit=10)
    assert message.alerts == tuple(alerts)


def test_saving_puts_off_anew_what_still_waits() -> None:
    rep, other = RepFactory.create_batch(2)
    for one in (rep, other):
        prefer(one.user, rhythm=Rhythm.DAILY)
    alerts = [alert_at(NOON, rep, "a"), alert_at(NOON, rep, "b"), alert_at(NOON, other, "c")]
    tomorrow = alerts[0].due_at

    own = preference_of(rep.user)
    own.rhythm, own.slack_from = Rhythm.AT_ONCE, NEVER
    save_preference(own, at=EVENING)

    assert [alert.due_at for alert in Alert.objects.order_by("key")] == [
        EVENING,
        EVENING,
        tomorrow,
    ]
    assert Alert.objects.get(key="a").channels == []
    (message,) = claim_messages(at=EVENING, limit=10)
    assert message.is_digest


def test_saving_for_a_team_concerns_who_has_not_chosen() -> None:
    rep, chose = RepFactory.create_batch(2)
    teams = AlertPreference.objects.create(team=rep.team, rhythm=Rhythm.DAILY)
    prefer(chose.user, rhythm=Rhythm.DAILY)
    follows, stays = alert_at(NOON, rep, "a"), alert_at(NOON, chose, "b")
    teams.rhythm = Rhythm.AT_ONCE
    save_preference(teams, at=EVENING)
    follows.refresh_from_db()
    stays.refresh_from_db()
    assert (follows.due_at, stays.due_at > EVENING) == (EVENING, True)


def test_rules_of_a_product_go_before_everybodys() -> None:
    SeverityRule.objects.all().delete()
    pql = make_pql(fit=32, behavior=60)
    rep = rep_of(pql)
    SeverityRule.objects.create(severity=Severity.URGENT, at_least=90)
    assert alert_at(NOON, rep, "a", severity=None).severity == Severity.URGENT
    SeverityRule.objects.create(severity=Severity.NORMAL, at_least=90, product=pql.product)
    assert alert_at(NOON, rep, "b", severity=None).severity == Severity.NORMAL
    SeverityRule.objects.filter(product=None).delete()
    SeverityRule.objects.create(
        severity=Severity.HIGH, at_least=1, product=ProductFactory.create(key="other")
    )
    assert alert_at(NOON, rep, "c", severity=None).severity == Severity.NORMAL


def test_the_sources_rules_are_there_to_begin_with() -> None:
    SeverityRule.objects.all().delete()
    migration = import_module("routing.migrations.0015_alert_preferences")
    with connection.schema_editor() as editor:
        migration.make_rules(apps, editor)
    rules = SeverityRule.objects.in_order()
    assert [str(rule) for rule in rules] == [
        "Urgent: total of 101 or more",
        "Urgent: tier 1",
        "High: total of 61 or more",
        "Normal: total of 31 or more",
    ]


def test_a_rule_has_to_ask_something() -> None:
    with pytest.raises(ValidationError, match="Give a total"):
        SeverityRule(severity=Severity.HIGH).clean()


@pytest.mark.parametrize(
    "values", [{}, {"quiet_hours": "own", "quiet_from": time(8), "quiet_until": time(8)}]
)
def test_the_database_refuses_what_makes_no_sense(values: dict[str, object]) -> None:
    user = UserFactory.create() if values else None
    with pytest.raises(IntegrityError):
        AlertPreference.objects.create(user=user, **values)
