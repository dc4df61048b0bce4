"""What people do with a PQL. Each change of state is one conditional update and one history row."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from routing.models import Qualification, Rep
from routing.models.qualification import RejectReason, State
from routing.services.choosing import doubts_about
from routing.services.errors import InvalidRequest, NeedsConfirmation, TransitionNotAllowed
from routing.services.moving import move, require

WAITING = (State.NEW, State.ASSIGNED)
WORKED = (State.ACCEPTED, State.CONTACTED, State.OPPORTUNITY)


@transaction.atomic
def assign(
    qualification: Qualification,
    *,
    rep: Rep,
    by: User | None,
    at: datetime,
    note: str = "",
    is_confirmed: bool = False,
) -> Qualification:
    """Give a PQL to ``rep``. Who gets one that was accepted has yet to accept it.

    Whom the dealing would give none now (full, off, not at work) gets it only if that is confirmed;
    the history then says so. Whose account is deactivated never does.

    Raises:
        NeedsConfirmation: the dealing would not; says why.
    """
    require(qualification, "assigned", (*WAITING, *WORKED))
    if not rep.user.is_active:
        raise TransitionNotAllowed(f"{rep}'s account is deactivated: they get nothing.")
    if qualification.rep_id == rep.pk:
        raise TransitionNotAllowed(f"This PQL is {rep}'s already.")
    doubt = doubts_about([rep], at=at).get(rep.pk, "")
    if doubt and not is_confirmed:
        raise NeedsConfirmation(f"{rep} {doubt}.")
    although = f", who {doubt}" if doubt else ""
    said = f". {note.strip()}" if note.strip() else ""
    keeps_state = qualification.state in {State.CONTACTED, State.OPPORTUNITY}
    return move(
        qualification,
        State(qualification.state) if keeps_state else State.ASSIGNED,
        by=by,
        at=at,
        reason=f"Given to {rep}{although}{said}",
        rep_id=rep.pk,
        assigned_at=at,
    )


@transaction.atomic
def reassign(
    qualification: Qualification, *, rep: Rep, at: datetime, reason: str, by: User | None = None
) -> Qualification:
    """Take a PQL from a rep who has not reached out, and give it to another who has yet to accept.

    That ``rep`` may have it is for the caller to know: the dealing judged that under lock.
    """
    require(qualification, "given to another rep", (State.ASSIGNED, State.ACCEPTED))
    if qualification.rep_id == rep.pk:
        raise TransitionNotAllowed(f"This PQL is {rep}'s already.")
    return move(
        qualification,
        State.ASSIGNED,
        by=by,
        at=at,
        reason=reason,
        rep_id=rep.pk,
        assigned_at=at,
    )


@transaction.atomic
def accept(qualification: Qualification, *, by: User, at: datetime) -> Qualification:
    """Take a PQL on. One that is nobody's becomes the accepting rep's."""
    require(qualification, "accepted", WAITING)
    changes: dict[str, Any] = {}
    if qualification.rep_id is None:
        rep = Rep.objects.filter(user=by).first()
        if rep is None:
            raise TransitionNotAllowed("Nobody works this PQL yet: assign it to a rep first.")
        changes = {"rep_id": rep.pk, "assigned_at": at}
    return move(qualification, State.ACCEPTED, by=by, at=at, touches=True, **changes)


@transaction.atomic
def reject(
    qualification: Qualification, *, by: User, at: datetime, reason: str, note: str = ""
) -> Qualification:
    """Hand a PQL back for a reason from the list; "other" needs a note that says what."""
    if reason not in RejectReason.values:
        raise InvalidRequest("Choose a reason from the list.")
    if reason == RejectReason.OTHER and not note.strip():
        raise InvalidRequest("Say in the note what the reason is.")
    require(qualification, "rejected", (*WAITING, State.ACCEPTED, State.CONTACTED, State.SNOOZED))
    words = f"{RejectReason(reason).label}: {note.strip()}" if note.strip() else None
    return move(
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
    require(qualification, "snoozed", (*WAITING, State.ACCEPTED, State.CONTACTED))
    return move(
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
    require(qualification, "woken", (State.SNOOZED,))
    before = State(qualification.state_before_snooze or State.NEW)
    return move(
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
    require(qualification, "marked as contacted", (State.ACCEPTED,))
    return move(qualification, State.CONTACTED, by=by, at=at, touches=True)
