"""The one way a PQL's state changes: under lock, only as the caller saw it, with its history."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from leads.models import Outcome
from routing.models import Qualification, StateChange
from routing.models.qualification import COOLED_STATES, Review, State
from routing.services.errors import TransitionNotAllowed
from rubrics.models import Score

REASON_LENGTH = 300

# All that a change of state may touch.
MUTABLE = frozenset(
    {
        "state",
        "rep_id",
        "assigned_at",
        "first_touched_at",
        "snoozed_until",
        "state_before_snooze",
        "closed_at",
        "reject_reason",
        "closing_reason",
        "closed_total",
        "review",
    }
)
_FIELDS = [field for field in Qualification._meta.concrete_fields if field.attname in MUTABLE]


def snapshot(qualification: Qualification) -> dict[str, Any]:
    """Those fields as JSON holds them exactly: moments with their microseconds."""
    values = {field.attname: getattr(qualification, field.attname) for field in _FIELDS}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def restored(before: dict[str, Any]) -> dict[str, Any]:
    """A snapshot as arguments of ``update()``."""
    kept = [field for field in _FIELDS if field.attname in before]
    return {field.attname: field.to_python(before[field.attname]) for field in kept}


def require(qualification: Qualification, verb: str, allowed: tuple[State, ...]) -> None:
    """Refuse what the state does not allow, in words."""
    if qualification.review == Review.WAITING:
        raise TransitionNotAllowed("This PQL waits for its review, and is nobody's until then.")
    if qualification.state not in allowed:
        raise TransitionNotAllowed(f"This PQL cannot be {verb}: {what_it_is(qualification)}.")


def move(
    qualification: Qualification,
    to_state: State,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
    touches: bool = False,
    outcome: Outcome | None = None,
    **changes: Any,
) -> Qualification:
    """Change the row only if it is still as the caller saw it, and keep who, when and why.

    Needs a transaction. What a person did keeps what it replaced, so that it can be undone.
    """
    seen = Qualification.objects.filter(
        pk=qualification.pk, state=qualification.state, rep=qualification.rep_id
    )
    locked = seen.select_for_update(of=("self",)).defer("breakdown").first()
    if locked is None:
        qualification.refresh_from_db()
        raise TransitionNotAllowed(f"Somebody was faster: {what_it_is(qualification)}.")
    if touches and locked.first_touched_at is None:
        changes["first_touched_at"] = at
    if to_state in COOLED_STATES:
        changes["closed_total"] = _total_of(locked)
    Qualification.objects.filter(pk=locked.pk).update(state=to_state, **changes)
    StateChange.objects.create(
        qualification=qualification,
        from_state=locked.state,
        to_state=to_state,
        rep_id=changes.get("rep_id", locked.rep_id),
        by=by,
        reason=reason[:REASON_LENGTH],
        at=at,
        before=snapshot(locked) if by else None,
        outcome=outcome,
    )
    qualification.refresh_from_db()
    return qualification


def what_it_is(qualification: Qualification) -> str:
    """In words: "it is accepted (by Maya Lind, 3 Mar, 14:03)"."""
    words = f"it is {qualification.get_state_display().lower()}"
    last = qualification.changes.select_related("by").last()
    if last is None:
        return words
    who = f"by {name_of(last.by)}, " if last.by else ""
    return f"{words} ({who}{timezone.localtime(last.at):%-d %b, %H:%M})"


def _total_of(qualification: Qualification) -> int | None:
    scores = Score.objects.filter(lead=qualification.lead_id, product=qualification.product_id)
    return scores.values_list("total", flat=True).first()


def name_of(user: User) -> str:
    """What a person is called in the history."""
    return user.get_full_name() or user.get_username()
