from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.dealing import FIRST_DEAL, LONGEST_WAIT, Candidate, deal_round, next_rep

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TURNS = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001 - made aware below
    lambda moment: moment.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("candidates", "rep_id", "reason"),
    [
        pytest.param([(1, None), (2, AT)], 1, FIRST_DEAL, id="never dealt goes first"),
        pytest.param([(2, None), (1, None)], 1, FIRST_DEAL, id="two never dealt: by id"),
        pytest.param(
            [(1, AT - HOUR), (2, AT - 2 * HOUR)], 2, LONGEST_WAIT, id="the longest ago is next"
        ),
        pytest.param([(9, AT), (4, AT)], 4, LONGEST_WAIT, id="equal turns: by id"),
    ],
)
def test_next_rep_turn(
    candidates: list[tuple[int, datetime | None]], rep_id: int, reason: str
) -> None:
    deal = next_rep([Candidate(*pair) for pair in candidates], at=AT + HOUR)
    assert deal is not None
    assert (deal.rep_id, deal.reason, deal.dealt_at) == (rep_id, reason, AT + HOUR)


def test_next_rep_nobody_available() -> None:
    assert next_rep([], at=AT) is None
    assert deal_round([], 3, at=AT) == []


def test_next_rep_takes_its_turn_after_a_clock_that_runs_ahead() -> None:
    deal = next_rep([Candidate(1, AT + HOUR), Candidate(2, None)], at=AT)
    assert deal is not None
    assert deal.dealt_at > AT + HOUR


@given(
    reps=st.dictionaries(st.integers(1, 50), TURNS, min_size=1, max_size=8),
    count=st.integers(0, 60),
)
def test_deal_round_is_fair(reps: dict[int, datetime | None], count: int) -> None:
    deals = deal_round([Candidate(*pair) for pair in reps.items()], count, at=AT)
    dealt = Counter(deal.rep_id for deal in deals)
    shares = [dealt[rep_id] for rep_id in reps]
    assert sum(shares) == count
    assert max(shares) - min(shares) <= 1
    turns = [deal.dealt_at for deal in deals]
    assert turns == sorted(set(turns))
