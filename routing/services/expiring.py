"""Letting go of work that nobody has begun and that is none any more."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from routing.models import LifecyclePolicy, Qualification
from routing.models.qualification import ClosingReason, State
from routing.services.moving import move


@transaction.atomic
def expire_quiet(*, at: datetime, limit: int) -> int:
    """Close up to ``limit`` untouched PQLs whose lead is none for as long as the policy allows.

    Longest quiet first; returns how many. Those that somebody accepted, snoozed or reached out to
    are somebody's to close.
    """
    lifecycles = LifecyclePolicy.objects.lifecycles()
    if not any(one.expire_after for one in lifecycles.all):
        return 0
    quiet = Qualification.objects.gone_quiet(at, lifecycles)
    found = list(quiet.defer("breakdown").select_for_update(skip_locked=True, of=("self",))[:limit])
    for qualification in found:
        since = timezone.localtime(qualification.quiet_since)  # type: ignore[attr-defined]  # annotated
        move(
            qualification,
            State.EXPIRED,
            by=None,
            at=at,
            reason=f"No PQL any more since {since:%-d %b %Y}, and nobody had begun",
            closed_at=at,
            closing_reason=ClosingReason.QUIET,
        )
    return len(found)
