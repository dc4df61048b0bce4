"""Clamps, silence and the verdict."""

import pytest

from rubrics.scoring.combine import (
    Adjustment,
    band_of,
    blended,
    clamp,
    combine_silence,
    is_pql,
    limit_groups,
    next_silence_us,
    tier_of,
)
from rubrics.scoring.types import DAY_US, Axis, Band, Blend, Decay, Group, Matrix, Thresholds


@pytest.mark.parametrize(
    ("points", "kept", "line"),
    [
        pytest.param(30, 30, None, id="within: no line"),
        pytest.param(50, 50, None, id="exactly the cap: no line"),
        pytest.param(51, 50, ("cap", -1), id="the cap bites"),
        pytest.param(0, 0, None, id="exactly zero: no line"),
        pytest.param(-23, 0, ("zero", 23), id="never below zero"),
    ],
)
def test_clamp(points: int, kept: int, line: tuple[str, int] | None) -> None:
    adjustments: list[Adjustment] = []
    assert clamp(points, 50, Axis.FIT, adjustments) == kept
    assert adjustments == ([(Axis.FIT, *line)] if line else [])


@pytest.mark.parametrize(
    ("raw", "idle_days", "silent", "both", "behavior", "criteria_count", "kinds"),
    [
        pytest.param(70, 75, 0, False, 50, False, ["decay"], id="decay: the worked example"),
        pytest.param(70, 0, 0, False, 70, True, [], id="no silence"),
        pytest.param(70, 30, -20, False, 50, True, [], id="the larger is the criterion"),
        pytest.param(70, 60, -10, False, 50, False, ["decay"], id="the larger is decay"),
        pytest.param(70, 30, -10, False, 60, True, [], id="equal: the criterion is named"),
        pytest.param(70, 30, -20, True, 40, True, ["decay"], id="both"),
        pytest.param(70, 0, -20, True, 50, True, [], id="both, of which one is nothing"),
        pytest.param(12, 365, 0, False, 5, False, ["decay", "floor"], id="stops at the floor"),
        pytest.param(3, 365, 0, False, 3, False, ["decay", "floor"], id="never lifts to it"),
        pytest.param(0, 365, 0, False, 0, False, ["decay", "floor"], id="nothing stays nothing"),
        pytest.param(15, 30, 0, False, 5, False, ["decay"], id="exactly at the floor: no line"),
        pytest.param(12, 0, -40, False, 5, True, ["floor"], id="the floor holds criteria too"),
    ],
)
def test_combine_silence(
    raw: int, idle_days: int, silent: int, both: bool, behavior: int, criteria_count: bool,
    kinds: list[str],
) -> None:  # fmt: skip
    adjustments: list[Adjustment] = []
    decay = Decay(both=both)
    result = combine_silence(raw, decay, idle_days * DAY_US, None, silent, adjustments)
    assert result == (behavior, criteria_count)
    assert [kind for _, kind, _ in adjustments] == kinds
    counted = silent if criteria_count else 0
    assert raw + counted + sum(points for _, _, points in adjustments) == behavior


def test_next_silence_rests_on_the_floor() -> None:
    assert next_silence_us(70, 50, Decay(), 75 * DAY_US, None) == 15 * DAY_US
    assert next_silence_us(70, 5, Decay(), 900 * DAY_US, None) is None
    assert next_silence_us(3, 3, Decay(), 0, None) is None


@pytest.mark.parametrize(
    ("fit", "behavior", "verdict"),
    [
        pytest.param(15, 65, True, id="80 and 15: both boundaries count"),
        pytest.param(40, 40, True, id="80 and 40: both boundaries count"),
        pytest.param(39, 40, False, id="79 in all"),
        pytest.param(14, 100, False, id="14 of fit"),
        pytest.param(50, 39, False, id="39 of behavior"),
    ],
)
def test_is_pql(fit: int, behavior: int, verdict: bool) -> None:
    assert is_pql(fit, behavior, fit + behavior, Thresholds()) is verdict


@pytest.mark.parametrize(
    ("points", "changed", "lines"),
    [
        pytest.param([20, 10, 99], 0, [], id="exactly the most: no line; others are not its"),
        pytest.param([20, 11, 0], -1, [("group:use", -1)], id="one over the most"),
        pytest.param([-5, 0, -99], 0, [], id="exactly the least"),
        pytest.param([-5, -1, 0], 1, [("group:use", 1)], id="one under the least"),
    ],
)
def test_limit_groups(points: list[int], changed: int, lines: list[tuple[str, int]]) -> None:
    group = Group("use", "Use", Axis.BEHAVIOR, members=(0, 1), most=30, least=-5)
    adjustments: list[Adjustment] = []
    assert limit_groups([group], points, adjustments) == changed
    assert adjustments == [(Axis.BEHAVIOR, kind, delta) for kind, delta in lines]


@pytest.mark.parametrize(
    ("weights", "fit", "behavior", "total"),
    [
        pytest.param((70, 30), 50, 100, 100, id="the best of both"),
        pytest.param((70, 30), 25, 50, 50, id="half of both"),
        pytest.param((70, 30), 50, 0, 30, id="fit alone"),
        pytest.param((70, 30), 0, 100, 70, id="behavior alone"),
        pytest.param((50, 50), 50, 41, 71, id="70.5 is rounded up"),
        pytest.param((70, 30), 1, 1, 1, id="1.3 is rounded down"),
        pytest.param((70, 30), 0, 125, 70, id="no share is over 100 percent"),
    ],
)
def test_blended(weights: tuple[int, int], fit: int, behavior: int, total: int) -> None:
    assert blended(Blend(*weights), fit, behavior, 50, 100) == total


def test_band_is_the_highest_reached() -> None:
    bands = (Band(0, "Cold"), Band(31, "Warm"), Band(61, "Hot"))
    found = [band_of(bands, total) for total in (0, 30, 31, 60, 61, 150)]
    assert found == [0, 0, 1, 1, 2, 2]
    assert band_of((), 80) is None


@pytest.mark.parametrize(
    ("fit", "behavior", "tier"),
    [
        pytest.param(25, 60, 1, id="both boundaries count"),
        pytest.param(24, 60, 2, id="uses it much, fits little"),
        pytest.param(25, 59, 3, id="fits well, uses it little"),
        pytest.param(24, 59, 4, id="neither"),
    ],
)
def test_tier_of(fit: int, behavior: int, tier: int) -> None:
    assert tier_of(Matrix(25, 60), fit, behavior) == tier
    assert tier_of(None, fit, behavior) is None
