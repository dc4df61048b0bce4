"""Turns: who was dealt a PQL longest ago is next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_DEAL = "Round-robin: not dealt a PQL yet"
LONGEST_WAIT = "Round-robin: longest without a new PQL"

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rep who may be dealt a PQL, and when they were last dealt one."""

    rep_id: int
    last_dealt_at: datetime | None


@dataclass(frozen=True, slots=True)
class Deal:
    """Who gets the next PQL, the turn they took, and why in words."""

    rep_id: int
    dealt_at: datetime
    reason: str


def next_rep(candidates: Sequence[Candidate], *, at: datetime) -> Deal | None:
    """Deal one PQL: never dealt goes first, then the longest ago; equals by id. None for nobody.

    ``dealt_at`` is later than every turn before it, whatever ``at`` says: turns taken within one
    microsecond, or by machines whose clocks differ, still have an order.
    """
    if not candidates:
        return None
    chosen = min(candidates, key=_turn)
    turns = [candidate.last_dealt_at for candidate in candidates if candidate.last_dealt_at]
    dealt_at = max([at, *(turn + _TICK for turn in turns)])
    reason = FIRST_DEAL if chosen.last_dealt_at is None else LONGEST_WAIT
    return Deal(chosen.rep_id, dealt_at, reason)


def deal_round(candidates: Sequence[Candidate], count: int, *, at: datetime) -> list[Deal]:
    """Deal ``count`` PQLs one after the other. Empty if there is nobody to deal to."""
    hands = {candidate.rep_id: candidate for candidate in candidates}
    deals: list[Deal] = []
    for _ in range(count):
        deal = next_rep(list(hands.values()), at=at)
        if deal is None:
            break
        hands[deal.rep_id] = Candidate(deal.rep_id, deal.dealt_at)
        deals.append(deal)
    return deals


def _turn(candidate: Candidate) -> tuple[bool, float, int]:
    dealt = candidate.last_dealt_at
    return (dealt is not None, dealt.timestamp() if dealt else 0.0, candidate.rep_id)
