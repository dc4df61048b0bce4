"""What is owed is sent: once, in order, with patience, and one destination's troubles alone."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from integrations.models import Delivery, DeliveryState, Destination
from integrations.models.delivery import LEASE, LIFE
from integrations.outbound import slack as slack_channel
from integrations.outbound.outcomes import MOST_ATTEMPTS, PAUSES
from integrations.outbound.sending import claim, send_due
from integrations.outbound.slack import posting
from tests.doubles.receiver import Receiver
from tests.doubles.server import LOST, SWALLOWED, Fault, Reply
from tests.doubles.slack import BROKEN, SlackDouble, busy, says
from tests.integrations.outbound.conftest import slack_destination, webhook_destination

pytestmark = pytest.mark.django_db

AT = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _at_is_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Receivers refuse what was stamped five minutes ago, when these tests were collected."""
    monkeypatch.setattr(f"{__name__}.AT", datetime.now(UTC).replace(microsecond=0))


def owed(destination: Destination, key: str = "k", **values: Any) -> Delivery:
    given = {
        "kind": "test",
        "created_at": AT,
        "not_before": AT,
        "not_after": AT + LIFE,
        "payload": {"type": "t"},
    }
    return Delivery.objects.create(destination=destination, key=key, **{**given, **values})


def send(at: datetime | None = None) -> int:
    """Send what is due at that moment alone, not what becomes due meanwhile."""
    return send_due(at=at or AT, seconds=0.2)


def hold_in_channel() -> Destination:
    return slack_destination(channel="C1")


def test_sends_what_is_due_and_once(slack: SlackDouble) -> None:
    delivery = owed(hold_in_channel())
    later = owed(delivery.destination, "later", not_before=AT + timedelta(hours=1))
    assert send() == 1
    assert send() == 0
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert delivery.remote_id == slack.messages[0]["ts"]
    assert delivery.remote_channel == "C1"
    assert (delivery.attempts, delivery.claimed_until) == (1, None)
    later.refresh_from_db()
    assert later.state == DeliveryState.QUEUED
    assert slack.told() == {delivery.message_key: 1}


def test_what_is_off_or_cancelled_waits(slack: SlackDouble) -> None:
    off = owed(slack_destination(name="Off", key="off", channel="C1", is_on=False))
    cancelled = owed(slack_destination(channel="C1"), state="cancelled")
    assert send() == 0
    assert slack.messages == []
    off.refresh_from_db()
    cancelled.refresh_from_db()
    assert (off.state, cancelled.state) == ("queued", "cancelled")


def test_one_lane_gets_one_a_second_and_the_oldest_first(slack: SlackDouble) -> None:
    destination = hold_in_channel()
    first, second = (owed(destination, key, lane="C1") for key in "ab")
    other = owed(destination, "c", lane="C2")
    assert send() == 2
    assert set(slack.told()) == {first.message_key, other.message_key}
    assert send(AT + timedelta(seconds=0.5)) == 0
    assert send(AT + timedelta(seconds=2)) == 1
    assert slack.told()[second.message_key] == 1


def test_clock_set_back_stops_no_lane(slack: SlackDouble) -> None:
    destination = hold_in_channel()
    sent = {"state": "sent", "sent_at": AT + timedelta(days=1)}
    owed(destination, "tomorrow", lane="C1", **sent)
    owed(destination, "now", lane="C1")
    assert send() == 1


def test_lane_under_way_is_left_alone() -> None:
    destination = hold_in_channel()
    for key in "ab":
        owed(destination, key, lane="C1")
    assert len(claim(destination.pk, at=AT, limit=8)) == 1
    assert claim(destination.pk, at=AT, limit=8) == []


def test_claims_are_few_and_leased() -> None:
    destination = hold_in_channel()
    for key in "abcdef":
        owed(destination, key)
    assert len(claim(destination.pk, at=AT, limit=8)) == 4
    assert claim(destination.pk, at=AT + LEASE / 2, limit=8) == []
    again = claim(destination.pk, at=AT + LEASE, limit=8)
    assert len(again) == 4
    assert all(isinstance(one, Delivery) and one.doubts == 1 for one in again)
    assert all(isinstance(one, Delivery) and one.doubted_at == AT for one in again)


