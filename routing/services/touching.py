"""What a rep did outside of Ripeline, and what they want to remember."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from routing.models import Note, Qualification, Touch
from routing.models.qualification import State
from routing.models.touch import TouchKind
from routing.services.errors import InvalidRequest
from routing.services.moving import move, require
from routing.services.working import WORKED

NOTE_LENGTH = 1000


@transaction.atomic
def log_touch(
    qualification: Qualification,
    *,
    kind: str,
    by: User | None,
    at: datetime,
    note: str = "",
    touched_at: datetime | None = None,
) -> Touch:
    """Record that the lead was called, written to or met; an accepted PQL is contacted by it.

    Args:
        touched_at: when it was, if not just now.
    """
    note = _checked(note)
    touched_at = touched_at or at
    if kind not in TouchKind.values:
        raise InvalidRequest("Choose what it was from the list.")
    if kind == TouchKind.OTHER and not note:
        raise InvalidRequest("Say in the note what it was.")
    if touched_at > at:
        raise InvalidRequest("Choose a moment that has passed.")
    if touched_at < qualification.opened_at:
        raise InvalidRequest("Choose a moment after the PQL was opened.")
    require(qualification, "said to be contacted", WORKED)
    state = State(qualification.state)
    what = TouchKind(kind).label if kind != TouchKind.OTHER else "Reached out"
    moved = move(
        qualification,
        State.CONTACTED if state == State.ACCEPTED else state,
        by=by,
        at=at,
        touches=True,
        reason=f"{what}: {note}" if note else what,
    )
    return Touch.objects.create(
        qualification=moved,
        kind=kind,
        by=by,
        note=note,
        touched_at=touched_at,
        change=moved.changes.order_by("-pk")[0],
    )


@transaction.atomic
def add_note(qualification: Qualification, *, text: str, by: User | None, at: datetime) -> Note:
    """Keep what somebody wrote about a PQL, open or closed."""
    text = _checked(text)
    if not text:
        raise InvalidRequest("Write something first.")
    return Note.objects.create(qualification=qualification, text=text, by=by, at=at)


def _checked(text: str) -> str:
    text = text.strip()
    if len(text) > NOTE_LENGTH:
        raise InvalidRequest(f"Keep it to {NOTE_LENGTH:,} characters: it has {len(text):,}.")
    return text
