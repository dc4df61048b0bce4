"""How destinations are: what is owed to each, since when, and what is the matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from integrations.models import Delivery, DeliveryState, Destination
from integrations.outbound.channels import trouble

LOOKED_BACK = timedelta(days=1)
LATE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Health:
    """One destination at one moment. ``word`` is one of :data:`WORDS`; ``says`` is a sentence."""

    destination: Destination
    word: str
    says: str
    owed: int
    oldest_due: datetime | None
    sent: int
    given_up: int


WORDS = {
    "Off": "warning",
    "Not set up": "warning",
    "Failing": "danger",
    "Late": "warning",
    "Well": "success",
}
"""The words for a destination's state, with their colors."""


def health_of(destination: Destination, *, at: datetime) -> Health:
    """Look one destination up."""
    queued, since = Q(state=DeliveryState.QUEUED), at - LOOKED_BACK
    owed = Delivery.objects.undelivered().filter(destination=destination)
    waiting = owed.aggregate(
        owed=Count("pk"), oldest=Min("not_before", filter=queued & Q(not_before__lte=at))
    )
    recent = Delivery.objects.filter(destination=destination, created_at__gt=since).aggregate(
        sent=Count("pk", filter=Q(state=DeliveryState.SENT)),
        given_up=Count("pk", filter=Q(state=DeliveryState.GIVEN_UP)),
    )
    word, says = _diagnosis(destination, waiting["oldest"], at)
    return Health(
        destination=destination,
        word=word,
        says=says,
        owed=waiting["owed"],
        oldest_due=waiting["oldest"],
        **recent,
    )


def word_for(destination: Destination, *, at: datetime) -> str:
    """The word alone, without looking at deliveries: for lists."""
    return _diagnosis(destination, None, at)[0]


def _diagnosis(
    destination: Destination, oldest_due: datetime | None, at: datetime
) -> tuple[str, str]:
    if problem := trouble(destination):
        return "Not set up", problem
    if not destination.is_on:
        return "Off", destination.problem or "Nothing is owed to it while it is off."
    if destination.is_broken:
        tried = f"{destination.failures} failures in a row. {destination.problem}"
        return "Failing", f"{tried} It is tried again within a minute, and then all that waits."
    if oldest_due is not None and at - oldest_due > LATE_AFTER:
        return "Late", "Something due waits for longer than it should. Is the sender running?"
    if destination.failures:
        return "Well", f"The last attempt failed: {destination.problem} It is tried again."
    return "Well", "What is owed goes out at once."
