"""The cost of silence, and the moment it next grows."""

from fractions import Fraction

import pytest

from rubrics.scoring.decay import decay_penalty, next_decay_us
from rubrics.scoring.types import DAY_US, Decay, DecayMode, Expired

RAW = 70
PERIODS = Decay()
GRACE = Decay(grace_us=14 * DAY_US)
CONTINUOUS = Decay(mode=DecayMode.CONTINUOUS)
NONE = Decay(mode=DecayMode.NONE)
PERCENT = Decay(mode=DecayMode.PERCENT, percent=Fraction(25))
HALVED = Decay(mode=DecayMode.HALF_LIFE, period_us=7 * DAY_US)
EXPIRED = Decay(expired=Expired(points=20, period_us=7 * DAY_US, column=0))


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
        pytest.param(PERCENT, 30 * DAY_US - 1, 0, id="percent: a microsecond short of a period"),
        pytest.param(PERCENT, 30 * DAY_US, 17, id="percent: 52.5 is left, halves round up"),
        pytest.param(PERCENT, 60 * DAY_US, 31, id="percent: of what is left, 39.375"),
        pytest.param(PERCENT, 3000 * DAY_US, 70, id="percent: nothing is left in the end"),
        pytest.param(HALVED, 7 * DAY_US, 35, id="half after a half-life"),
        pytest.param(HALVED, 14 * DAY_US, 52, id="a quarter after two: 17.5, halves round up"),
        pytest.param(HALVED, 14 * DAY_US + 60_000_000, 53, id="and a minute later it is 17"),
        pytest.param(HALVED, 0, 0, id="half-life: active now"),
    ],
)
def test_decay_penalty(decay: Decay, idle_us: int, lost: int) -> None:
    assert decay_penalty(decay, RAW, idle_us) == lost


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
    assert next_decay_us(decay, RAW, idle_us) == ahead


@pytest.mark.parametrize("mode", [DecayMode.PERIODS, DecayMode.CONTINUOUS])
@pytest.mark.parametrize("points", [1, 3, 7, 10])
def test_next_decay_is_the_first_moment_that_costs_more(mode: DecayMode, points: int) -> None:
    """Stepping from growth to growth: right before it the penalty is the old one."""
    decay = Decay(mode=mode, points=points, period_us=7 * DAY_US + 1, grace_us=5)
    idle = 0
    for _ in range(25):
        lost = decay_penalty(decay, RAW, idle)
        ahead = next_decay_us(decay, RAW, idle)
        assert ahead is not None
        assert ahead > 0
        assert decay_penalty(decay, RAW, idle + ahead - 1) == lost
        assert decay_penalty(decay, RAW, idle + ahead) > lost
        idle += ahead


@pytest.mark.parametrize(
    ("idle_days", "over_days", "lost"),
    [
        pytest.param(20, None, 0, id="the trial runs: only the ordinary decay"),
        pytest.param(20, 6, 0, id="over for less than a week"),
        pytest.param(20, 7, 20, id="over for a week: the boundary counts"),
        pytest.param(35, 15, 40, id="two weeks over, which is more than one period of silence"),
        pytest.param(90, 8, 30, id="the larger counts: three periods of silence"),
        pytest.param(3, 40, 0, id="used since: silence began later than the trial's end"),
    ],
)
def test_expired_trial(idle_days: int, over_days: int | None, lost: int) -> None:
    over = None if over_days is None else over_days * DAY_US
    assert decay_penalty(EXPIRED, RAW, idle_days * DAY_US, over) == lost


def test_next_expired_period_comes_before_the_next_period_of_silence() -> None:
    assert next_decay_us(EXPIRED, RAW, 8 * DAY_US, 3 * DAY_US) == 4 * DAY_US
    assert next_decay_us(EXPIRED, RAW, 8 * DAY_US, None) == 22 * DAY_US


@pytest.mark.parametrize("raw", [1, 17, 70, 100])
def test_next_half_life_is_the_first_microsecond_with_a_point_less(raw: int) -> None:
    """And it ends once nothing is left to halve."""
    idle = steps = 0
    while (ahead := next_decay_us(HALVED, raw, idle)) is not None:
        lost = decay_penalty(HALVED, raw, idle)
        assert decay_penalty(HALVED, raw, idle + ahead - 1) == lost
        assert decay_penalty(HALVED, raw, idle + ahead) == lost + 1
        idle, steps = idle + ahead, steps + 1
    assert steps == raw


def test_next_percent_ends_when_nothing_is_left() -> None:
    assert next_decay_us(PERCENT, 70, 0) == 30 * DAY_US
    assert next_decay_us(PERCENT, 70, 3000 * DAY_US) is None
    assert next_decay_us(PERCENT, 0, 0) is None
