"""Done, and not done after all, from the message that asks for a task."""

import pytest

from integrations.models import SlackAction, SlackUser
from routing import plays, services
from routing.models import Rep, Task
from tests.doubles.slack import SlackDouble
from tests.factories.routing import RepFactory, TeamFactory, make_manager, make_pql
from tests.factories.rubrics import AT, LeadFactory
from tests.integrations.inbound.slack.conftest import clicked, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(slack: SlackDouble) -> Rep:
    """A rep whom Slack knows as U1."""
    rep: Rep = RepFactory.create(user__first_name="Ada")
    SlackUser.objects.create(user=rep.user, slack_id="U1")
    return rep


@pytest.fixture
def task(ada: Rep) -> Task:
    return plays.make_task(
        key="a", lead=LeadFactory.create(), title="Call", rep=ada, at=AT, due_at=AT
    )


def click(task: Task, verb: str = "done", *, by: str = "U1", ts: str = "1.1") -> None:
    answer = post(clicked(task, f"task_{verb}", by=by, ts=ts))
    assert (answer.status_code, answer.content) == (200, b"")
    task.refresh_from_db()


def test_done_and_not_done_after_all(task: Task, ada: Rep, slack: SlackDouble) -> None:
    for _ in range(2):  # Slack tells of a click twice
        click(task)
    assert task.done_by == ada.user
    click(task, "undone", ts="2")
    assert task.done_at is None
    assert list(task.changes.values_list("act", "by")) == [
        ("added", None), ("done", ada.user_id), ("reopened", ada.user_id),
    ]  # fmt: skip
    assert slack.whispers == []
    assert SlackAction.objects.count() == 2


def test_manager_ticks_off_what_is_their_reps(task: Task, slack: SlackDouble) -> None:
    boss = make_manager()
    SlackUser.objects.create(user=boss, slack_id="U2")
    click(task, by="U2")
    assert (task.done_by, slack.whispers) == (boss, [])


def test_what_is_not_possible_any_more_is_said_to_who_clicked(
    task: Task, ada: Rep, slack: SlackDouble
) -> None:
    boss = make_manager(first_name="Bo")
    click(task, "undone")
    plays.finish_task(task, by=boss, at=AT)
    click(task, ts="2")
    Task.objects.update(made_by=boss)
    task.refresh_from_db()
    services.remove_task(task, by=boss, at=AT)
    click(task, ts="3")
    gone = clicked(task, "task_done", ts="4")
    gone["actions"][0]["value"] = "x"
    post(gone)
    assert [whisper["text"] for whisper in slack.whispers] == [
        "Not done, so there is nothing to put back: Call",
        "Already done by Bo Day: Call",
        "This task was taken back, or another team has it.",
        "This task was taken back, or another team has it.",
    ]
    assert task.changes.count() == 3
    assert {whisper["user"] for whisper in slack.whispers} == {"U1"}


def test_who_may_not_is_told_so_and_other_teams_no_more(task: Task, slack: SlackDouble) -> None:
    mate = RepFactory.create()
    stranger = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    looker = RepFactory.create()
    looker.user.user_permissions.clear()
    for number, rep in enumerate((mate, stranger, looker), 2):
        SlackUser.objects.create(user=rep.user, slack_id=f"U{number}")
        click(task, by=f"U{number}")
    click(task, by="U9")
    assert task.done_at is None
    said = [whisper["text"] for whisper in slack.whispers]
    assert said[0] == f"This task is {task.rep}’s to do."
    assert said[1] == "This task was taken back, or another team has it."
    assert "may not work PQLs" in said[2]
    assert "does not know who you are" in said[3]


def test_task_of_a_pql_is_its_reps_of_now(ada: Rep, slack: SlackDouble) -> None:
    pql = make_pql(rep=ada)
    task = plays.make_task(
        key="b", lead=pql.lead, title="Call", qualification=pql, at=AT, due_at=AT
    )
    services.assign(pql, rep=RepFactory.create(user__first_name="Bo"), by=None, at=AT)
    click(task)
    assert task.done_at is None
    assert slack.whispers[0]["text"] == "This task is Bo Day’s to do."


def test_unsigned_click_does_nothing(task: Task) -> None:
    refused = post(clicked(task, "task_done"), signature="v0=" + "0" * 64)
    assert refused.status_code == 401
    task.refresh_from_db()
    assert task.done_at is None
