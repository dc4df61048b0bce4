"""Clamps, silence and the verdict."""

import pytest

from rubrics.scoring.combine import Adjustment, clamp, combine_silence, is_pql, next_silence_us
from rubrics.scoring.types import DAY_US, Axis, Decay, Thresholds


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
    result = combine_silence(raw, decay, idle_days * DAY_US, silent, adjustments)
    assert result == (behavior, criteria_count)
    assert [kind for _, kind, _ in adjustments] == kinds
    counted = silent if criteria_count else 0
    assert raw + counted + sum(points for _, _, points in adjustments) == behavior


def test_next_silence_rests_on_the_floor() -> None:
    assert next_silence_us(70, 50, Decay(), 75 * DAY_US) == 15 * DAY_US
    assert next_silence_us(70, 5, Decay(), 900 * DAY_US) is None
    assert next_silence_us(3, 3, Decay(), 0) is None


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
