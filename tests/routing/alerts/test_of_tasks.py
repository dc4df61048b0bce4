"""Whoever is to do a task is told of it once, and once more when it is due."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing import plays, services
from routing.alerts import make_alerts, of_tasks, remind_of_tasks, tell_of_tasks
from routing.alerts.composing import Desk
from routing.models import Alert, AlertPreference, OwedEvent, Rep, Task
from routing.models.alert import AlertKind, Severity
from routing.models.task import Priority, TaskQuerySet
from tests.factories.routing import RepFactory, UserFactory, make_manager, make_pql, rep_of
from tests.factories.rubrics import AT, LeadFactory
from tests.routing.plays.makers import SOON, hit, make_play, run

pytestmark = pytest.mark.django_db

HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
DUE = AT + 4 * HOUR


def task_of(rep: Rep | None = None, **values: Any) -> Task:
    lead = values.pop("lead", None) or LeadFactory.create(name="Maya Lind")
    given = {"title": "Call", "created_at": AT, "due_at": DUE, **values}
    return Task.objects.create(key=f"k{Task.objects.count()}", lead=lead, rep=rep, **given)


def watch(at: datetime = AT) -> None:
    """What beat rings, twice over."""
    for _ in range(2):
        make_alerts(at=at, limit=50)
        tell_of_tasks(at=at, limit=50)
        remind_of_tasks(at=at, limit=50)


def told() -> list[tuple[User, str]]:
    """Of tasks alone: who, and of which step."""
    kinds = (AlertKind.TASK, AlertKind.TASK_DUE)
    found = Alert.objects.filter(kind__in=kinds).order_by("pk").select_related("user")
    return [(alert.user, alert.kind) for alert in found]


def test_rep_is_told_what_about_whom_by_when_and_who_asks() -> None:
    rep = RepFactory.create(time_zone="Europe/Berlin")
    boss = make_manager(first_name="Ada", last_name="Long")
    task = task_of(rep, made_by=boss, note="Ask for Bo.", title="Call about limits")
    watch()
    alert = Alert.objects.get()
    assert (alert.user, alert.kind, alert.severity, alert.lead, alert.qualification) == (
        rep.user, AlertKind.TASK, Severity.NORMAL, task.lead, None,
    )  # fmt: skip
    assert alert.title == "Task about Maya Lind: Call about limits"
    assert alert.content["message"] == (
        "Due Tue 10 Mar at 17:00. Ada Long asks for it. Ask for Bo."
    )
    assert alert.content["path"] == f"/leads/{task.lead_id}/#tasks"
    event = OwedEvent.objects.get()
    assert (event.kind, event.lead) == ("task.given", task.lead)
    assert event.content["task"] == {
        "id": task.pk, "title": "Call about limits", "note": "Ask for Bo.", "priority": "normal",
        "due_at": DUE.isoformat(),
    }  # fmt: skip
    assert event.content["rep"]["name"] == rep.user.get_full_name()
    assert (event.content["by"]["name"], event.content["play"]) == ("Ada Long", None)


def test_task_of_a_play_says_which_and_is_as_pressing() -> None:
    pql = make_pql()
    call = {"kind": "task", "title": "Call", "note": "", "priority": Priority.URGENT, "hours": 0}
    make_play("signal_hit", name="Limit hit", params={"signals": ["limit"]}, actions=[call])
    hit(pql.lead, "limit", at=SOON)
    run(SOON)
    watch(SOON + HOUR)
    alert = Alert.objects.get(lead=pql.lead)
    assert (alert.user, alert.severity) == (rep_of(pql).user, Severity.URGENT)
    assert "The play “Limit hit” asks for it." in alert.content["message"]


@pytest.mark.parametrize("to", ["rep", "manager"])
def test_play_that_alerts_the_rep_as_well_tells_both_at_once(to: str) -> None:
    pql = make_pql(rep__team__manager=UserFactory.create())
    rep = rep_of(pql)
    call = {"kind": "task", "title": "Call.", "note": "", "priority": 3, "hours": 1}
    alert = {"kind": "alert", "to": to, "text": "Hot now. " * 50}
    make_play("signal_hit", params={"signals": ["limit"]}, actions=[alert, call])
    hit(pql.lead, "limit", at=SOON)
    run(SOON)
    watch(SOON)
    told_along = Alert.objects.get(kind=AlertKind.PLAY).content["message"]
    if to == "rep":
        assert told_along.endswith("… To do by Tue 10 Mar at 13:01: Call.")
        assert Alert.objects.get(kind=AlertKind.PLAY).task == Task.objects.get()
        assert told() == []
    else:
        assert "To do by" not in told_along
        assert told() == [(rep.user, "task")]
    other = RepFactory.create()
    for new in (other, rep):
        services.assign(pql, rep=new, by=None, at=SOON)
        watch(SOON)
    assert told().count((other.user, "task")) == 1
    assert told().count((rep.user, "task")) == (to == "manager")
    watch(SOON + HOUR)
    assert told()[-1] == (rep.user, "task_due")


def test_nobody_is_told_of_their_own_of_what_is_over_or_who_left() -> None:
    rep, gone = RepFactory.create(), RepFactory.create(user__is_active=False)
    task_of(rep, made_by=rep.user)
    task_of(rep, done_at=AT)
    task_of(gone)
    closed = make_pql(rep=rep)
    task_of(None, lead=closed.lead, qualification=closed)
    services.reject(closed, by=rep.user, at=AT, reason="no_intent")
    watch()
    watch(DUE - TICK)
    assert told() == []
    assert not OwedEvent.objects.exists()
    assert not Task.objects.unannounced().exists()


def test_own_task_given_away_and_back_is_news_to_who_wrote_it() -> None:
    rep, boss = RepFactory.create(), make_manager()
    task = services.add_task(
        LeadFactory.create(), title="Call", due_on=AT.date(), rep=rep, by=rep.user, at=AT
    )
    watch()
    assert told() == []
    for new in (RepFactory.create(), rep):
        services.give_task(task, rep=new, by=boss, at=AT)
    watch()
    assert told() == [(rep.user, "task")]
    assert Alert.objects.get().task == task


def test_reminded_once_when_it_is_due_also_of_ones_own() -> None:
    rep, mate = RepFactory.create(), RepFactory.create()
    task_of(rep, made_by=rep.user, note="Before lunch.")
    task_of(mate, made_by=rep.user)
    done = task_of(mate)
    watch()
    plays.finish_task(done, by=mate.user, at=AT)
    assert told() == [(mate.user, AlertKind.TASK)] * 2
    watch(DUE - TICK)
    assert len(told()) == 2
    watch(DUE)
    watch(DUE + HOUR)
    assert told()[2:] == [(rep.user, AlertKind.TASK_DUE), (mate.user, AlertKind.TASK_DUE)]
    own = Alert.objects.get(user=rep.user)
    assert own.title == "Task due about Maya Lind: Call"
    assert own.content["message"] == "Due Tue 10 Mar at 16:00. Before lunch."


@pytest.mark.parametrize("by_hand", [True, False])
def test_who_is_quiet_off_work_is_reminded_while_still_at_work(by_hand: bool) -> None:
    """What is written by hand is due at 17:00, when their work ends."""
    rep, boss = RepFactory.create(), make_manager()
    AlertPreference.objects.create(user=rep.user, quiet_hours="off_work")
    by = rep.user if by_hand else boss
    lead = LeadFactory.create()
    task = services.add_task(lead, title="Call", due_on=AT.date(), rep=rep, by=by, at=AT)
    watch()
    last_hour = AT.replace(hour=16)
    assert (task.due_at, Task.objects.get().remind_at) == (AT.replace(hour=17), last_hour)
    watch(last_hour - TICK)
    assert told() == [] if by_hand else [(rep.user, AlertKind.TASK)]
    watch(last_hour)
    watch(task.due_at)
    due = Alert.objects.get(kind=AlertKind.TASK_DUE)
    assert (due.user, due.due_at) == (rep.user, last_hour)
    assert due.content["message"].startswith("Due Tue 10 Mar at 17:00.")


def test_whoever_has_it_next_is_reminded_as_well_by_their_own_hours() -> None:
    early, late = RepFactory.create(), RepFactory.create(time_zone="America/New_York")
    task = task_of(early, due_at=AT.replace(hour=17))
    watch()
    watch(AT.replace(hour=16))
    assert told()[-1] == (early.user, AlertKind.TASK_DUE)
    services.give_task(task, rep=late, by=make_manager(), at=AT.replace(hour=16))
    watch(AT.replace(hour=16))
    watch(task.due_at - TICK)
    assert told()[-1] == (late.user, AlertKind.TASK)
    watch(task.due_at)  # noon where they are
    assert told()[-1] == (late.user, AlertKind.TASK_DUE)


def test_who_takes_a_pql_is_reminded_of_its_tasks_by_their_own_hours() -> None:
    rep = RepFactory.create()
    pql, evening = make_pql(rep=None), AT.replace(hour=17)
    task = task_of(None, lead=pql.lead, qualification=pql, due_at=evening)
    watch()
    assert Task.objects.get().remind_at == evening
    services.assign(pql, rep=rep, by=rep.user, at=AT)
    watch()
    assert Task.objects.get().remind_at == evening - HOUR
    watch(evening - HOUR)
    assert told() == [(rep.user, AlertKind.TASK_DUE)]
    assert task.changes.count() == 0  # the PQL's history has it


def test_told_late_it_is_told_once() -> None:
    rep = RepFactory.create()
    task_of(rep)
    watch(DUE + HOUR)
    assert told() == [(rep.user, AlertKind.TASK)]
    assert Alert.objects.get().content["message"].startswith("Was due")


def test_whoever_gets_the_pql_is_told_of_its_tasks_each_once() -> None:
    first, second = RepFactory.create(), RepFactory.create()
    boss, pql = make_manager(), make_pql(rep=first)
    task_of(None, lead=pql.lead, qualification=pql)
    task_of(first, lead=pql.lead, qualification=pql)  # theirs, whoever works the PQL
    watch()
    for rep in (second, first, second):
        services.assign(pql, rep=rep, by=boss, at=AT)
        watch()
    assert told() == [(first.user, "task")] * 2 + [(second.user, "task")]
    assert OwedEvent.objects.count() == 3


def test_task_of_nobodys_pql_is_told_once_somebody_gets_it_but_not_who_takes_it() -> None:
    taken, given = make_pql(rep=None), make_pql(rep=None)
    for pql in (taken, given):
        task_of(None, lead=pql.lead, qualification=pql)
    watch()
    assert told() == []
    rep, mate = RepFactory.create(), RepFactory.create()
    services.assign(taken, rep=rep, by=rep.user, at=AT)
    services.assign(given, rep=mate, by=None, at=AT)
    watch()
    assert told() == [(mate.user, "task")]
    watch(DUE)
    assert set(told()[1:]) == {(rep.user, "task_due"), (mate.user, "task_due")}


def test_what_is_done_or_taken_back_goes_out_no_more() -> None:
    rep, boss = RepFactory.create(), UserFactory.create()
    AlertPreference.objects.create(user=rep.user, rhythm="daily")
    done, removed, open_one = (task_of(rep, made_by=boss) for _ in range(3))
    watch()
    plays.finish_task(done, by=rep.user, at=AT + HOUR)
    services.remove_task(removed, by=boss, at=AT + HOUR)
    waiting = Alert.objects.exclude(channels=[])
    assert [alert.key for alert in waiting] == [f"task:{open_one.pk}:given:{rep.user_id}"]
    assert list(Alert.objects.unread()) == list(waiting)


def test_mute_keeps_it_in_the_inbox() -> None:
    rep = RepFactory.create()
    AlertPreference.objects.create(user=rep.user, muted_kinds=[AlertKind.TASK])
    task_of(rep)
    watch()
    assert Alert.objects.get().channels == []


def test_killed_before_the_commit_it_is_told_once_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rep = RepFactory.create()
    task_of(rep)

    def die(*args: object, **kwargs: object) -> int:
        assert Alert.objects.exists()
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(TaskQuerySet, "update", die)
        with pytest.raises(SystemExit):
            tell_of_tasks(at=AT, limit=5)
    assert not Alert.objects.exists()
    watch()
    assert told() == [(rep.user, "task")]


@pytest.mark.django_db(transaction=True)
def test_pql_given_away_while_its_task_is_told_is_told_to_its_new_rep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The announcement of the new rep waits for the lock of whoever tells the old one."""
    old, new = RepFactory.create_batch(2)
    pql = make_pql(rep=old)
    task_of(None, lead=pql.lead, qualification=pql)
    other: list[Future[int]] = []

    def give_away() -> int:
        try:
            services.assign(pql, rep=new, by=None, at=AT)
            return make_alerts(at=AT, limit=5)
        finally:
            connection.close()

    def interrupted() -> Desk:
        other.append(pool.submit(give_away))
        wait(other, timeout=0.2)
        return Desk()

    with ThreadPoolExecutor(1) as pool:
        with monkeypatch.context() as patch:
            patch.setattr(of_tasks, "Desk", interrupted)
            tell_of_tasks(at=AT, limit=5)
        assert other[0].result() == 1
    watch()
    assert told() == [(old.user, "task"), (new.user, "task")]


def test_nothing_to_tell_is_one_look_each() -> None:
    task_of(RepFactory.create())
    watch()
    for look in (tell_of_tasks, remind_of_tasks):
        with CaptureQueriesContext(connection) as seen:
            assert look(at=AT, limit=50) == 0
        assert len([q for q in seen.captured_queries if "SAVEPOINT" not in q["sql"]]) == 1
