"""Whose turn it is: everybody gets their share, exactly. Pure.

Each rep of a rule has a credit: what their weight has earned them so far, less what they were
dealt. One deal earns everybody ``weight / total of weights`` and costs whoever gets it one. Next is
who has earned something and would be the first to be owed a whole PQL (earliest deadline first
over the windows of proportionate progress: Baruah et al. 1996, "Proportionate progress"). So over
any run from the start the counts differ from the exact shares by less than one, for any weights;
the better known "largest credit first" does not promise that for more than a few reps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody whose turn it may be."""

    rep_id: int
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Turn:
    """Where a rep stands: a credit of ``credit / of`` PQLs, above -1 and below 1 in a steady round.

    ``dealt`` counts what they were dealt by the rule.
    """

    credit: int = 0
    of: int = 1
    dealt: int = 0


def next_turn(seats: Sequence[Seat], turns: Mapping[int, Turn]) -> tuple[int, dict[int, Turn]]:
    """Deal one: who gets it, and where everybody in ``seats`` stands afterwards.

    Args:
        seats: who can take it, at least one; of equals the first is next.
        turns: where reps stand; who is new starts level. Who cannot take this one neither earns
            nor loses: nobody comes back from a holiday to a heap of PQLs.
    """
    total = sum(seat.weight for seat in seats)
    held = _level(seats, turns, total)
    owed = [seat for seat in seats if held[seat.rep_id] + seat.weight > 0]
    chosen = min(owed, key=lambda seat: Fraction(total - held[seat.rep_id], seat.weight))
    after = {}
    for seat in seats:
        is_next = seat.rep_id == chosen.rep_id
        credit = held[seat.rep_id] + seat.weight - (total if is_next else 0)
        before = turns.get(seat.rep_id, Turn())
        after[seat.rep_id] = Turn(credit, total, before.dealt + is_next)
    return chosen.rep_id, after


def _level(seats: Sequence[Seat], turns: Mapping[int, Turn], total: int) -> dict[int, int]:
    """Credits in parts of ``total`` that sum to zero.

    They do already while the same reps take turns. When somebody joins or leaves, credits are
    rounded to the new parts, and what they sum to is taken from all by weight: as if the clock of
    the round had been put back by as much.
    """
    held = {}
    for seat in seats:
        turn = turns.get(seat.rep_id, Turn())
        held[seat.rep_id] = (
            turn.credit if turn.of == total else round(Fraction(turn.credit * total, turn.of))
        )
    left = sum(held.values())
    if left:
        for seat in seats:
            held[seat.rep_id] -= round(Fraction(left * seat.weight, total))
        held[seats[-1].rep_id] -= sum(held.values())
    return held
