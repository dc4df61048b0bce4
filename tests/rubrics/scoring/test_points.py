"""What a criterion's number is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rubrics.scoring.points import compile_points, compile_possible, reached_tier
from rubrics.scoring.types import DAY_US, MOST_POINTS, Axis, Criterion, Mode, Tier
from tests.rubrics.scoring.specs import criterion, silence, tiers

LOGINS = criterion(tiers=tiers((1, 2), (5, 10), (3, 5)))
PRICING = criterion(columns=(0, 1), tiers=tiers((1, 10)) + tiers((1, 3), (2, 4), column=1))
PENALTIES = criterion(columns=(0, 1), tiers=tiers((1, -30)) + tiers((1, -15), column=1))
SAME = criterion(tiers=tiers((1, 5), (1, 10)))
PER_UNIT = criterion(mode=Mode.PER_UNIT, points_each=2, max_units=5)
ENDLESS = criterion(mode=Mode.PER_UNIT, points_each=-3)


@pytest.mark.parametrize(
    ("spec", "values", "points"),
    [
        pytest.param(LOGINS, (0,), 0, id="below the lowest threshold: nothing"),
        pytest.param(LOGINS, (1,), 2, id="the threshold itself counts"),
        pytest.param(LOGINS, (2.999,), 2, id="just below the next"),
        pytest.param(LOGINS, (3,), 5, id="tiers may come in any order"),
        pytest.param(LOGINS, (99,), 10, id="the highest threshold reached gives its points"),
        pytest.param(LOGINS, (None,), 0, id="unknown: nothing"),
        pytest.param(SAME, (1,), 10, id="two tiers with one threshold: the better counts"),
        pytest.param(PRICING, (1, 1), 10, id="of alternatives the best counts"),
        pytest.param(PRICING, (0, 1), 3, id="the lesser alternative"),
        pytest.param(PRICING, (0, 2), 4, id="the lesser alternative's higher tier"),
        pytest.param(PRICING, (None, 1), 3, id="an unknown alternative takes no part"),
        pytest.param(PRICING, (None, None), 0, id="all alternatives unknown"),
        pytest.param(PENALTIES, (1, 1), -15, id="of penalties the smaller counts"),
        pytest.param(PENALTIES, (1, 0), -30, id="one penalty"),
        pytest.param(PER_UNIT, (0,), 0, id="no units"),
        pytest.param(PER_UNIT, (4,), 8, id="points for each unit"),
        pytest.param(PER_UNIT, (5,), 10, id="up to the cap"),
        pytest.param(PER_UNIT, (6,), 10, id="never past the cap"),
        pytest.param(PER_UNIT, (2.9,), 4, id="whole units only"),
        pytest.param(PER_UNIT, (None,), 0, id="unknown units"),
        pytest.param(ENDLESS, (7,), -21, id="a penalty for each unit, without a cap"),
        pytest.param(ENDLESS, (9e9,), -MOST_POINTS, id="bounded, so that a score fits its column"),
        pytest.param(silence(), (14 * DAY_US - 1,), 0, id="a microsecond short of 14 days"),
        pytest.param(silence(), (14 * DAY_US,), -10, id="14 days exactly"),
        pytest.param(silence(), (28 * DAY_US - 1,), -10, id="the second period is not full"),
        pytest.param(silence(), (28 * DAY_US,), -20, id="two full periods"),
        pytest.param(silence(max_units=2), (99 * DAY_US,), -20, id="at most two periods"),
        pytest.param(silence(-9000), (99 * DAY_US,), -MOST_POINTS, id="a bounded penalty"),
    ],
)
def test_points(spec: Criterion, values: tuple[float | None, ...], points: int) -> None:
    assert compile_points(spec)(values) == points


def test_reached_tier_tells_why() -> None:
    assert reached_tier(PRICING, (1, 2)) == Tier(0, 1, 10, "")
    assert reached_tier(PRICING, (0, 2)) == Tier(1, 2, 4, "")
    assert reached_tier(PRICING, (0, None)) is None
    assert reached_tier(LOGINS, (4,)) == Tier(0, 3, 5, "")
    assert reached_tier(SAME, (1,)) == Tier(0, 1, 10, "")


@given(
    data=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4), st.integers(-9, 9)), min_size=1),
    values=st.tuples(*[st.none() | st.integers(0, 5)] * 3),
)
def test_reached_tier_is_the_one_that_gives_the_points(
    data: list[tuple[int, int, int]], values: tuple[int | None, ...]
) -> None:
    ladders = tuple(Tier(column, threshold, points, "") for column, threshold, points in data)
    spec = criterion(columns=(0, 1, 2), tiers=ladders)
    found = reached_tier(spec, values)
    assert (found.points if found else 0) == compile_points(spec)(values)


SENIORITY = criterion(
    axis=Axis.FIT, columns=(0, 1, 2),
    tiers=tiers((1, 10)) + tiers((1, 6), column=1) + tiers((1, 2), column=2),
)  # fmt: skip
UNITS = criterion(axis=Axis.FIT, mode=Mode.PER_UNIT, points_each=5, max_units=3, tiers=())


@pytest.mark.parametrize(
    ("spec", "values", "low", "high"),
    [
        pytest.param(SENIORITY, (0, 0, 1), 2, 2, id="known: one number"),
        pytest.param(SENIORITY, (None, None, None), 0, 10, id="unknown: from nothing to the best"),
        pytest.param(SENIORITY, (None, 1, 1), 6, 10, id="an unknown may only be better"),
        pytest.param(SENIORITY, (1, None, None), 10, 10, id="the best is reached already"),
        pytest.param(PENALTIES, (None, None), -30, 0, id="unknown penalties: the worst to none"),
        pytest.param(PENALTIES, (None, 1), -15, -15, id="a worse alternative never counts"),
        pytest.param(UNITS, (None,), 0, 15, id="unknown units: none, or as many as count"),
        pytest.param(UNITS, (2,), 10, 10, id="known units"),
    ],
)
def test_possible(spec: Criterion, values: tuple[float | None, ...], low: int, high: int) -> None:
    assert compile_possible(spec)(values) == (low, high)
