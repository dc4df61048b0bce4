"""Tasks and tags written by hand."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from routing import services
from routing.alerts import tell_of_tasks
from routing.models import Alert, LeadTag, Task, TaskChange
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
