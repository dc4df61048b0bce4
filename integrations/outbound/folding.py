"""Too many alerts waiting for one person, or one channel, become one message (docs/adr/0019).

After an outage everything is due at once. Dozens of messages in a row are muted, the pressing ones
with them; so these go as they are, and the others are told in one digest. A delivery says in which.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import Count

from integrations.models import Delivery, DeliveryKind, DeliveryState, Destination, DestinationKind

MOST_WAITING = 20
"""So many alerts go one by one; of more, most are folded (facts/reliability.md, 3.3)."""
SINGLY = 5
"""Of too many, so many still go as messages of their own, with their reasons and buttons."""


def apart(severities: Mapping[int, int]) -> tuple[list[int], list[int]]:
    """Which of the waiting go singly, and which are folded: the most severe, then the oldest first.

    Pure. Never fewer than two are folded.

    Args:
        severities: of each that waits, by its id; a lower id is an older one.
    """
    ranked = sorted(severities, key=lambda pk: (-severities[pk], pk))
    if len(ranked) <= MOST_WAITING:
        return sorted(ranked), []
    return sorted(ranked[:SINGLY]), sorted(ranked[SINGLY:])


def fold(destination: Destination, *, at: datetime) -> int:
    """Fold what waits for whoever has too much of it; return how many digests that made.

    Needs a transaction in which the destination's row is locked: nobody claims meanwhile.
    """
    if destination.kind == DestinationKind.WEBHOOK:
        return 0
    waiting = Delivery.objects.foldable(destination, at)
    crowds = waiting.order_by().values_list("user_id", "lane").annotate(many=Count("pk"))
    return sum(
        _fold_one(destination, user_id, lane, at=at)
        for user_id, lane, _ in crowds.filter(many__gt=MOST_WAITING)
    )


def _fold_one(destination: Destination, user_id: int | None, lane: str, *, at: datetime) -> bool:
    """One person's, or one channel's. Of somebody who cancels one at this moment, it is left."""
    waiting = Delivery.objects.foldable(destination, at).filter(user=user_id, lane=lane)
    locked = waiting.select_for_update(skip_locked=True, of=("self",)).select_related("alert")
    found = {one.pk: one for one in locked.defer("alert__content").order_by("pk")}
    _, folded = apart({pk: one.alert.severity for pk, one in found.items() if one.alert})
    if not folded:
        return False
    digest = Delivery.objects.create(
        destination=destination,
        key=f"folded:{folded[0]}:{at.isoformat()}",
        kind=DeliveryKind.ALERT,
        alert_ids=[found[pk].alert_id for pk in folded],
        user_id=user_id,
        lane=lane,
        created_at=at,
        not_before=at,
        not_after=max(found[pk].not_after for pk in folded),
    )
    gone = Delivery.objects.filter(pk__in=folded)
    gone.update(state=DeliveryState.FOLDED, into=digest, problem="")
    # What was to be brought up to date will never be there.
    Delivery.objects.undelivered().filter(original__in=folded, claimed_until=None).delete()
    return True
