from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.dealing.turns import Seat, Turn, next_turn

WEIGHTS = st.lists(st.integers(1, 10), min_size=1, max_size=12)


def _run(seats: list[Seat], turns: dict[int, Turn], count: int) -> list[int]:
    """Deal so many; ``turns`` goes on from where it was."""
    dealt = []
    for _ in range(count):
        rep_id, after = next_turn(seats, turns)
        turns.update(after)
        dealt.append(rep_id)
    return dealt


def test_next_turn_goes_round_evenly_in_the_order_given() -> None:
    assert _run([Seat(3), Seat(1), Seat(2)], {}, 7) == [3, 1, 2, 3, 1, 2, 3]


def test_next_turn_spreads_the_heavier_one_out() -> None:
    turns: dict[int, Turn] = {}
    dealt = _run([Seat(1, 5), Seat(2, 1), Seat(3, 1)], turns, 14)
    assert Counter(dealt[:7]) == Counter(dealt[7:]) == {1: 5, 2: 1, 3: 1}
    assert turns[1] == Turn(credit=0, of=7, dealt=10)


@given(weights=WEIGHTS, count=st.integers(1, 200))
def test_counts_differ_from_the_exact_shares_by_less_than_one(
    weights: list[int], count: int
) -> None:
    seats = [Seat(number, weight) for number, weight in enumerate(weights)]
    turns: dict[int, Turn] = {}
    counts: Counter[int] = Counter()
    for dealt in range(1, count + 1):
        counts.update(_run(seats, turns, 1))
        for seat in seats:
            share = Fraction(dealt * seat.weight, sum(weights))
            assert abs(counts[seat.rep_id] - share) < 1
    assert sum(turn.credit for turn in turns.values()) == 0
    assert {rep_id: turn.dealt for rep_id, turn in turns.items() if turn.dealt} == counts


def test_many_light_ones_beside_a_heavy_one_stay_within_one() -> None:
    """Where "largest credit first" lets somebody fall behind by more than one."""
    seats = [Seat(0, 10), *(Seat(number, 1 + number % 3) for number in range(1, 12))]
    turns: dict[int, Turn] = {}
    for _ in range(200):
        _run(seats, turns, 1)
        assert all(abs(turn.credit) < turn.of for turn in turns.values())


def test_who_is_away_neither_earns_nor_loses() -> None:
    both, turns = [Seat(1), Seat(2)], {}  # type: tuple[list[Seat], dict[int, Turn]]
    _run(both, turns, 2)
    _run([Seat(1)], turns, 10)
    assert Counter(_run(both, turns, 10)) == {1: 5, 2: 5}


@given(
    rounds=st.lists(
        st.tuples(st.sets(st.integers(0, 6), min_size=1), st.integers(1, 9)), max_size=12
    )
)
def test_credits_stay_small_whoever_comes_and_goes(rounds: list[tuple[set[int], int]]) -> None:
    turns: dict[int, Turn] = {}
    for present, count in rounds:
        seats = [Seat(number, number + 1) for number in sorted(present)]
        _run(seats, turns, count)
        assert sum(turns[seat.rep_id].credit for seat in seats) == 0
        assert all(abs(turn.credit) <= 3 * turn.of for turn in turns.values())


@pytest.mark.parametrize("weights", [(1, 1), (3, 7), (10, 1, 1)])
def test_changed_weights_take_over_at_once(weights: tuple[int, ...]) -> None:
    turns: dict[int, Turn] = {}
    _run([Seat(number) for number in range(len(weights))], turns, 5)
    seats = [Seat(number, weight) for number, weight in enumerate(weights)]
    counts = Counter(_run(seats, turns, 10 * sum(weights)))
    assert all(abs(counts[seat.rep_id] - 10 * seat.weight) <= 1 for seat in seats)
