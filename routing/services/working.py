"""What people do with a PQL. Each change of state is one conditional update and one history row."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from routing.models import Qualification, Rep, StateChange
from routing.models.qualification import RejectReason, State
from routing.services.errors import InvalidRequest, TransitionNotAllowed

WAITING = (State.NEW, State.ASSIGNED)
WORKED = (State.ACCEPTED, State.CONTACTED, State.OPPORTUNITY)
REASON_LENGTH = 300


@transaction.atomic
def assign(
    qualification: Qualification, *, rep: Rep, by: User | None, at: datetime, reason: str = ""
) -> Qualification:
    """Give a PQL to ``rep``. Who gets one that was accepted has yet to accept it."""
    _require(qualification, "assigned", (*WAITING, *WORKED))
    if not Rep.objects.available(at).filter(pk=rep.pk).exists():
        raise TransitionNotAllowed(f"{rep} is switched off or away and gets nothing new.")
    if qualification.rep_id == rep.pk:
        raise TransitionNotAllowed(f"This PQL is {rep}'s already.")
    keeps_state = qualification.state in {State.CONTACTED, State.OPPORTUNITY}
    return _move(
        qualification,
        State(qualification.state) if keeps_state else State.ASSIGNED,
        by=by,
        at=at,
        reason=reason or f"Given to {rep}",
        rep_id=rep.pk,
        assigned_at=at,
    )


@transaction.atomic
def accept(qualification: Qualification, *, by: User, at: datetime) -> Qualification:
    """Take a PQL on. One that is nobody's becomes the accepting rep's."""
    _require(qualification, "accepted", WAITING)
    changes: dict[str, Any] = {}
    if qualification.rep_id is None:
        rep = Rep.objects.filter(user=by).first()
        if rep is None:
            raise TransitionNotAllowed("Nobody works this PQL yet: assign it to a rep first.")
        changes = {"rep_id": rep.pk, "assigned_at": at}
    return _move(qualification, State.ACCEPTED, by=by, at=at, touches=True, **changes)


@transaction.atomic
def reject(
    qualification: Qualification, *, by: User, at: datetime, reason: str, note: str = ""
) -> Qualification:
    """Hand a PQL back for a reason from the list; "other" needs a note that says what."""
    if reason not in RejectReason.values:
        raise InvalidRequest("Choose a reason from the list.")
    if reason == RejectReason.OTHER and not note.strip():
        raise InvalidRequest("Say in the note what the reason is.")
    _require(qualification, "rejected", (*WAITING, State.ACCEPTED, State.CONTACTED, State.SNOOZED))
    words = f"{RejectReason(reason).label}: {note.strip()}" if note.strip() else None
    return _move(
        qualification,
        State.REJECTED,
        by=by,
        at=at,
        touches=True,
        reason=words or RejectReason(reason).label,
        reject_reason=reason,
        closed_at=at,
        snoozed_until=None,
    )


@transaction.atomic
def snooze(
    qualification: Qualification, *, by: User, at: datetime, until: datetime
) -> Qualification:
    """Take a PQL out of the queue until a later moment, when it comes back as it was."""
    if until <= at:
        raise InvalidRequest("Choose a moment in the future.")
    _require(qualification, "snoozed", (*WAITING, State.ACCEPTED, State.CONTACTED))
    return _move(
        qualification,
        State.SNOOZED,
        by=by,
        at=at,
        touches=True,
        reason=f"Until {timezone.localtime(until):%-d %b %Y, %H:%M}",
        snoozed_until=until,
        state_before_snooze=qualification.state,
    )


@transaction.atomic
def unsnooze(
    qualification: Qualification, *, by: User | None, at: datetime, reason: str = "Woken by hand"
) -> Qualification:
    """Bring a snoozed PQL back as it was before."""
    _require(qualification, "woken", (State.SNOOZED,))
    before = State(qualification.state_before_snooze or State.NEW)
    return _move(
        qualification,
        before,
        by=by,
        at=at,
        reason=reason,
        snoozed_until=None,
        state_before_snooze="",
    )


@transaction.atomic
def wake_snoozed(*, at: datetime, limit: int) -> int:
    """Bring back up to ``limit`` PQLs whose snooze is over; return how many."""
    sleeping = Qualification.objects.snooze_over(at).order_by("snoozed_until")
    woken = list(sleeping.select_for_update(skip_locked=True, of=("self",))[:limit])
    for qualification in woken:
        unsnooze(qualification, by=None, at=at, reason="The snooze is over")
    return len(woken)


@transaction.atomic
def mark_contacted(qualification: Qualification, *, by: User | None, at: datetime) -> Qualification:
    """Record that the rep reached out."""
    _require(qualification, "marked as contacted", (State.ACCEPTED,))
    return _move(qualification, State.CONTACTED, by=by, at=at, touches=True)


@transaction.atomic
def mark_opportunity(
    qualification: Qualification, *, by: User | None, at: datetime
) -> Qualification:
    """Record that there is a deal to be won."""
    _require(qualification, "made an opportunity", (State.ACCEPTED, State.CONTACTED))
    return _move(qualification, State.OPPORTUNITY, by=by, at=at, touches=True)


@transaction.atomic
def close_won(
    qualification: Qualification, *, by: User | None, at: datetime, reason: str = ""
) -> Qualification:
    """Close a PQL as won."""
    _require(qualification, "closed as won", WORKED)
    return _move(qualification, State.WON, by=by, at=at, reason=reason, closed_at=at)


@transaction.atomic
def close_lost(
    qualification: Qualification, *, by: User | None, at: datetime, reason: str = ""
) -> Qualification:
    """Close a PQL as lost."""
    _require(qualification, "closed as lost", WORKED)
    return _move(qualification, State.LOST, by=by, at=at, reason=reason, closed_at=at)


def _require(qualification: Qualification, verb: str, allowed: tuple[State, ...]) -> None:
    if qualification.state not in allowed:
        raise TransitionNotAllowed(f"This PQL cannot be {verb}: {_what_it_is(qualification)}.")


def _move(
    qualification: Qualification,
    to_state: State,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    touches: bool = False,
    **changes: Any,
) -> Qualification:
    """Change the row only if it is still as the caller saw it, and keep who, when and why."""
    if touches and qualification.first_touched_at is None:
        changes["first_touched_at"] = at
    seen = Qualification.objects.filter(
        pk=qualification.pk, state=qualification.state, rep=qualification.rep_id
    )
    if seen.update(state=to_state, **changes) != 1:
        qualification.refresh_from_db()
        raise TransitionNotAllowed(f"Somebody was faster: {_what_it_is(qualification)}.")
    StateChange.objects.create(
        qualification=qualification,
        from_state=qualification.state,
        to_state=to_state,
        rep_id=changes.get("rep_id", qualification.rep_id),
        by=by,
        reason=reason[:REASON_LENGTH],
        at=at,
    )
    qualification.refresh_from_db()
    return qualification


def _what_it_is(qualification: Qualification) -> str:
    """In words: "it is accepted (by Maya Lind, 3 Mar, 14:03)"."""
    words = f"it is {qualification.get_state_display().lower()}"
    last = qualification.changes.select_related("by").last()
    if last is None:
        return words
    who = f"by {last.by.get_full_name() or last.by.get_username()}, " if last.by else ""
    return f"{words} ({who}{timezone.localtime(last.at):%-d %b, %H:%M})"