@pytest.mark.parametrize("is_there", [True, False])
def test_killed_after_the_claim_is_looked_for_before_it_is_sent_again(
    slack: SlackDouble, is_there: bool
) -> None:
    delivery = owed(hold_in_channel())
    (mine,) = claim(delivery.destination_id, at=AT, limit=1)
    assert isinstance(mine, Delivery)
    if is_there:
        metadata = {"event_payload": {"delivery": delivery.message_key}}
        slack.messages.append(
            {"channel": "C1", "ts": f"{AT.timestamp()}", "text": "", "metadata": metadata}
        )
    assert send(AT + LEASE) == 1
    assert slack.told() == {delivery.message_key: 1}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.problem) == ("sent", "")
    assert delivery.remote_id == slack.messages[0]["ts"]


@pytest.mark.parametrize("fault", [LOST, SWALLOWED, BROKEN], ids=["lost", "swallowed", "500"])
def test_lost_answer_is_settled_by_looking(slack: SlackDouble, fault: Fault) -> None:
    delivery = owed(hold_in_channel(), created_at=AT, not_before=datetime.now(UTC))
    slack.fail("chat.postMessage", fault)
    at = datetime.now(UTC)
    assert send(at) == 0
    delivery.refresh_from_db()
    assert delivery.state == "queued"
    assert delivery.doubted_at == pytest.approx(at, abs=timedelta(seconds=5))
    assert send(at + timedelta(seconds=50)) == 0
    assert send(at + timedelta(seconds=70)) == 1
    assert slack.told() == {delivery.message_key: 1}


def test_lost_answer_where_nobody_may_look_is_sent_once_more(slack: SlackDouble) -> None:
    slack.may_look = False
    delivery = owed(hold_in_channel())
    slack.fail("chat.postMessage", SWALLOWED)
    send()
    assert send(AT + timedelta(seconds=70)) == 1
    delivery.refresh_from_db()
    assert delivery.state == "sent"
    assert "twice" in delivery.problem


def test_two_lost_answers_where_nobody_may_look_are_the_end(slack: SlackDouble) -> None:
    slack.may_look = False
    delivery = owed(hold_in_channel())
    slack.fail("chat.postMessage", LOST, LOST)
    send()
    send(AT + timedelta(seconds=70))
    assert send(AT + timedelta(days=9)) == 0
    delivery.refresh_from_db()
    assert delivery.state == "maybe_sent"
    assert slack.told() == {delivery.message_key: 2}


def test_nothing_is_posted_so_late_that_the_lease_may_end(
    slack: SlackDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "POST_WITHIN_S", -1.0)
    delivery = owed(hold_in_channel())
    assert send() == 0
    delivery.refresh_from_db()
    assert (delivery.state, delivery.doubted_at, slack.messages) == ("queued", None, [])


def test_refusal_is_given_up_with_its_reason(slack: SlackDouble) -> None:
    delivery = owed(hold_in_channel())
    slack.fail("chat.postMessage", says("channel_not_found"))
    send()
    delivery.refresh_from_db()
    assert delivery.state == "given_up"
    assert "invite it there" in delivery.problem
    assert Destination.objects.get().failures == 0


def test_busy_slack_is_obeyed_and_costs_no_attempt(slack: SlackDouble) -> None:
    delivery = owed(hold_in_channel())
    slack.fail("chat.postMessage", busy(90))
    send()
    delivery.refresh_from_db()
    assert delivery.attempts == 0
    assert delivery.not_before >= AT + timedelta(seconds=90)
    assert send(AT + timedelta(seconds=80)) == 0
    assert send(AT + timedelta(seconds=95)) == 1
    assert slack.calls()["chat.postMessage"] == 2


def test_attempts_follow_the_schedule_and_end(receiver: Receiver) -> None:
    delivery = owed(webhook_destination(receiver.hook))
    receiver.fault = Fault(Reply(500))
    at, spans = AT, []
    while delivery.state == "queued":
        send(at)
        delivery.refresh_from_db()
        spans.append(delivery.not_before - at)
        at = delivery.not_before + timedelta(seconds=61)  # the rest of a destination that failed
    assert delivery.attempts == MOST_ATTEMPTS
    assert len(receiver.requests) == MOST_ATTEMPTS
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert [round(span.total_seconds()) for span in spans[:-1]] == [
        pytest.approx(pause.total_seconds(), abs=2) for pause in PAUSES[1:]
    ]
    assert delivery.problem == "It answered 500. Given up after 10 attempts."


