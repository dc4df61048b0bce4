"""A compiled version judges measured numbers."""

import pytest

from rubrics.scoring.judge import compile_judge
from rubrics.scoring.types import DAY_US, Axis, Criterion, Decay, Measured, Mode, Role, Thresholds
from tests.rubrics.scoring.specs import criterion, measured, silence, tiers, version

FIT = criterion("size", axis=Axis.FIT, tiers=tiers((1, 40)))
TOOLS = criterion("tools", axis=Axis.FIT, columns=(1,), tiers=tiers((1, 20), column=1))
RIVAL = criterion("rival", axis=Axis.FIT, columns=(2,), tiers=tiers((1, -30), column=2))
ACTION = criterion("used", mode=Mode.PER_UNIT, points_each=10)
BURST = criterion("burst", role=Role.VELOCITY, mode=Mode.PER_UNIT, columns=(1,), points_each=25)


@pytest.mark.parametrize(
    ("values", "fit", "low", "high"),
    [
        pytest.param((1, 1, 0), 50, 50, 50, id="60 points stop at the cap"),
        pytest.param((0, 0, 1), 0, 0, 0, id="-30 points stop at zero"),
        pytest.param((1, None, None), 40, 10, 50, id="unknown: from the worst to the best"),
        pytest.param((None, None, 0), 0, 0, 50, id="all still open, capped"),
        pytest.param((None, 0, 1), 0, 0, 10, id="a known penalty stays in both"),
    ],
)
def test_fit(values: tuple[float | None, ...], fit: int, low: int, high: int) -> None:
    for units in ("count", "flag"):  # answers of yes and no are remembered, numbers are not
        judge = compile_judge(version(FIT, TOOLS, RIVAL, units=units))
        for judged in (judge(measured(*values)), judge(measured(*values))):
            assert (judged.fit, judged.fit_low, judged.fit_high) == (fit, low, high)
            assert (judged.behavior, judged.total) == (0, fit)


def test_remembered_fit_says_nothing_of_the_lead_it_was_remembered_of() -> None:
    action = criterion("used", columns=(2,), tiers=tiers((1, 70), (2, 120), column=2))
    size, tools = (
        criterion(name, axis=Axis.FIT, columns=(n,), tiers=tiers((1, 40), column=n))
        for n, name in enumerate(("size", "tools"))
    )
    judge = compile_judge(version(size, tools, action, units="flag", decay=Decay(points=50)))
    first, second, third = (
        judge(measured(1, 1, uses, idle=days)) for uses, days in ((2, 30), (0, 0), (1, 0))
    )
    assert (first.points, second.points, third.points) == ((40, 40, 120), (40, 40, 0), (40, 40, 70))
    cap = (Axis.FIT, "cap", -30)
    assert first.adjustments == (
        cap, (Axis.BEHAVIOR, "cap", -20), (Axis.BEHAVIOR, "decay", -50),
    )  # fmt: skip
    assert second.adjustments == third.adjustments == (cap,)


@pytest.mark.parametrize(
    ("exceeds", "values", "behavior", "kinds"),
    [
        pytest.param(False, (5, 1), 75, [], id="the bonus comes on top"),
        pytest.param(False, (9, 1), 100, ["velocity_cap"], id="and stops at the cap"),
        pytest.param(False, (12, 1), 100, ["cap", "velocity_cap"], id="the base is capped first"),
        pytest.param(True, (12, 1), 125, ["cap"], id="unless the version lets it pass"),
        pytest.param(False, (12, 0), 100, ["cap"], id="no burst"),
    ],
)
def test_velocity(
    exceeds: bool, values: tuple[float, float], behavior: int, kinds: list[str]
) -> None:
    judge = compile_judge(version(ACTION, BURST, velocity_exceeds_cap=exceeds))
    judged = judge(measured(*values))
    assert judged.behavior == behavior
    assert [kind for _, kind, _ in judged.adjustments] == kinds


def test_silence_criteria_give_way_to_larger_decay() -> None:
    action = criterion("used", columns=(1,), tiers=tiers((1, 70), column=1))
    spec = version(silence(period_days=14), action, units="duration", decay=Decay(points=50))
    judged = compile_judge(spec)(measured(30 * DAY_US, 1, idle=30))
    assert judged.points == (0, 70)
    assert judged.behavior == 20
    judged = compile_judge(spec)(measured(14 * DAY_US, 1, idle=14))
    assert judged.points == (-10, 70)
    assert judged.behavior == 60


AGED = criterion("aged", tiers=tiers((7 * DAY_US, -5), (14 * DAY_US, -9)), role=Role.SILENCE)


@pytest.mark.parametrize(
    ("spec", "value", "ahead"),
    [
        pytest.param(silence(), 0, 14 * DAY_US, id="the first full period"),
        pytest.param(silence(), 14 * DAY_US, 14 * DAY_US, id="on a boundary: the next one"),
        pytest.param(silence(), 14 * DAY_US - 1, 1, id="a microsecond before it"),
        pytest.param(silence(max_units=1), 14 * DAY_US, None, id="no more than one: never"),
        pytest.param(AGED, 0, 7 * DAY_US, id="the first tier"),
        pytest.param(AGED, 7 * DAY_US, 7 * DAY_US, id="the next tier"),
        pytest.param(AGED, 14 * DAY_US, None, id="past the last tier: never"),
        pytest.param(AGED, None, None, id="not begun: the statement knows when"),
    ],
)
def test_next_us_of_growing_durations(
    spec: Criterion, value: float | None, ahead: int | None
) -> None:
    judged = compile_judge(version(spec, units="duration"))(measured(value))
    assert judged.next_us == ahead


def test_next_us_is_the_nearest() -> None:
    used = criterion("used", columns=(1,), tiers=tiers((1, 70), column=1))
    spec = version(silence(), used, units="duration", decay=Decay())
    judge = compile_judge(spec)
    assert judge(measured(DAY_US, 1, idle=20)).next_us == 10 * DAY_US
    assert judge(measured(DAY_US, 1, idle=1, next_us=5)).next_us == 5
    assert judge(measured(DAY_US, 1, idle=1)).next_us == 13 * DAY_US


def test_verdict_uses_the_version_thresholds() -> None:
    spec = version(FIT, criterion("a", columns=(1,)), thresholds=Thresholds(45, 40, 5))
    judge = compile_judge(spec)
    assert judge(measured(1, 1)).is_pql
    assert not judge(measured(1, 0)).is_pql
    assert not judge(Measured((None, 1), 0)).is_pql
