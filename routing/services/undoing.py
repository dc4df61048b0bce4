"""Taking back what was just done to a PQL."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from leads.services import withdraw_outcome
from routing.models import Qualification, Rep, StateChange, Touch
from routing.services.errors import NotYours, TransitionNotAllowed
from routing.services.moving import REASON_LENGTH, name_of, restored, what_it_is
from routing.viewers import Viewer


@transaction.atomic
def undo(change: StateChange, *, by: User, at: datetime) -> Qualification:
    """Put the PQL back exactly as it was before ``change``; that is kept as a change of its own.

    Only what a person did, only within a minute, only by them or by who manages them (see
    :meth:`routing.viewers.Viewer.may_undo`), and only while nothing else has happened to the PQL:
    the act of somebody else is never undone with it. Alerts that were sent stay sent.

    Raises:
        NotYours: somebody else did it.
        TransitionNotAllowed: it is too late, or something happened since.
    """
    pqls = Qualification.objects.select_for_update(of=("self",)).select_related("lead")
    qualification = pqls.get(pk=change.qualification_id)
    if not Viewer.of(by).may_undo(change):
        raise NotYours("Only who did this, or their manager, can undo it.")
    if change.before is None:
        raise TransitionNotAllowed("This cannot be undone.")
    if StateChange.objects.filter(undoes=change).exists():
        raise TransitionNotAllowed("This was undone already.")
    if change.undo_until is None or at > change.undo_until:
        raise TransitionNotAllowed("Too late to undo: that is possible for one minute.")
    if qualification.changes.filter(pk__gt=change.pk).exists():
        raise TransitionNotAllowed(
            f"Too late to undo: something happened since, {what_it_is(qualification)}."
        )
    return _put_back(qualification, change, by=by, at=at)


def _put_back(
    qualification: Qualification, change: StateChange, *, by: User, at: datetime
) -> Qualification:
    values = restored(change.before or {})
    rep_id = values["rep_id"]
    if rep_id is not None and not Rep.objects.filter(pk=rep_id).exists():
        raise TransitionNotAllowed("The rep it would go back to is no more.")
    Touch.objects.filter(change=change).delete()
    if change.outcome is not None:
        withdraw_outcome(change.outcome)
    undone = f"{change.get_from_state_display()} to {change.get_to_state_display()}".lower()
    StateChange.objects.create(
        qualification=qualification,
        from_state=qualification.state,
        to_state=values["state"],
        rep_id=rep_id,
        by=by,
        reason=f"Undone by {name_of(by)}: {undone}"[:REASON_LENGTH],
        at=at,
        undoes=change,
    )
    try:
        with transaction.atomic():
            Qualification.objects.filter(pk=qualification.pk).update(**values)
    except IntegrityError as error:  # the constraint one_open_qualification
        raise TransitionNotAllowed(
            "Too late to undo: a new PQL of this lead was opened since."
        ) from error
    qualification.refresh_from_db()
    return qualification
