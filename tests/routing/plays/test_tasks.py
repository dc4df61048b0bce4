from datetime import timedelta

import pytest

from routing import plays, services
from routing.models import Task
from routing.models.qualification import State
from routing.models.task import Priority
from routing.plays.reading import nobodys_count, task_counts
from routing.viewers import Viewer
from tests.factories.routing import RepFactory, TeamFactory, UserFactory, make_manager, make_pql
from tests.factories.rubrics import AT, LeadFactory

pytestmark = pytest.mark.django_db


def make_task(key: str, **values: object) -> Task:
    lead = values.pop("lead", None) or LeadFactory.create()
    given = {"title": key, "due_at": AT + timedelta(hours=4), **values}
    # The checker knows no keywords of several types.
    return plays.make_task(key=key, lead=lead, at=AT, **given)  # type: ignore[arg-type]


def test_make_task_makes_it_once_per_key() -> None:
    lead = LeadFactory.create()
    first = make_task("play:1", lead=lead, title="Call", priority=Priority.HIGH)
    again = make_task("play:1", lead=lead, title="Call again")
    assert first == again
    assert Task.objects.get().title == "Call"


def test_finish_and_reopen_are_kept_and_refused_where_they_change_nothing() -> None:
    by, task = UserFactory.create(first_name="Ada"), make_task("a")
    later = AT + timedelta(days=1)
    with pytest.raises(services.InvalidRequest, match="Not done"):
        plays.reopen_task(task, by=by, at=AT)
    plays.finish_task(task, by=by, at=AT)
    with pytest.raises(services.InvalidRequest, match="Already done by Ada Day: a"):
        plays.finish_task(task, by=UserFactory.create(), at=later)
    done = Task.objects.get()
    assert (done.done_at, done.done_by) == (AT, by)
    plays.reopen_task(task, by=by, at=later)
    open_again = Task.objects.get()
    assert (open_again.done_at, open_again.done_by) == (None, None)
    assert list(task.changes.values_list("act", "by", "at")) == [
        ("added", None, AT), ("done", by.pk, AT), ("reopened", by.pk, later),
    ]  # fmt: skip


def test_task_taken_back_is_neither_done_nor_put_back() -> None:
    by, task = UserFactory.create(), make_task("a")
    Task.objects.update(removed_at=AT, done_at=AT)
    for act, words in ((plays.finish_task, "Taken back"), (plays.reopen_task, "Not done")):
        with pytest.raises(services.InvalidRequest, match=words):
            act(task, by=by, at=AT)


def test_task_of_a_pql_follows_its_rep_and_ends_with_it() -> None:
    first, second = RepFactory.create(), RepFactory.create()
    pql = make_pql(rep=first)
    task = make_task("a", lead=pql.lead, qualification=pql)
    assert list(Task.objects.to_do().of_rep(first.pk)) == [task]

    services.assign(pql, rep=second, by=None, at=AT)
    assert not Task.objects.to_do().of_rep(first.pk)
    assert Task.objects.to_do().get(pk=task.pk).owner == second

    services.reject(pql, by=second.user, at=AT, reason="no_intent")
    assert not Task.objects.to_do()


def test_task_given_to_a_rep_stays_theirs() -> None:
    first, second = RepFactory.create(), RepFactory.create()
    pql = make_pql(rep=second)
    task = make_task("a", lead=pql.lead, qualification=pql, rep=first)
    assert task.owner == first
    assert list(Task.objects.to_do().of_rep(first.pk)) == [task]
    assert not Task.objects.to_do().of_rep(second.pk)
    assert not Task.objects.to_do().of_rep(None)


def test_to_do_comes_most_pressing_first() -> None:
    late = make_task("late", due_at=AT + timedelta(days=2))
    normal = make_task("normal")
    urgent = make_task("urgent", priority=Priority.URGENT)
    assert list(Task.objects.to_do()) == [urgent, normal, late]


def test_seen_by_is_ones_own_the_teams_and_nobodys() -> None:
    mine, mate = RepFactory.create(), RepFactory.create()
    stranger = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    pqls = [make_pql(rep=rep) for rep in (mine, mate, stranger, None)]
    of_pqls = [make_task(f"pql{pql.pk}", lead=pql.lead, qualification=pql) for pql in pqls]
    given = [make_task(f"rep{rep.pk}", rep=rep) for rep in (mine, mate, stranger)]
    nobodys = make_task("nobody")
    viewer = Viewer.of(mine.user)

    seen = Task.objects.seen_by(viewer)
    assert set(seen) == {*of_pqls[:2], of_pqls[3], *given[:2], nobodys}
    others = Task.objects.to_do().of_others(viewer)
    assert set(others) == {of_pqls[1], of_pqls[3], given[1], nobodys}
    assert Task.objects.of_others(Viewer.of(make_manager())).count() == 8


def test_counts_are_those_of_the_lists() -> None:
    mine, mate = RepFactory.create(), RepFactory.create()
    stranger = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    for number, owner in enumerate((mine, mate, stranger, None, mine, None)):
        pql, closed = make_pql(rep=owner), make_pql(rep=owner, state=State.WON, closed_at=AT)
        for of in (pql, closed):
            make_task(f"of {of.pk}", lead=of.lead, qualification=of)
            make_task(f"{mate} of {of.pk}", lead=of.lead, qualification=of, rep=mate)
        make_task(f"given {number}", rep=owner)
    Task.objects.filter(title__endswith="4").update(done_at=AT)
    Task.objects.filter(title__endswith="5").update(removed_at=AT)
    to_do = Task.objects.to_do()
    for user in (mine.user, stranger.user, make_manager()):
        viewer = Viewer.of(user)
        counts, others = task_counts(viewer), to_do.of_others(viewer)
        assert counts.mine == to_do.of_rep(viewer.rep_id).count()
        assert counts.others == others.count() >= counts.of_nobody
        assert counts.nobodys == counts.of_nobody == others.nobodys().count() == nobodys_count() > 0


@pytest.mark.parametrize("state", [State.WON, State.EXPIRED])
def test_to_do_forgets_tasks_of_closed_pqls(state: State) -> None:
    pql = make_pql(state=state, closed_at=AT)
    make_task("a", lead=pql.lead, qualification=pql)
    assert not Task.objects.to_do()
