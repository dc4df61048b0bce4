"""Tasks and tags written by hand."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from routing import services
from routing.alerts import tell_of_tasks
from routing.models import Alert, LeadTag, Rep, Task, TaskChange
from tests.factories.routing import RepFactory, TeamFactory, make_manager, make_pql, rep_of
from tests.factories.rubrics import AT, LeadFactory

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate(AT)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    zone = timezone.get_current_timezone()
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)


def test_ones_own_task_outlives_the_pql() -> None:
    pql = make_pql()
    maya = rep_of(pql)
    task = services.add_task(
        pql.lead, title=" Call in June ", due_on=TODAY, rep=maya, by=maya.user, at=AT, note="Ask Bo"
    )
    assert (task.title, task.note, task.owner, task.made_by) == (
        "Call in June", "Ask Bo", maya, maya.user,
    )  # fmt: skip
    services.reject(pql, by=maya.user, at=AT, reason="no_intent")
    assert list(Task.objects.to_do().of_rep(maya.pk)) == [task]


def test_task_for_whoever_works_the_pql_goes_with_it() -> None:
    pql, manager = make_pql(), make_manager()
    task = services.add_task(pql.lead, title="Call", due_on=TODAY, rep=None, by=manager, at=AT)
    other = RepFactory.create()
    services.assign(pql, rep=other, by=manager, at=AT)
    task = Task.objects.get()
    assert task.owner == other
    with pytest.raises(services.InvalidRequest, match="Nobody works this lead"):
        services.add_task(
            LeadFactory.create(), title="Call", due_on=TODAY, rep=None, by=manager, at=AT
        )


def test_task_is_due_in_the_evening_or_where_that_is_over_by_midnight() -> None:
    maya = RepFactory.create()

    def due(day: date, at: datetime) -> datetime:
        lead = LeadFactory.create()
        return services.add_task(
            lead, title="Call", due_on=day, rep=maya, by=maya.user, at=at
        ).due_at

    assert due(TODAY, local(TODAY, 9)) == local(TODAY, 17)
    assert due(TODAY, local(TODAY, 17)) == local(TODAY, 23, 59)
    tomorrow = TODAY + timedelta(days=1)
    assert due(tomorrow, local(TODAY, 20)) == local(tomorrow, 17)


@pytest.mark.parametrize(
    ("title", "days"), [("  ", 0), ("x" * 201, 0), ("Call", -1)], ids=["empty", "long", "past"]
)
def test_task_that_says_nothing_or_is_over_is_refused(title: str, days: int) -> None:
    maya = RepFactory.create()
    day = TODAY + timedelta(days=days)
    with pytest.raises(services.InvalidRequest):
        services.add_task(
            LeadFactory.create(), title=title, due_on=day, rep=maya, by=maya.user, at=AT
        )


def test_only_who_manages_a_rep_gives_them_tasks() -> None:
    maya, mate = RepFactory.create(), RepFactory.create()
    stranger = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    lead = LeadFactory.create()

    def give(by: object, rep: object) -> None:
        # The checker knows no keywords of several types.
        services.add_task(lead, title="Call", due_on=TODAY, rep=rep, by=by, at=AT)  # type: ignore[arg-type]

    with pytest.raises(services.NotYours):
        give(maya.user, mate)
    team = maya.team
    team.manager = maya.user
    team.save()
    give(maya.user, mate)
    with pytest.raises(services.NotYours):
        give(maya.user, stranger)
    give(make_manager(), stranger)
    assert Task.objects.count() == 2


def test_what_a_play_made_is_not_removed() -> None:
    by_hand, by_play = (
        Task.objects.create(
            key=str(by), lead=LeadFactory.create(), title="Call", created_at=AT, due_at=AT,
            made_by=by,
        )
        for by in (RepFactory.create().user, None)
    )  # fmt: skip
    by = make_manager()
    services.remove_task(by_hand, by=by, at=AT)
    with pytest.raises(services.InvalidRequest, match="Tick it off"):
        services.remove_task(by_play, by=by, at=AT)
    with pytest.raises(services.InvalidRequest, match="already"):
        services.remove_task(by_hand, by=by, at=AT)
    assert list(Task.objects.standing()) == list(Task.objects.to_do()) == [by_play]
    (change,) = TaskChange.objects.all()
    assert (change.task, change.act, change.by) == (by_hand, "removed", by)


def test_tag_is_put_once_and_taken_off() -> None:
    lead, by = LeadFactory.create(), RepFactory.create().user
    assert services.put_tag(lead, name=" Big   deal ", by=by, at=AT)
    assert not services.put_tag(lead, name="Big deal", by=by, at=AT)
    tag = LeadTag.objects.get()
    assert (tag.name, tag.by) == ("Big deal", by)
    for name in ("", "x" * 41):
        with pytest.raises(services.InvalidRequest):
            services.put_tag(lead, name=name, by=by, at=AT)
    assert services.take_tag_off(lead, name="Big deal")
    assert not services.take_tag_off(lead, name="Big deal")


def test_task_given_on_is_the_other_reps_and_news_to_them_alone() -> None:
    maya, boss = RepFactory.create(), make_manager()
    other = RepFactory.create()
    pql = make_pql(rep=maya)
    task = services.add_task(pql.lead, title="Call", due_on=TODAY, rep=None, by=boss, at=AT)
    tell_of_tasks(at=AT, limit=5)
    with pytest.raises(services.NotYours):
        services.give_task(task, rep=other, by=maya.user, at=AT)
    for rep in (other, maya, other):
        assert services.give_task(task, rep=rep, by=boss, at=AT).owner == rep
        tell_of_tasks(at=AT, limit=5)
    services.give_task(task, rep=maya, by=maya.user, at=AT)  # takes it
    tell_of_tasks(at=AT, limit=5)
    told = [alert.user for alert in Alert.objects.order_by("pk")]
    assert told == [maya.user, other.user]
    changes = list(task.changes.values_list("act", "rep", "by"))
    given = [("given", rep.pk, boss.pk) for rep in (other, maya, other)]
    assert changes == [("added", None, boss.pk), *given, ("given", maya.pk, maya.user.pk)]
    Task.objects.update(done_at=AT)
    with pytest.raises(services.InvalidRequest, match="done already"):
        services.give_task(task, rep=other, by=boss, at=AT)


def nobodys_task(**values: object) -> Task:
    lead = values.pop("lead", None) or LeadFactory.create()
    # The checker knows no keywords of several types.
    return Task.objects.create(key="x", lead=lead, title="Call", created_at=AT, due_at=AT, **values)  # type: ignore[misc]


def test_rep_takes_what_is_nobodys_and_gives_it_back() -> None:
    task, maya, bo = nobodys_task(announced_at=AT), RepFactory.create(), RepFactory.create()
    assert services.take_task(task, by=maya.user, at=AT).owner == maya
    assert task.announced_at is None  # reminders go by their hours
    tell_of_tasks(at=AT, limit=5)
    assert not Alert.objects.exists()
    seen_before = Task(pk=task.pk, title="Call", lead=task.lead)
    for by, words in ((bo, f"{maya} has it already"), (maya, "You have it already")):
        with pytest.raises(services.InvalidRequest, match=words):
            services.take_task(seen_before, by=by.user, at=AT)
    with pytest.raises(services.InvalidRequest, match="Not taken by you"):
        services.leave_task(task, by=bo.user, at=AT)
    assert services.leave_task(task, by=maya.user, at=AT).owner is None
    changes = [(str(change), change.rep, change.by) for change in task.changes.all()]
    assert changes == [("Taken", maya, maya.user), ("Given back", None, maya.user)]


def test_what_was_given_is_not_given_back() -> None:
    maya, task = RepFactory.create(), nobodys_task()
    services.give_task(task, rep=maya, by=make_manager(), at=AT)
    with pytest.raises(services.InvalidRequest, match="Not taken by you"):
        services.leave_task(task, by=maya.user, at=AT)


def test_task_of_a_pql_is_taken_while_nobody_works_it() -> None:
    maya, bo = RepFactory.create(), RepFactory.create()
    pql = make_pql(rep=None)
    task = nobodys_task(lead=pql.lead, qualification=pql)
    services.accept(pql, by=bo.user, at=AT)
    with pytest.raises(services.InvalidRequest, match=f"{bo} has it already"):
        services.take_task(task, by=maya.user, at=AT)
    services.reject(pql, by=bo.user, at=AT, reason="no_intent")
    with pytest.raises(services.InvalidRequest, match="Not to be done any more"):
        services.take_task(task, by=maya.user, at=AT)


def test_only_reps_who_may_work_the_lead_take_its_tasks() -> None:
    elsewhere = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Elsewhere")))
    task, looker = nobodys_task(lead=elsewhere.lead), RepFactory.create()
    with pytest.raises(services.NotYours, match="Another team"):
        services.take_task(task, by=RepFactory.create().user, at=AT)
    with pytest.raises(services.NotYours, match="Only reps"):
        services.take_task(task, by=make_manager(), at=AT)
    looker.user.user_permissions.clear()
    with pytest.raises(services.NotYours, match="Only reps"):
        services.take_task(task, by=looker.user, at=AT)
    assert not TaskChange.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_takers_at_once_one_gets_it() -> None:
    task, reps = nobodys_task(), [RepFactory.create() for _ in range(4)]

    def take(rep: Rep) -> str:
        try:
            services.take_task(Task.objects.get(), by=rep.user, at=AT)
        except services.InvalidRequest as error:
            return str(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(reps)) as pool:
        told = list(pool.map(take, reps))
    task.refresh_from_db()
    assert sorted(told) == ["", *[f"{task.owner} has it already: Call"] * 3]
    assert task.changes.count() == 1
