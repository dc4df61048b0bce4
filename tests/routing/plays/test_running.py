"""What was found is acted on once, and what was done is told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from leads.models import Lead, LeadChange
from routing import plays
from routing.models import Alert, Draft, LeadStage, LeadTag, OwedEvent, PlayRun, Task
from routing.models.alert import Severity
from routing.models.lead_mark import Stage
from routing.models.qualification import State
from routing.models.task import Priority
from routing.plays.actions import ACTIONS
from routing.plays.destinations import DESTINATIONS, NamedDestination
from routing.plays.running import MAX_ATTEMPTS
from tests.factories.routing import RepFactory, UserFactory, make_pql
from tests.factories.rubrics import AT, LeadFactory
from tests.routing.plays.makers import (
    TAG,
    change_score,
    hit,
    make_play,
    make_score,
    outcomes,
    run,
)

pytestmark = pytest.mark.django_db

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
LIMIT = {"signals": ["limit"]}
TASK = {"kind": "task", "title": "Call {first_name}", "note": "", "priority": 3, "hours": 4}


def test_conditions_that_do_not_hold_are_told() -> None:
    conditions = [
        {"field": "total", "op": "at_least", "value": 20},
        {"field": "country", "op": "is", "value": "DE"},
    ]
    play = make_play("signal_hit", params=LIMIT, conditions=conditions)
    hit(make_score(50).lead, "limit", at=AT + MINUTE)
    run(AT + 2 * MINUTE)
    left_out = play.runs.get()
    assert (left_out.state, left_out.skipped_for) == ("skipped", "conditions")
    assert [one["holds"] for one in left_out.checked] == [True, False]
    assert left_out.checked[0]["words"] == "Total is at least 20: it is 50"
    assert not LeadTag.objects.exists()


def test_limit_leaves_a_lead_alone_for_its_days() -> None:
    play = make_play("signal_hit", params=LIMIT, limit_days=7)
    lead, other = make_score().lead, make_score().lead
    hit(lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    hit(lead, "limit", at=AT + MINUTE + 7 * DAY - timedelta(seconds=1))
    run(AT + MINUTE + 7 * DAY)
    hit(lead, "limit", at=AT + MINUTE + 7 * DAY)
    hit(other, "limit", at=AT + MINUTE + 7 * DAY)
    run(AT + MINUTE + 7 * DAY)
    assert outcomes(play) == [("fired", ""), ("skipped", "limit"), ("fired", ""), ("fired", "")]


def test_limit_counts_within_one_batch_too() -> None:
    play = make_play("signal_hit", params=LIMIT, limit_days=7)
    lead = make_score().lead
    for minutes in (3, 1, 2):
        hit(lead, "limit", at=AT + minutes * MINUTE)
    run(AT + 5 * MINUTE)
    fired = play.runs.fired().get()
    assert fired.occurred_at == AT + MINUTE
    assert play.runs.filter(skipped_for="limit").count() == 2


def test_switched_off_meanwhile_does_nothing() -> None:
    play = make_play("signal_hit", params=LIMIT)
    hit(make_score().lead, "limit", at=AT + 3 * MINUTE)
    run(AT + MINUTE)
    plays.turn_off(play, by=None, at=AT + 2 * MINUTE)
    run(AT + 4 * MINUTE)
    assert outcomes(play) == [("skipped", "off")]


def test_a_cause_waits_until_its_lead_is_scored() -> None:
    play = make_play("ready", params={"signals": ["limit"], "at_least": 51, "days": 14})
    score = make_score(40)
    hit(score.lead, "limit", at=AT + MINUTE)
    LeadChange.objects.create(lead=score.lead, changed_at=AT + MINUTE)
    run(AT + MINUTE)
    assert outcomes(play) == [("waiting", "")]
    change_score(score, 70, at=AT + MINUTE)
    LeadChange.objects.all().delete()
    run(AT + MINUTE)
    assert ("fired", "") in outcomes(play)


@pytest.mark.parametrize(
    ("attempts", "seconds", "state"),
    [
        pytest.param(0, 59, "waiting", id="waits for a minute"),
        pytest.param(0, 60, "fired", id="a lead that never rests is judged as it is"),
        pytest.param(8, 0, "fired", id="a lead that cannot be scored holds nothing up"),
    ],
)
def test_a_cause_waits_for_a_score_so_long(attempts: int, seconds: int, state: str) -> None:
    play = make_play("signal_hit", params=LIMIT)
    lead = make_score().lead
    hit(lead, "limit", at=AT + MINUTE)
    LeadChange.objects.create(lead=lead, changed_at=AT, attempts=attempts)
    run(AT + MINUTE)
    run(AT + MINUTE + timedelta(seconds=seconds))
    assert outcomes(play) == [(state, "")]


def test_task_goes_to_whoever_works_the_pql_in_their_working_hours() -> None:
    rep = RepFactory.create()
    pql = make_pql(rep=rep, lead__name="Ada King")
    play = make_play("signal_hit", params=LIMIT, actions=[TASK], name="Upgrade")
    hit(pql.lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    task = Task.objects.get()
    assert (task.title, task.qualification, task.rep, task.owner) == ("Call Ada", pql, None, rep)
    assert (task.priority, task.run) == (Priority.HIGH, play.runs.get())
    assert task.due_at > AT
    assert rep.hours().working_between(AT + MINUTE, task.due_at) == timedelta(hours=4)
    assert play.runs.get().did == [f"Task “Call Ada” for {rep}"]


def test_task_without_a_pql_goes_to_who_worked_the_lead_last_or_nobody() -> None:
    rep = RepFactory.create()
    won = make_pql(rep=rep, state=State.WON, closed_at=AT)
    make_play("signal_hit", params=LIMIT, actions=[TASK])
    hit(won.lead, "limit", at=AT + MINUTE)
    unknown = make_score().lead
    hit(unknown, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    tasks = {task.lead_id: task for task in Task.objects.to_do()}
    assert (tasks[won.lead_id].rep, tasks[won.lead_id].qualification) == (rep, None)
    assert tasks[unknown.pk].owner is None


@pytest.mark.parametrize(
    ("before", "may_go_back", "after"),
    [
        pytest.param(None, False, Stage.PQL, id="the first"),
        pytest.param(Stage.LEAD, False, Stage.PQL, id="forward"),
        pytest.param(Stage.PQL, False, Stage.PQL, id="there already"),
        pytest.param(Stage.CUSTOMER, False, Stage.CUSTOMER, id="never back"),
        pytest.param(Stage.CUSTOMER, True, Stage.PQL, id="back where it may"),
    ],
)
def test_stage_goes_forward_only(before: Stage | None, may_go_back: bool, after: Stage) -> None:
    lead = make_score().lead
    if before:
        LeadStage.objects.create(lead=lead, stage=before, since=AT)
    action = {"kind": "stage", "stage": Stage.PQL, "may_go_back": may_go_back}
    play = make_play("signal_hit", params=LIMIT, actions=[action])
    hit(lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    assert LeadStage.objects.current([lead.pk]) == {lead.pk: after}
    is_new = before != after
    assert LeadStage.objects.filter(run=play.runs.get()).exists() == is_new


def test_tag_is_put_once() -> None:
    play = make_play("signal_hit", params=LIMIT, limit_days=None)
    lead = make_score().lead
    for minutes in (1, 2):
        hit(lead, "limit", at=AT + minutes * MINUTE)
    run(AT + 5 * MINUTE)
    assert LeadTag.objects.get().name == "hot"
    assert [one.did for one in play.runs.order_by("occurred_at")] == [
        ["Tag “hot”"],
        ["Tag “hot” was there already"],
    ]


@pytest.mark.parametrize("to", ["rep", "manager"])
def test_alert_tells_the_rep_or_their_manager(to: str) -> None:
    rep = RepFactory.create(team__manager=UserFactory.create())
    pql = make_pql(rep=rep, lead__name="Ada King")
    action = {"kind": "alert", "to": to, "text": "{first_name} hit a limit"}
    make_play(
        "signal_hit", params=LIMIT, actions=[action], severity=Severity.URGENT, name="Upgrade"
    )
    hit(pql.lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    alert = Alert.objects.get(kind="play")
    assert alert.user == (rep.user if to == "rep" else rep.team.manager)
    assert (alert.title, alert.severity) == ("Upgrade: Ada King", Severity.URGENT)
    assert alert.qualification == pql
    assert "Ada hit a limit" in str(alert.content)


def test_draft_is_written_and_filled_in() -> None:
    pql = make_pql(rep=RepFactory.create(user__first_name="Maya"), lead__name="Ada King")
    action = {
        "kind": "draft",
        "subject": "{product} limits",
        "text": "Hi {first_name}, you {last_action}. {rep_first_name}",
    }
    make_play("signal_hit", params=LIMIT, actions=[action])
    hit(pql.lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    draft = Draft.objects.get()
    assert (draft.subject, draft.text) == ("Suite limits", "Hi Ada, you limit. Maya")
    assert (draft.qualification, draft.used_at) == (pql, None)
    assert plays.suggested_message(pql) == draft.text


def test_alert_suggests_what_the_same_play_wrote() -> None:
    pql = make_pql(rep=RepFactory.create())
    alert = {"kind": "alert", "to": "rep", "text": "Now"}
    draft = {"kind": "draft", "subject": "Hello", "text": "Hi {first_name}, from the play"}
    make_play("signal_hit", params=LIMIT, actions=[alert, draft])
    hit(pql.lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    assert Alert.objects.get().content["suggested_message"] == Draft.objects.get().text


CRM = NamedDestination("crm", "CRM", is_webhook=True, is_on=True, takes_plays=True)


@pytest.mark.parametrize("named", ["crm", ""], ids=["off", "all of none"])
def test_webhook_that_cannot_be_told_is_said_so(
    named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DESTINATIONS, "_look_up", lambda: [CRM])
    play = make_play(
        "signal_hit", params=LIMIT, actions=[{"kind": "webhook", "destination": named}]
    )
    monkeypatch.setattr(DESTINATIONS, "_look_up", lambda: [replace(CRM, is_on=False)])
    hit(make_score().lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    (did,) = play.runs.get().did
    assert did.startswith("Nothing told: ")
    assert not OwedEvent.objects.exists()


def test_webhook_is_owed_with_what_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DESTINATIONS, "_look_up", lambda: [CRM])
    pql = make_pql(rep=RepFactory.create())
    action = {"kind": "webhook", "destination": "crm"}
    play = make_play("signal_hit", params=LIMIT, actions=[action], severity=Severity.URGENT)
    hit(pql.lead, "limit", at=AT + MINUTE, event_id=-77)
    run(AT + MINUTE)
    owed = OwedEvent.objects.undelivered().get()
    assert (owed.kind, owed.destination_key, owed.lead) == ("play.fired", "crm", pql.lead)
    assert owed.content["play"] == {"id": play.pk, "name": play.name, "severity": "urgent"}
    assert owed.content["cause"] == "event:-77"
    assert owed.content["score"] == {"fit": 32, "behavior": 60, "total": 92, "band": None}
    assert owed.content["pql"] == {"id": pql.pk, "state": "assigned"}


def test_an_error_undoes_the_whole_run_is_tried_again_and_told_in_the_end() -> None:
    play = make_play("signal_hit", params=LIMIT, actions=[TASK, TAG])
    hit(make_score().lead, "limit", at=AT + MINUTE)
    sound = make_play("signal_hit", params=LIMIT)
    at = AT + MINUTE
    with patch.object(type(ACTIONS["tag"]), "do", side_effect=[ValueError, "Tag"]):
        run(at)
    assert outcomes(play) == [("waiting", "")]
    assert outcomes(sound) == [("fired", "")]
    assert not Task.objects.exists()
    with patch.object(type(ACTIONS["tag"]), "do", side_effect=ValueError):
        for _ in range(MAX_ATTEMPTS):
            at += timedelta(hours=1)
            run(at)
    assert outcomes(play) == [("failed", "")]
    assert not Task.objects.exists()


def test_runs_and_what_they_made_follow_a_merge() -> None:
    play = make_play("signal_hit", params=LIMIT, actions=[TASK, TAG])
    lost, kept = make_score().lead, LeadFactory.create()
    hit(lost, "limit", at=AT + MINUTE)
    run(AT + MINUTE)
    LeadTag.objects.create(lead=kept, name="hot", at=AT)
    Lead.objects.filter(pk=lost.pk).update(merged_into=kept)
    run(AT + 2 * MINUTE)
    assert play.runs.get().lead == kept
    assert Task.objects.get().lead == kept
    assert LeadTag.objects.get().lead == kept


def test_forget_drops_what_was_left_out_a_month_ago() -> None:
    play = make_play("signal_hit", params=LIMIT, limit_days=7)
    lead = make_score().lead
    for minutes in (1, 2):
        hit(lead, "limit", at=AT + minutes * MINUTE)
    run(AT + 5 * MINUTE)
    assert plays.forget_runs(at=AT + 30 * DAY, limit=10) == 0
    assert plays.forget_runs(at=AT + 31 * DAY, limit=10) == 1
    assert outcomes(play) == [("fired", "")]


# The fixture has no type that can be imported.
def test_a_batch_costs_no_query_a_run_that_is_left_out(django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    conditions = [{"field": "total", "op": "at_least", "value": 400}]
    make_play("signal_hit", params=LIMIT, conditions=conditions)
    for _ in range(20):
        hit(make_score().lead, "limit", at=AT + MINUTE)
    plays.run_plays(at=AT + MINUTE, limit=0)
    with django_assert_max_num_queries(1000) as queries:
        run(AT + MINUTE)
    # Of each: a savepoint, its release, and the row written.
    assert len(queries) - 3 * 20 < 44


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_act_once_a_cause_and_keep_the_limit() -> None:
    """Twelve hits of each of four leads, four workers: each lead is acted for once."""
    every_time = make_play("signal_hit", params=LIMIT, actions=[TASK], limit_days=None)
    weekly = make_play("signal_hit", params=LIMIT, actions=[TASK], limit_days=7)
    leads = [make_score().lead for _ in range(4)]
    for number in range(48):
        hit(leads[number % 4], "limit", at=AT + MINUTE + timedelta(seconds=number))

    def work(_: int) -> int:
        try:
            return sum(plays.run_plays(at=AT + 5 * MINUTE, limit=3) for _ in range(40))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 96
    assert every_time.runs.fired().count() == 48
    assert weekly.runs.fired().count() == 4
    assert set(weekly.runs.fired().values_list("lead", flat=True)) == {lead.pk for lead in leads}
    assert Task.objects.count() == 52


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_it_commits_leaves_all_to_the_next() -> None:
    play = make_play("signal_hit", params=LIMIT, actions=[TASK])
    hit(make_score().lead, "limit", at=AT + MINUTE)

    def killed_at_the_end() -> None:
        with transaction.atomic():
            run(AT + 2 * MINUTE)
            assert Task.objects.count() == 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed_at_the_end()
    assert not Task.objects.exists()
    assert not PlayRun.objects.exists()
    run(AT + 2 * MINUTE)
    assert Task.objects.count() == 1
    assert outcomes(play) == [("fired", "")]