def test_slack_down_for_an_hour_holds_up_nobody_and_all_arrive_once(
    slack: SlackDouble, receiver: Receiver
) -> None:
    destination = hold_in_channel()
    begun = AT - timedelta(hours=1)
    away = [owed(destination, f"k{n}", lane=f"C{n}", not_before=begun) for n in range(12)]
    slack.down()
    at = AT
    for minute in range(60, 0, -1):
        at = AT - timedelta(minutes=minute)
        send(at)
    at = datetime.now(UTC)
    hook = owed(webhook_destination(receiver.hook), not_before=at)
    assert send(at) == 1
    assert len(receiver.events) == 1
    destination.refresh_from_db()
    assert destination.is_broken
    assert destination.rests_at(at)
    assert "cannot be reached" in destination.problem
    assert max(Delivery.objects.exclude(pk=hook.pk).values_list("attempts", flat=True)) <= 2
    slack.up()
    for second in range(0, 90, 5):
        send(at + timedelta(seconds=second))
    assert slack.told() == {one.message_key: 1 for one in away}
    destination.refresh_from_db()
    assert (destination.failures, destination.rests_until) == (0, None)


def test_slow_receiver_holds_up_nobody_else(slack: SlackDouble, receiver: Receiver) -> None:
    """Not even what is told for the first time while it is waited for."""
    held = threading.Event()
    receiver.fault = Fault(waits=held)
    slow = owed(webhook_destination(receiver.hook))
    destination = hold_in_channel()
    asked = 0

    def owe(at: datetime) -> None:
        nonlocal asked
        asked += 1
        if asked == 3:
            owed(destination, not_before=at)
        if slack.messages:
            held.set()

    assert send_due(at=AT, seconds=0.1, owe=owe) >= 1
    assert (len(slack.messages), asked > 3) == (1, True)
    slow.refresh_from_db()
    assert slow.attempts == 1


def test_channel_that_keeps_its_distance_is_waited_for(slack: SlackDouble) -> None:
    destination = hold_in_channel()
    for key in "ab":
        owed(destination, key, lane="C1")
    assert send_due(at=AT, seconds=30) == 2  # it ends when nothing waits any more


def test_owing_that_fails_loses_nothing_on_its_way(slack: SlackDouble) -> None:
    delivery = owed(hold_in_channel())

    def owe(at: datetime) -> None:
        raise ValueError("no words")

    assert send_due(at=AT, seconds=0.2, owe=owe) == 1
    delivery.refresh_from_db()
    assert delivery.state == "sent"


def test_receiver_that_is_gone_is_switched_off(receiver: Receiver) -> None:
    delivery = owed(webhook_destination(receiver.hook))
    receiver.fault = Fault(Reply(410))
    send()
    delivery.refresh_from_db()
    assert delivery.state == "given_up"
    destination = Destination.objects.get()
    assert not destination.is_on
    assert "410" in destination.problem


def test_one_that_cannot_be_worded_does_not_stop_the_others(
    slack: SlackDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    destination = hold_in_channel()
    poison, fine = owed(destination, "poison"), owed(destination, "fine")
    real = slack_channel.ready

    def ready(delivery: Delivery, *, at: datetime) -> Any:
        if delivery.pk == poison.pk:
            raise ValueError("no words")
        return real(delivery, at=at)

    monkeypatch.setattr(slack_channel, "ready", ready)
    assert send() == 1
    assert slack.told() == {fine.message_key: 1}
    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("queued", 1)
    assert "ValueError" in poison.problem


@pytest.mark.django_db(transaction=True)
def test_many_senders_send_everything_once(receiver: Receiver) -> None:
    destination = webhook_destination(receiver.hook)
    made = [owed(destination, f"k{n}") for n in range(40)]

    def run(work: Callable[[], object]) -> threading.Thread:
        thread = threading.Thread(target=work)
        thread.start()
        return thread

    def work() -> None:
        try:
            send_due(at=AT, seconds=20)
        finally:
            connection.close()

    for thread in [run(work) for _ in range(4)]:
        thread.join(60)
    assert sorted(id_ for id_, _ in receiver.events) == sorted(one.message_key for one in made)
    assert not Delivery.objects.undelivered().exists()
