"""Episodes of work follow their person when two leads turn out to be one."""

from datetime import datetime

from django.db import transaction

from leads.models import Lead
from routing.models import Forecast, Qualification, StateChange
from routing.models.qualification import OPEN_STATES, ClosingReason, State

# How far an episode has come: of two for one person, the further one stays.
_PROGRESS = {
    State.NEW: 0,
    State.ASSIGNED: 1,
    State.SNOOZED: 2,
    State.ACCEPTED: 3,
    State.CONTACTED: 4,
    State.OPPORTUNITY: 5,
}


@transaction.atomic
def follow_merges(*, at: datetime, limit: int) -> int:
    """Move up to ``limit`` qualifications of merged leads to the surviving lead; return how many.

    Where both had an open one for the product, the one that came further stays and the other is
    closed as expired, saying so.
    """
    stray = Qualification.objects.of_merged_leads().select_related("lead").order_by("pk")
    moved = list(stray.select_for_update(skip_locked=True, of=("self",))[:limit])
    for qualification in moved:
        _follow(qualification, _survivor(qualification.lead), at=at)
    return len(moved)


def _survivor(lead: Lead) -> Lead:
    """The end of the chain of merges. Locked, so that nothing opens on it meanwhile."""
    while lead.merged_into_id is not None:
        lead = Lead.objects.select_for_update(no_key=True).get(pk=lead.merged_into_id)
    return lead


def _follow(qualification: Qualification, winner: Lead, *, at: datetime) -> None:
    if qualification.state in OPEN_STATES:
        rival = (
            Qualification.objects.open()
            .filter(lead=winner, product_id=qualification.product_id)
            .select_for_update()
            .first()
        )
        if rival is not None:
            stays_behind = _came_further(rival, qualification)
            double, kept = (qualification, rival) if stays_behind else (rival, qualification)
            _expire(double, reason=f"Double: the same person's PQL {kept.pk} goes on", at=at)
    reason = f"Two leads turned out to be one person: {qualification.lead_id} is {winner.pk}"
    qualification.lead = winner
    qualification.save(update_fields=["lead"])
    Forecast.objects.filter(pk=qualification.pk).update(lead=winner)
    _record(qualification, from_state=qualification.state, reason=reason, at=at)


def _came_further(one: Qualification, other: Qualification) -> bool:
    return _PROGRESS[State(one.state)] >= _PROGRESS[State(other.state)]


def _expire(qualification: Qualification, *, reason: str, at: datetime) -> None:
    before = qualification.state
    qualification.state = State.EXPIRED
    qualification.closed_at = at
    qualification.snoozed_until = None
    qualification.closing_reason = ClosingReason.DOUBLE
    names = ["state", "closed_at", "snoozed_until", "closing_reason"]
    qualification.save(update_fields=names)
    _record(qualification, from_state=before, reason=reason, at=at)


def _record(qualification: Qualification, *, from_state: str, reason: str, at: datetime) -> None:
    StateChange.objects.create(
        qualification=qualification,
        from_state=from_state,
        to_state=qualification.state,
        rep_id=qualification.rep_id,
        reason=reason,
        at=at,
    )
