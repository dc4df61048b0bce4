"""Manual review: somebody says whether a PQL is worth working, before it is dealt (ADR 0024).

A PQL that waits for its review is ``new`` and nobody's; nothing else can be done with it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from routing.dealing.conditions import all_hold, check
from routing.dealing.facts import Facts
from routing.models import Alert, Qualification, ReviewPolicy, StateChange
from routing.models.qualification import RejectReason, Review, State
from routing.services.errors import InvalidRequest, TransitionNotAllowed
from routing.services.moving import move

HELD_BACK = "Waits for its review"
WORTH_IT = "Reviewed: worth working"
REVIEWED_ALREADY = "Somebody was faster: this PQL was reviewed already."


def review_asked_by(policies: Iterable[ReviewPolicy], facts: Facts) -> ReviewPolicy | None:
    """The policy that holds this PQL back; None for none."""
    return next((policy for policy in policies if _is_about(policy, facts)), None)


def _is_about(policy: ReviewPolicy, facts: Facts) -> bool:
    is_product = policy.product is None or policy.product.key == facts.product
    return is_product and all_hold(check(policy.asks, facts))


@transaction.atomic
def pass_review(
    qualification: Qualification, *, by: User, at: datetime, note: str = ""
) -> Qualification:
    """Say that a PQL is worth working; from now on it is dealt like any other."""
    _require_waiting(qualification)
    passed = move(
        qualification,
        State.NEW,
        by=by,
        at=at,
        reason=f"{WORTH_IT}. {note.strip()}" if note.strip() else WORTH_IT,
        review=Review.PASSED,
    )
    _settle(passed, at=at)
    # The news is that somebody gets it, and that change follows.
    StateChange.objects.filter(qualification=passed, announced_at=None).update(announced_at=at)
    return passed


@transaction.atomic
def dismiss_in_review(
    qualification: Qualification, *, by: User, at: datetime, reason: str, note: str = ""
) -> Qualification:
    """Say that a PQL is not worth working: it closes as rejected, before any rep saw it."""
    if reason not in RejectReason.values:
        raise InvalidRequest("Choose a reason from the list.")
    if reason == RejectReason.OTHER and not note.strip():
        raise InvalidRequest("Say in the note what the reason is.")
    _require_waiting(qualification)
    words = RejectReason(reason).label + (f": {note.strip()}" if note.strip() else "")
    dismissed = move(
        qualification,
        State.REJECTED,
        by=by,
        at=at,
        reason=f"In review: {words}",
        review=Review.DISMISSED,
        reject_reason=reason,
        closed_at=at,
    )
    _settle(dismissed, at=at)
    return dismissed


def _settle(qualification: Qualification, *, at: datetime) -> None:
    """Nobody has to be told any more that it waits (:mod:`routing.sla.reviews`)."""
    Alert.objects.about(f"review:{qualification.pk}").settle(at)


def _require_waiting(qualification: Qualification) -> None:
    """Refuse what was reviewed already, whatever the caller saw. Needs a transaction: of two who
    review it at the same moment the second one waits here, and is refused."""
    row = Qualification.objects.select_for_update(of=("self",)).filter(pk=qualification.pk)
    locked = row.only("state", "review").first()
    if locked is None or not locked.waits_for_review:
        raise TransitionNotAllowed(REVIEWED_ALREADY)
