"""What asks for a task in Slack follows it, wherever the task changes: one message, brought up to
date."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integrations.models import Delivery, Destination
from integrations.outbound import recording
from integrations.outbound.channels import ready
from integrations.outbound.outbox import owe
from integrations.outbound.outcomes import Sent
from integrations.outbound.sending import claim, send_due
from routing import plays, services
from routing.alerts import make_alerts, raise_alert, remind_of_tasks, tell_of_tasks
from routing.models import AlertPreference, Qualification, Rep, Task, TaskChange
from tests.doubles.server import Fault, Reply
from tests.doubles.slack import SlackDouble, busy
from tests.factories.routing import RepFactory, make_manager, make_pql
from tests.factories.rubrics import LeadFactory
from tests.integrations.outbound.conftest import slack_destination

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DUE = AT + timedelta(hours=3)
DOWN = Fault(Reply(500))


def person(slack: SlackDouble, name: str) -> Rep:
    """A rep whom Slack finds by their address; a direct channel is named as they are."""
    address = f"{name.lower()}@r.example"
    slack.people[address] = f"U{name}"
    rep: Rep = RepFactory.create(user__email=address, user__first_name=name)
    return rep


@pytest.fixture
def ada(slack: SlackDouble) -> Rep:
    return person(slack, "Ada")


@pytest.fixture
def bo(slack: SlackDouble) -> Rep:
    return person(slack, "Bo")


@pytest.fixture(autouse=True)
def slack_on(slack: SlackDouble) -> Destination:
    return slack_destination()


def task_for(rep: Rep | None, pql: Qualification | None = None, title: str = "Call") -> Task:
    lead = pql.lead if pql else LeadFactory.create(name="Maya Lind")
    made = {"qualification": pql, "rep": rep, "due_at": DUE, "at": AT}
    return plays.make_task(key=title, title=title, lead=lead, **made)  # type: ignore[arg-type]  # each its own type


def watch(at: datetime) -> None:
    """What beat rings, and the sender."""
    make_alerts(at=at, limit=50)
    tell_of_tasks(at=at, limit=50)
    remind_of_tasks(at=at, limit=50)
    deliver(at)


def deliver(at: datetime) -> None:
    owe(at=at, limit=100)
    send_due(at=at, seconds=0.05)


def shown(slack: SlackDouble, name: str = "Ada") -> tuple[str, list[str]]:
    """What the one message to somebody says of how things stand, and its buttons."""
    (message,) = [one for one in slack.messages if one["channel"] == f"D{name}"]
    return news_of(message), buttons_of(message)


def news_of(message: dict[str, Any]) -> str:
    title_and_news, _, _ = message["text"].rpartition(" [")
    return str(title_and_news.partition(" · ")[2])


def buttons_of(message: dict[str, Any]) -> list[str]:
    rows = [block["elements"] for block in message["blocks"] if block["type"] == "actions"]
    return [one["action_id"] for row in rows for one in row if one["action_id"] != "pql_open"]


def test_message_says_what_became_of_it_and_offers_what_is_possible(
    ada: Rep, bo: Rep, slack: SlackDouble
) -> None:
    boss, task = make_manager(first_name="Max"), task_for(ada)
    watch(AT)
    assert shown(slack) == ("", ["task_done"])
    assert slack.messages[0]["blocks"][-2]["elements"][0]["value"] == str(task.pk)
    plays.finish_task(task, by=ada.user, at=AT + MINUTE)
    watch(AT + MINUTE)
    assert shown(slack) == ("Done by Ada Day, 1 minute after", ["task_undone"])
    plays.reopen_task(task, by=boss, at=AT + 2 * MINUTE)
    watch(AT + 2 * MINUTE)
    assert shown(slack) == ("Put back by Max Day, 2 minutes after", ["task_done"])
    services.give_task(task, rep=bo, by=boss, at=AT + 3 * MINUTE)
    watch(AT + 3 * MINUTE)
    assert shown(slack) == ("Given to Bo Day by Max Day, 3 minutes after", [])
    assert shown(slack, "Bo") == ("", ["task_done"])
    services.give_task(task, rep=ada, by=boss, at=AT + 4 * MINUTE)
    watch(AT + 4 * MINUTE)
    assert shown(slack) == ("", ["task_done"])
    assert shown(slack, "Bo") == ("Given to Ada Day by Max Day, 1 minute after", [])
    Task.objects.update(made_by=boss)
    services.remove_task(Task.objects.get(), by=boss, at=AT + 5 * MINUTE)
    watch(AT + 5 * MINUTE)
    watch(AT + 6 * MINUTE)
    assert shown(slack) == ("Taken back by Max Day, 5 minutes after", [])
    assert slack.calls()["chat.postMessage"] == 2
    assert not TaskChange.objects.not_handed_on().exists()
    assert not Delivery.objects.undelivered().exists()


def test_task_of_a_pql_follows_whoever_works_it_and_its_end(
    ada: Rep, bo: Rep, slack: SlackDouble
) -> None:
    pql = make_pql(rep=ada, opened_at=AT)
    task_for(None, pql)
    watch(AT)
    services.assign(pql, rep=bo, by=None, at=AT + MINUTE)
    watch(AT + MINUTE)
    deliver(AT + MINUTE + 2 * SECOND)  # one message a second, and he gets two
    assert shown(slack) == ("Bo Day’s now", [])
    told_bo = [one for one in slack.messages if one["channel"] == "DBo"]
    (asks,) = [one for one in told_bo if "Task about" in one["text"]]
    assert buttons_of(asks) == ["task_done"]
    services.reject(pql, by=bo.user, at=AT + 2 * MINUTE, reason="no_intent")
    deliver(AT + 2 * MINUTE)
    deliver(AT + 3 * MINUTE)
    said = "Nothing left to do: the PQL it belongs to is rejected"
    assert (news_of(asks), buttons_of(asks)) == (said, [])
    assert shown(slack) == (said, [])


def test_alert_that_tells_of_pql_and_task_follows_both(ada: Rep, slack: SlackDouble) -> None:
    pql = make_pql(rep=ada, opened_at=AT)
    task = task_for(ada)
    raise_alert(
        key="p", kind="play", severity=2, user=ada.user, lead=pql.lead, qualification=pql, at=AT,
        task=task,
    )  # fmt: skip
    deliver(AT)
    assert shown(slack) == ("", ["pql_accept", "pql_reject", "pql_snooze", "task_done"])
    services.accept(pql, by=ada.user, at=AT + MINUTE)
    deliver(AT + MINUTE)
    assert shown(slack) == ("Accepted by Ada Day, 1 minute after", ["task_done"])
    plays.finish_task(task, by=ada.user, at=AT + 2 * MINUTE)
    deliver(AT + 2 * MINUTE)
    assert shown(slack)[0] == (
        "Accepted by Ada Day, 1 minute after. Task: Done by Ada Day, 2 minutes after"
    )


def test_digest_says_which_tasks_are_done(ada: Rep, slack: SlackDouble) -> None:
    AlertPreference.objects.create(user=ada.user, rhythm="hourly")
    first, second = task_for(ada, title="Call"), task_for(ada, title="Write")
    watch(AT)
    watch(AT + timedelta(hours=1))
    plays.finish_task(second, by=ada.user, at=AT + timedelta(hours=2))
    deliver(AT + timedelta(hours=2))
    (digest,) = slack.messages
    lines = [block["text"]["text"] for block in digest["blocks"] if "text" in block][1:]
    assert [line.partition("\n")[2] for line in lines] == ["", "Done by Ada Day, 2 hours after"]
    assert (str(first) in lines[0], str(second) in lines[1]) == (True, True)


def test_slack_down_or_asking_to_wait_gets_the_last_state_once(
    ada: Rep, slack: SlackDouble
) -> None:
    task = task_for(ada)
    watch(AT)
    slack.fail("chat.update", DOWN, busy(30))
    for number, moment in enumerate((AT + MINUTE, AT + 2 * MINUTE, AT + 3 * MINUTE)):
        act = plays.reopen_task if number % 2 else plays.finish_task
        act(task, by=ada.user, at=moment)
        deliver(moment)
    deliver(AT + 4 * MINUTE)
    deliver(AT + 5 * MINUTE)
    assert shown(slack) == ("Done by Ada Day, 3 minutes after", ["task_undone"])
    assert slack.messages[0]["updates"] == 1
    assert slack.calls()["chat.postMessage"] == 1
    assert not Delivery.objects.undelivered().exists()


def test_done_before_the_message_went_out_it_says_so_at_once(ada: Rep, slack: SlackDouble) -> None:
    task = task_for(ada)
    slack.fail("users.lookupByEmail", DOWN)
    watch(AT)
    plays.finish_task(task, by=ada.user, at=AT + SECOND)
    deliver(AT + MINUTE)
    assert shown(slack)[0] == "Done by Ada Day, 1 second after"
    assert not Delivery.objects.filter(kind="update").exists()


def test_sender_killed_and_changes_on_the_way_converge(
    slack_on: Destination, ada: Rep, slack: SlackDouble
) -> None:
    task = task_for(ada)
    watch(AT)
    plays.finish_task(task, by=ada.user, at=AT + MINUTE)
    owe(at=AT + MINUTE, limit=10)
    assert claim(slack_on.pk, at=AT + MINUTE, limit=5)  # and is killed with it in hand
    plays.reopen_task(task, by=ada.user, at=AT + MINUTE)
    deliver(AT + MINUTE)
    assert slack.calls()["chat.update"] == 0  # whoever has it may be alive
    owe(at=AT + 3 * MINUTE, limit=10)
    (update,) = claim(slack_on.pk, at=AT + 3 * MINUTE, limit=5)
    assert isinstance(update, Delivery)
    message = ready(update, at=AT + 3 * MINUTE)
    plays.finish_task(task, by=ada.user, at=AT + 3 * MINUTE)  # after it was read
    owe(at=AT + 3 * MINUTE, limit=10)
    sent = message.send()  # type: ignore[union-attr]  # owed above
    assert isinstance(sent, Sent)
    recording.record(update, sent, at=AT + 3 * MINUTE)
    assert shown(slack)[1] == ["task_done"]
    deliver(AT + 3 * MINUTE + 2 * SECOND)
    assert shown(slack) == ("Done by Ada Day, 3 minutes after", ["task_undone"])
    assert slack.calls()["chat.postMessage"] == 1
    assert not Delivery.objects.undelivered().exists()


def test_managers_tick_off_or_give_away_what_is_nobodys(bo: Rep, slack: SlackDouble) -> None:
    slack.people["max@r.example"] = "UMax"
    boss = make_manager(first_name="Max", email="max@r.example")
    task = task_for(None)
    watch(AT)
    assert shown(slack, "Max") == ("", ["task_done"])
    plays.finish_task(task, by=boss, at=AT + MINUTE)
    plays.reopen_task(task, by=boss, at=AT + MINUTE)
    watch(AT + MINUTE)
    assert shown(slack, "Max") == ("Put back by Max Day, 1 minute after", ["task_done"])
    services.give_task(task, rep=bo, by=boss, at=AT + 2 * MINUTE)
    watch(AT + 2 * MINUTE)
    assert shown(slack, "Max") == ("Given to Bo Day by Max Day, 2 minutes after", [])
    assert shown(slack, "Bo") == ("", ["task_done"])
