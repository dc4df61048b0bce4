"""Reasons people read, and that they sum to the score."""

from fractions import Fraction

import pytest

from rubrics.scoring.judge import compile_judge
from rubrics.scoring.lines import best_points, lines, silence_words
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Criterion,
    Decay,
    DecayMode,
    Expired,
    Measured,
    Mode,
    Role,
    Tier,
)
from tests.rubrics.scoring.specs import criterion, measured, silence, tiers, version

LABELLED = criterion("size", axis=Axis.FIT, tiers=(Tier(0, 1, 40, "Our ideal size"),))
USED = criterion("used", columns=(1,), mode=Mode.PER_UNIT, points_each=60)
BURST = criterion("burst", columns=(1,), role=Role.VELOCITY, mode=Mode.PER_UNIT, points_each=25)
SPEC = version(LABELLED, USED, BURST, decay=Decay(points=90))


def describe(column: int, value: float | None) -> str:
    return f"column {column} is {value}"


def test_lines_tell_every_change() -> None:
    found = measured(1, 3, idle=65)
    told = lines(SPEC, found, compile_judge(SPEC)(found), describe)
    assert [(line.key, line.points, line.reason) for line in told] == [
        ("size", 40, "Our ideal size"),
        ("used", 180, "column 1 is 3"),
        ("burst", 75, "column 1 is 3"),
        ("cap", -80, "The points add up to more than the score can be"),
        ("velocity_cap", -75, "The bonus stops at 100"),
        ("decay", -180, "No product activity for 65 days (90 points for each full 30 days)"),
        ("floor", 85, "Silence takes a score down to 5 at most"),
    ]
    assert sum(line.points for line in told if line.axis is Axis.BEHAVIOR) == 5
    assert sum(line.points for line in told if line.axis is Axis.FIT) == 40


def test_unknown_is_said() -> None:
    found = measured(None, 0)
    (size, *_) = lines(SPEC, found, compile_judge(SPEC)(found), describe)
    assert (size.reason, size.is_unknown, size.points, size.best_points) == ("Unknown", True, 0, 40)


def test_known_no_is_not_unknown() -> None:
    found = measured(0, 0)
    (size, *_) = lines(SPEC, found, compile_judge(SPEC)(found), describe)
    assert (size.reason, size.is_unknown) == ("column 0 is 0", False)


def test_zero_line() -> None:
    spec = version(criterion("rival", axis=Axis.FIT, tiers=tiers((1, -30))))
    found = measured(1)
    told = lines(spec, found, compile_judge(spec)(found), describe)
    assert [(line.key, line.points) for line in told] == [("rival", -30), ("zero", 30)]


@pytest.mark.parametrize(
    ("spec", "best"),
    [
        pytest.param(criterion(tiers=tiers((1, 2), (3, 10))), 10, id="the highest tier"),
        pytest.param(criterion(tiers=tiers((1, -30), (2, -15))), -30, id="the worst that it takes"),
        pytest.param(criterion(mode=Mode.PER_UNIT, points_each=2, max_units=5), 10, id="the cap"),
        pytest.param(silence(), -10, id="without a cap: one period"),
        pytest.param(BURST, 25, id="one burst"),
    ],
)
def test_best_points(spec: Criterion, best: int) -> None:
    assert best_points(spec) == best


@pytest.mark.parametrize(
    ("decay", "days", "words"),
    [
        pytest.param(Decay(), 1, "for 1 day (10 points for each full 30 days)", id="one day"),
        pytest.param(
            Decay(mode=DecayMode.CONTINUOUS, points=4, period_us=DAY_US // 2), 3,
            "for 3 days (4 points for every 12 hours)", id="continuous, half a day",
        ),
        pytest.param(
            Decay(mode=DecayMode.PERCENT, percent=Fraction("12.5")), 40,
            "for 40 days (12.5 % for each full 30 days)", id="percent",
        ),
        pytest.param(
            Decay(mode=DecayMode.HALF_LIFE, period_us=7 * DAY_US), 8,
            "for 8 days (half for every 7 days)", id="half-life",
        ),
        pytest.param(
            Decay(expired=Expired(20, 7 * DAY_US, column=0)), 8,
            "for 8 days (10 points for each full 30 days; once the trial is over 20 points for"
            " each full 7 days)", id="the trial is over",
        ),
    ],
)  # fmt: skip
def test_silence_words(decay: Decay, days: int, words: str) -> None:
    found = Measured((5 * DAY_US,), days * DAY_US + 5)
    assert silence_words(decay, found) == f"No product activity {words}"


def test_labels_of_the_vocabulary() -> None:
    assert [axis.label for axis in Axis] == ["Fit", "Behavior"]
    assert [role.label for role in Role] == [
        "Points that add up", "Velocity bonus", "Silence penalty",
    ]  # fmt: skip
    assert [mode.label for mode in Mode] == ["Tiers", "Points per unit", "Points per full period"]
