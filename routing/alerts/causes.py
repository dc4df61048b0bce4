"""Which changes of a PQL are news, to whom, and in which words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User

from routing.models import Qualification, Rep, StateChange
from routing.models.alert import AlertKind
from routing.models.qualification import OPEN_STATES, Review, State


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody is told: ``message`` says it to them."""

    kind: AlertKind
    users: tuple[User, ...]
    message: str


def cause_of(
    change: StateChange, *, rep_before: int | None, managers: Sequence[User]
) -> Cause | None:
    """What a change means to somebody; None where it is no news.

    No news is what the rep did themselves, and what is over by now: a PQL that went on to somebody
    else has a later change that tells them, a closed one needs nobody.

    Args:
        change: with its qualification as it is now, and the reps' users.
        rep_before: whose the PQL was before the change.
        managers: who is told of PQLs that nobody could take.
    """
    pql = change.qualification
    if pql.state not in OPEN_STATES or pql.rep_id != change.rep_id:
        return None
    if change.rep is None:
        return _unassigned(change, pql, managers)
    if change.by_id == change.rep.user_id or not change.rep.user.is_active:
        return None
    return _of_rep(change, change.rep, rep_before)


def _unassigned(change: StateChange, pql: Qualification, managers: Sequence[User]) -> Cause | None:
    if change.from_state or change.to_state != State.NEW or pql.state != State.NEW:
        return None
    if pql.review == Review.WAITING:
        return None  # whoever reviews has a list of these
    return Cause(AlertKind.UNASSIGNED_PQL, tuple(managers), _sentence(change.reason))


def _of_rep(change: StateChange, rep: Rep, rep_before: int | None) -> Cause | None:
    told = (rep.user,)
    if rep_before != rep.pk:
        if change.from_state in {"", State.NEW}:
            return Cause(AlertKind.NEW_PQL, told, _sentence("Assigned to you", change.reason))
        return Cause(AlertKind.HANDED_PQL, told, _sentence("Yours now", change.reason))
    if change.from_state == State.SNOOZED and change.to_state in OPEN_STATES:
        return Cause(AlertKind.WOKEN_PQL, told, "Back in your queue: the snooze is over.")
    return None


def _sentence(*parts: str) -> str:
    return " ".join(f"{part.rstrip('. ')}." for part in parts if part.strip())
