"""What becomes of a PQL: told by its rep, or known from outcomes that came from elsewhere."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from leads.models import Outcome
from leads.models.outcome import OutcomeKind
from leads.services import record_outcome
from routing.models import Note, Qualification
from routing.models.qualification import (
    LOST_CHOICES,
    OPEN_STATES,
    ClosingReason,
    State,
)
from routing.services.errors import InvalidRequest
from routing.services.moving import move, require
from routing.services.working import WORKED

# Of one kind here is what says the same about a lead: a customer bought, with or without help.
_SAME = {
    OutcomeKind.OPPORTUNITY: (OutcomeKind.OPPORTUNITY,),
    OutcomeKind.CLOSED_WON: (OutcomeKind.CLOSED_WON, OutcomeKind.CONVERTED),
    OutcomeKind.CLOSED_LOST: (OutcomeKind.CLOSED_LOST,),
}
# What an outcome makes of an open PQL.
_MEANS: dict[str, tuple[State, str]] = {
    OutcomeKind.OPPORTUNITY: (State.OPPORTUNITY, ""),
    OutcomeKind.CLOSED_WON: (State.WON, ClosingReason.SALES),
    OutcomeKind.CONVERTED: (State.WON, ClosingReason.SELF_SERVE),
    OutcomeKind.CLOSED_LOST: (State.LOST, ClosingReason.NOT_SAID),
}


@transaction.atomic
def mark_opportunity(
    qualification: Qualification,
    *,
    by: User | None,
    at: datetime,
    amount: Decimal | None = None,
    currency: str = "",
) -> Qualification:
    """Record that there is a deal to be won, and what it may be worth."""
    require(qualification, "made an opportunity", (State.ACCEPTED, State.CONTACTED))
    worth = _worth(amount, currency)
    outcome = _record(qualification, OutcomeKind.OPPORTUNITY, at, amount, currency)
    return move(
        qualification,
        State.OPPORTUNITY,
        by=by,
        at=at,
        touches=True,
        reason=worth,
        outcome=outcome,
    )


@transaction.atomic
def close_won(
    qualification: Qualification,
    *,
    by: User | None,
    at: datetime,
    amount: Decimal | None = None,
    currency: str = "",
) -> Qualification:
    """Close a PQL as won, and record what it is worth."""
    require(qualification, "closed as won", WORKED)
    worth = _worth(amount, currency)
    outcome = _record(qualification, OutcomeKind.CLOSED_WON, at, amount, currency)
    return move(
        qualification,
        State.WON,
        by=by,
        at=at,
        touches=True,
        reason=worth,
        closed_at=at,
        closing_reason=ClosingReason.SALES,
        outcome=outcome,
    )


@transaction.atomic
def close_lost(
    qualification: Qualification,
    *,
    by: User | None,
    at: datetime,
    reason: str,
    note: str = "",
) -> Qualification:
    """Close a PQL as lost for a reason from the list; "other" needs a note that says what."""
    if reason not in dict(LOST_CHOICES):
        raise InvalidRequest("Choose a reason from the list.")
    note = note.strip()
    if reason == ClosingReason.OTHER and not note:
        raise InvalidRequest("Say in the note what the reason is.")
    require(qualification, "closed as lost", WORKED)
    outcome = _record(qualification, OutcomeKind.CLOSED_LOST, at)
    label = ClosingReason(reason).label
    return move(
        qualification,
        State.LOST,
        by=by,
        at=at,
        touches=True,
        reason=f"{label}: {note}" if note else label,
        closed_at=at,
        closing_reason=reason,
        outcome=outcome,
    )


@transaction.atomic
def close_by_outcomes(*, at: datetime, limit: int) -> int:
    """Let up to ``limit`` outcomes that came from elsewhere move the work they decide.

    Returns how many were looked at. Each is looked at once, whatever it moves: one that is about
    no product concerns the lead's every PQL; one from before a PQL was opened (by its day: CRMs
    tell no time) says nothing about it. What reps recorded themselves has moved already.
    """
    found = Outcome.objects.unrouted().select_related("product")
    outcomes = list(found.select_for_update(skip_locked=True, of=("self",))[:limit])
    for outcome in outcomes:
        for qualification in _concerned(outcome):
            _follow(qualification, outcome, at=at)
    Outcome.objects.filter(pk__in=[outcome.pk for outcome in outcomes]).update(routed_at=at)
    return len(outcomes)


def _concerned(outcome: Outcome) -> QuerySet[Qualification]:
    """The PQLs it decides, locked; of churn, which ends no open work, the newest."""
    day = outcome.occurred_at.astimezone(UTC).date()
    day_end = datetime.combine(day, time.max, tzinfo=UTC)
    theirs = Qualification.objects.filter(
        Q(lead=outcome.lead_id) | Q(lead__merged_into=outcome.lead_id), opened_at__lte=day_end
    )
    if outcome.product_id is not None:
        theirs = theirs.filter(product=outcome.product_id)
    locked = theirs.order_by("-opened_at", "-pk").select_for_update(of=("self",))
    if outcome.kind == OutcomeKind.CHURNED:
        return locked[:1]
    return locked.filter(state__in=OPEN_STATES)


def _follow(qualification: Qualification, outcome: Outcome, *, at: datetime) -> None:
    told = _told(outcome)
    means = _MEANS.get(outcome.kind)
    if means is None:
        Note.objects.create(qualification=qualification, text=told, by=None, at=at)
        return
    state, closing_reason = means
    if qualification.state == state:
        return
    changes: dict[str, Any] = {"snoozed_until": None, "state_before_snooze": ""}
    if state != State.OPPORTUNITY:
        changes |= {"closed_at": at, "closing_reason": closing_reason}
    move(qualification, state, by=None, at=at, reason=told, **changes)


def _told(outcome: Outcome) -> str:
    """In words: "Converted (self-serve) on 3 Mar 2026, EUR 1,200.00"."""
    day = timezone.localtime(outcome.occurred_at)
    words = f"{outcome.get_kind_display()} on {day:%-d %b %Y}"
    worth = _worth(outcome.amount, outcome.currency)
    return ", ".join(part for part in (words, worth) if part)


def _worth(amount: Decimal | None, currency: str) -> str:
    if amount is None:
        return ""
    if amount < 0:
        raise InvalidRequest("The amount cannot be below zero.")
    if not currency:
        raise InvalidRequest("Say the currency of the amount.")
    return f"{currency} {amount:,.2f}"


def _record(
    qualification: Qualification,
    kind: OutcomeKind,
    at: datetime,
    amount: Decimal | None = None,
    currency: str = "",
) -> Outcome | None:
    """Keep as an outcome what the rep says, so that proofs learn from it; once.

    Returns None where the same is known already, from the CRM or the product.
    """
    known = Outcome.objects.filter(
        Q(product=None) | Q(product=qualification.product_id),
        lead=qualification.lead_id,
        kind__in=_SAME[kind],
        occurred_at__gte=qualification.opened_at,
    )
    if known.exists():
        return None
    outcome = record_outcome(
        lead=qualification.lead,
        product=qualification.product,
        kind=kind,
        occurred_at=at,
        amount=amount,
        currency=currency,
        note="Told by the rep",
    )
    outcome.routed_at = at  # its PQL moves with it: there is nothing left to follow
    outcome.save(update_fields=["routed_at"])
    return outcome
