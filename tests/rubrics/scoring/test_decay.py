"""The cost of silence, and the moment it next grows."""

import pytest

from rubrics.scoring.decay import decay_penalty, next_decay_us
from rubrics.scoring.types import DAY_US, Decay, DecayMode

PERIODS = Decay()
GRACE = Decay(grace_us=14 * DAY_US)
CONTINUOUS = Decay(mode=DecayMode.CONTINUOUS)
NONE = Decay(mode=DecayMode.NONE)


@pytest.mark.parametrize(
    ("decay", "idle_us", "lost"),
    [
        pytest.param(PERIODS, 75 * DAY_US, 20, id="two full periods: the worked example"),
        pytest.param(PERIODS, 30 * DAY_US - 1, 0, id="a microsecond short of 30 days"),
        pytest.param(PERIODS, 30 * DAY_US, 10, id="the boundary counts"),
        pytest.param(PERIODS, 0, 0, id="active now"),
        pytest.param(GRACE, 14 * DAY_US, 0, id="within the grace"),
        pytest.param(GRACE, 44 * DAY_US - 1, 0, id="the first period begins after the grace"),
        pytest.param(GRACE, 44 * DAY_US, 10, id="grace and one period"),
        pytest.param(CONTINUOUS, 15 * DAY_US, 5, id="half a period costs half"),
        pytest.param(CONTINUOUS, 3 * DAY_US - 1, 0, id="a microsecond short of a point"),
        pytest.param(CONTINUOUS, 3 * DAY_US, 1, id="one point at a time"),
        pytest.param(NONE, 999 * DAY_US, 0, id="no decay"),
    ],
)
def test_decay_penalty(decay: Decay, idle_us: int, lost: int) -> None:
    assert decay_penalty(decay, idle_us) == lost


@pytest.mark.parametrize(
    ("decay", "idle_us", "ahead"),
    [
        pytest.param(PERIODS, 0, 30 * DAY_US, id="the first period"),
        pytest.param(PERIODS, 30 * DAY_US, 30 * DAY_US, id="on a boundary: the next one"),
        pytest.param(PERIODS, 30 * DAY_US - 1, 1, id="a microsecond before it"),
        pytest.param(GRACE, 0, 44 * DAY_US, id="grace first"),
        pytest.param(GRACE, 20 * DAY_US, 24 * DAY_US, id="within the first period"),
        pytest.param(CONTINUOUS, 0, 3 * DAY_US, id="the first point"),
        pytest.param(CONTINUOUS, 15 * DAY_US, 3 * DAY_US, id="the sixth point"),
        pytest.param(NONE, 0, None, id="no decay: never"),
        pytest.param(Decay(points=0), 0, None, id="decay of nothing: never"),
    ],
)
def test_next_decay(decay: Decay, idle_us: int, ahead: int | None) -> None:
    assert next_decay_us(decay, idle_us) == ahead


@pytest.mark.parametrize("mode", [DecayMode.PERIODS, DecayMode.CONTINUOUS])
@pytest.mark.parametrize("points", [1, 3, 7, 10])
def test_next_decay_is_the_first_moment_that_costs_more(mode: DecayMode, points: int) -> None:
    """Stepping from growth to growth: right before it the penalty is the old one."""
    decay = Decay(mode=mode, points=points, period_us=7 * DAY_US + 1, grace_us=5)
    idle = 0
    for _ in range(25):
        lost = decay_penalty(decay, idle)
        ahead = next_decay_us(decay, idle)
        assert ahead is not None
        assert ahead > 0
        assert decay_penalty(decay, idle + ahead - 1) == lost
        assert decay_penalty(decay, idle + ahead) > lost
        idle += ahead
