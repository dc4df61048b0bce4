"""What the demo's reps do with a PQL, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.models import User

from leads.models import Outcome
from leads.models.outcome import OutcomeKind
from routing.models import Qualification
from routing.models.qualification import OPEN_STATES, ClosingReason, RejectReason, State
from routing.services import (
    accept,
    close_lost,
    close_won,
    mark_contacted,
    mark_opportunity,
    reject,
    snooze,
)

# What came in so lately is still waiting in the queue; of what is a little older, some is.
UNTOUCHED = timedelta(hours=20)
SOME_UNTOUCHED = timedelta(days=4)
REJECT_REASONS = (
    RejectReason.NO_INTENT,
    RejectReason.NO_AUTHORITY,
    RejectReason.NOT_ICP,
    RejectReason.BAD_DATA,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing a rep does with a PQL at a moment."""

    at: datetime
    act: Callable[[Qualification, User, datetime], object]

    def carry_out(self, qualification: Qualification) -> None:
        """Do it, in the name of the rep who has it; closed PQLs are left alone."""
        if qualification.state in OPEN_STATES and qualification.state != State.SNOOZED:
            rep = qualification.rep
            assert rep is not None  # the demo's reps are never switched off
            self.act(qualification, rep.user, self.at)


def decide(
    random: Random, *, opened_at: datetime, until: datetime, outcomes: Sequence[Outcome]
) -> Iterator[Decision]:
    """Yield what becomes of a PQL opened at ``opened_at``, in line with what the lead did."""
    waited = until - opened_at
    if waited < UNTOUCHED or (waited < SOME_UNTOUCHED and random.random() < 0.5):
        return
    touched_at = opened_at + timedelta(minutes=random.expovariate(1 / 240) + 4)
    fate = next((one for one in outcomes if one.occurred_at > touched_at), None)
    luck = random.random()
    if any(one.occurred_at <= touched_at for one in outcomes):
        yield Decision(touched_at, _reject(RejectReason.ALREADY_CUSTOMER))
    elif fate is None and luck < 0.28:
        yield Decision(touched_at, _reject(random.choice(REJECT_REASONS)))
    elif fate is None and luck < 0.4:
        wake_at = max(touched_at, until) + timedelta(days=random.randint(1, 9), hours=2)
        yield Decision(touched_at, _snooze(wake_at))
    else:
        yield from _work(random, touched_at, fate, is_worked=luck < 0.85)


def _work(
    random: Random, touched_at: datetime, fate: Outcome | None, *, is_worked: bool
) -> Iterator[Decision]:
    yield Decision(touched_at, lambda pql, user, at: accept(pql, by=user, at=at))
    if fate is None and not is_worked:
        return
    contacted_at = touched_at + timedelta(hours=random.uniform(0.3, 30))
    meeting_at = contacted_at + timedelta(days=random.uniform(1, 5))
    if fate is not None:
        # The rest lies between now and the lead's own decision, in order.
        left = fate.occurred_at - touched_at
        contacted_at, meeting_at = touched_at + left * 0.2, touched_at + left * 0.6
    yield Decision(contacted_at, lambda pql, user, at: mark_contacted(pql, by=user, at=at))
    if fate is not None or random.random() < 0.5:
        yield Decision(meeting_at, lambda pql, user, at: mark_opportunity(pql, by=user, at=at))
    if fate is not None:
        yield Decision(fate.occurred_at, _close(fate))
    elif random.random() < 0.5:
        given_up_at = meeting_at + timedelta(days=random.uniform(6, 20))
        yield Decision(
            given_up_at,
            lambda pql, user, at: close_lost(pql, by=user, at=at, reason=ClosingReason.NO_ANSWER),
        )


def _close(fate: Outcome) -> Callable[[Qualification, User, datetime], object]:
    if fate.kind == OutcomeKind.CLOSED_LOST:
        return lambda pql, user, at: close_lost(
            pql, by=user, at=at, reason=ClosingReason.CHOSE_OTHER
        )
    return lambda pql, user, at: close_won(pql, by=user, at=at)


def _reject(reason: str) -> Callable[[Qualification, User, datetime], object]:
    return lambda pql, user, at: reject(pql, by=user, at=at, reason=reason)


def _snooze(until: datetime) -> Callable[[Qualification, User, datetime], object]:
    return lambda pql, user, at: snooze(pql, by=user, at=at, until=until)
