"""What people do with deliveries and destinations: each leaves an entry in the audit log."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from integrations.models import Delivery, DeliveryKind, DeliveryState, Destination
from integrations.models.delivery import LIFE
from leads import audit

ENDED_BADLY = (DeliveryState.GIVEN_UP, DeliveryState.CANCELLED, DeliveryState.MAYBE_SENT)
POSSIBLE_IN: dict[str, tuple[DeliveryState, ...]] = {
    "resend": (*ENDED_BADLY, DeliveryState.FOLDED),
    "cancel": (DeliveryState.QUEUED,),
}
"""The states in which each makes sense; whether it is done, its service says."""


class NotPossibleError(Exception):
    """It cannot be done to this delivery or destination; says why, to people."""


@transaction.atomic
def resend(delivery: Delivery, *, by: User, at: datetime) -> None:
    """Owe a delivery anew that ended without being surely there. It goes out within seconds.

    One that was folded goes alone from now on, if its digest ended so.

    Raises:
        NotPossibleError: it is there, or still on its way.
    """
    ends: tuple[DeliveryState, ...] = ENDED_BADLY
    if delivery.state == DeliveryState.FOLDED:
        _take_out(delivery)
        ends = (DeliveryState.FOLDED,)
    ended = Delivery.objects.filter(pk=delivery.pk, state__in=ends)
    changed = ended.update(
        state=DeliveryState.QUEUED,
        into=None,
        attempts=0,
        not_before=at,
        not_after=at + LIFE,
        problem="",
        sent_at=None,
        doubted_at=None,
        doubts=0,
    )
    if not changed:
        raise NotPossibleError(f"{delivery} is sent or on its way: sending it again doubles it.")
    _note("resent", delivery, by=by, at=at, before=delivery.state)


def _take_out(delivery: Delivery) -> None:
    """Let the digest of a folded delivery tell it no more, whatever becomes of the digest."""
    digest = Delivery.objects.select_for_update().get(folded=delivery)
    if digest.state not in ENDED_BADLY:
        raise NotPossibleError(
            f"{delivery} is told in {digest}, which is sent or on its way: sending it again "
            "doubles it."
        )
    digest.alert_ids = [pk for pk in digest.alert_ids if pk != delivery.alert_id]
    digest.save(update_fields=["alert_ids"])


@transaction.atomic
def cancel(delivery: Delivery, *, by: User, at: datetime) -> None:
    """Owe a delivery no longer.

    Raises:
        NotPossibleError: it has ended, or is being sent at this moment.
    """
    free = Q(claimed_until=None) | Q(claimed_until__lte=at)
    waiting = Delivery.objects.undelivered().filter(free, pk=delivery.pk)
    if not waiting.update(state=DeliveryState.CANCELLED, claimed_until=None):
        raise NotPossibleError(f"{delivery} has ended or is being sent at this moment.")
    _note("cancelled", delivery, by=by, at=at, before=delivery.state)


@transaction.atomic
def owe_test(destination: Destination, *, by: User, at: datetime) -> Delivery:
    """Owe a test message: to whoever asks, to the channel, or to the webhook.

    Raises:
        NotPossibleError: the destination is off.
    """
    if not destination.is_on:
        raise NotPossibleError(f"{destination} is off: switch it on first.")
    # Somebody who tests it thinks it is well again: do not let them wait.
    Destination.objects.filter(pk=destination.pk).update(rests_until=None)
    test = Delivery.objects.create(
        destination=destination,
        key=f"test:{by.pk}:{at.isoformat()}",
        kind=DeliveryKind.TEST,
        user=by,
        payload=TEST_EVENT | {"timestamp": at.isoformat()},
        created_at=at,
        not_before=at,
        not_after=at + LIFE,
    )
    audit.record("tested", about=destination, by=by, at=at)
    return test


TEST_EVENT = {"type": "test", "data": {"words": "Ripeline can write to you here."}}


def _note(action: str, delivery: Delivery, *, by: User, at: datetime, before: str) -> None:
    change = ("state", before, str(Delivery.objects.values_list("state").get(pk=delivery.pk)[0]))
    audit.record(action, about=delivery, by=by, at=at, changes=[change])
