"""What becomes of a delivery and of its destination after an attempt: in one short transaction."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Least

from integrations.models import Delivery, DeliveryKind, DeliveryState, Destination
from integrations.models.delivery import LEASE, LIFE
from integrations.outbound.channels import learn
from integrations.outbound.outcomes import (
    Failed,
    Gone,
    Outcome,
    PerhapsSent,
    Refused,
    Sent,
    pause_after,
)

logger = logging.getLogger(__name__)

PROBLEM_LENGTH = 300
BETWEEN_UPDATES = timedelta(seconds=15)
"""A digest is brought up to date no more often: who works through it changes line after line."""
SEEN_EVERY = timedelta(seconds=10)
"""A destination's last success is written no more often: its row is everybody's."""


@transaction.atomic
def record(delivery: Delivery, outcome: Outcome, *, at: datetime) -> bool:
    """Keep how an attempt went; True if the message is there."""
    if not isinstance(outcome, PerhapsSent | Gone) and outcome.learned is not None:
        learn(delivery, outcome.learned)
    match outcome:
        case Sent():
            _sent(delivery, outcome, at)
        case Failed():
            _failed(delivery, outcome, at)
        case Refused(problem):
            _end(delivery, DeliveryState.GIVEN_UP, problem=problem)
            _well(delivery.destination, at, sent=False)
        case PerhapsSent(problem):
            _end(delivery, DeliveryState.MAYBE_SENT, problem=problem, sent_at=at)
        case Gone(problem):
            _end(delivery, DeliveryState.GIVEN_UP, problem=problem)
            gone = Destination.objects.filter(pk=delivery.destination_id)
            gone.update(is_on=False, problem=problem[:PROBLEM_LENGTH], failed_at=at)
            logger.warning("Destination %s asks for no more: switched off", delivery.destination_id)
    return isinstance(outcome, Sent)


def _mine(delivery: Delivery) -> Any:
    """The row, as long as the lease is ours and nobody cancelled it."""
    return Delivery.objects.undelivered().filter(
        pk=delivery.pk, claimed_until=delivery.claimed_until
    )


def _end(delivery: Delivery, state: DeliveryState, *, problem: str = "", **values: Any) -> None:
    problem = problem[:PROBLEM_LENGTH]
    _mine(delivery).update(state=state, claimed_until=None, problem=problem, **values)


def _sent(delivery: Delivery, sent: Sent, at: datetime) -> None:
    _end(
        delivery,
        DeliveryState.SENT,
        problem=sent.note,
        sent_at=at,
        remote_id=sent.remote_id,
        remote_channel=sent.remote_channel,
        shown_change=delivery.shown_change,
    )
    if delivery.kind == DeliveryKind.UPDATE:
        _is_up_to_date(delivery, at)
    _well(delivery.destination, at, sent=True)


def _is_up_to_date(update: Delivery, at: datetime) -> None:
    """A change that came while the update was on its way is owed again."""
    row = Delivery.objects.select_for_update(no_key=True).filter(pk=update.pk).first()
    if row is None or row.state != DeliveryState.SENT:
        return
    if _was_asked_again(row, update):
        owe_again(row, at=at)


def _was_asked_again(row: Delivery, sent: Delivery) -> bool:
    """Whether there is more to tell than what was just told (:mod:`.updating` says how it is
    remembered)."""
    if "asked" in row.payload:
        return bool(row.payload["asked"] > sent.payload.get("asked", 0))
    return bool(row.payload["change"] > (sent.shown_change or 0))


def owe_again(update: Delivery, *, at: datetime) -> None:
    """Owe an update anew that has ended; its row is locked. A digest's waits for others."""
    not_before = at
    if update.alert_id is None and update.sent_at is not None:
        not_before = max(at, update.sent_at + BETWEEN_UPDATES)
    update.state, update.sent_at, update.problem = DeliveryState.QUEUED, None, ""
    update.attempts, update.not_before, update.not_after = 0, not_before, at + LIFE
    update.save()


def _well(destination: Destination, at: datetime, *, sent: bool) -> None:
    """The destination answered. If it had been away, what waited for it goes out now."""
    row = Destination.objects.filter(pk=destination.pk)
    if destination.failures:
        row.update(failures=0, rests_until=None, problem="")
        waiting = Delivery.objects.undelivered().filter(
            destination=destination, attempts__gt=0, doubted_at=None, claimed_until=None
        )
        waiting.update(not_before=Least("not_before", at))
        if destination.is_broken:
            logger.info("Destination %s is back", destination.pk)
    if sent and (destination.sent_at is None or at - destination.sent_at > SEEN_EVERY):
        row.update(sent_at=at)


def _failed(delivery: Delivery, failed: Failed, at: datetime) -> None:
    if failed.blames_destination:
        _ail(delivery.destination, failed, at)
    pause = pause_after(delivery.attempts, failed)
    values: dict[str, Any] = {}
    if failed.is_throttled:  # not its fault: what it was told to wait does not count
        values["attempts"] = delivery.attempts - 1
    if pause is None:
        problem = f"{failed.problem} Given up after {delivery.attempts} attempts."
        _end(delivery, DeliveryState.GIVEN_UP, problem=problem)
        return
    if failed.in_doubt or failed.may_be_there:
        assert delivery.claimed_until is not None  # claimed: it was sent
        values["doubted_at"] = delivery.doubted_at or delivery.claimed_until - LEASE
    if failed.in_doubt:
        values["doubts"] = delivery.doubts + 1
    _mine(delivery).update(
        claimed_until=None,
        not_before=at + pause,
        problem=failed.problem[:PROBLEM_LENGTH],
        **values,
    )


def _ail(destination: Destination, failed: Failed, at: datetime) -> None:
    """One more failure in a row; after a few it rests. What it asks to wait is waited at once."""
    row = Destination.objects.select_for_update(no_key=True).get(pk=destination.pk)
    was_broken = row.is_broken
    row.failures += 1
    row.failed_at = at
    row.problem = failed.problem[:PROBLEM_LENGTH]
    rest = max(row.rest(), failed.retry_after or timedelta(0))
    row.rests_until = at + rest if rest else None
    row.save(update_fields=["failures", "failed_at", "problem", "rests_until"])
    if row.is_broken and not was_broken:
        logger.warning("Destination %s failed %s times and rests", row.pk, row.failures)


@transaction.atomic
def record_probe(destination: Destination, outcome: Outcome, *, at: datetime) -> None:
    """Keep whether a destination that failed is back."""
    if isinstance(outcome, Failed):
        _ail(destination, outcome, at)
    elif isinstance(outcome, Refused):
        _ail(destination, Failed(outcome.problem), at)
    else:
        _well(destination, at, sent=False)
