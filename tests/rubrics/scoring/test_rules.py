"""Recency, groups, ceiling, bonus and labels: each in the place that the design gives it."""

from fractions import Fraction
from typing import Any

import pytest

from rubrics.scoring.judge import compile_judge
from rubrics.scoring.lines import lines
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Band,
    Blend,
    Ceiling,
    Condition,
    CrossProduct,
    Decay,
    DecayMode,
    Expired,
    Group,
    Judgement,
    Matrix,
    Mode,
    Recency,
    Role,
    Thresholds,
    Version,
)
from tests.rubrics.scoring.specs import criterion, measured, tiers, version

HOUR_US = DAY_US // 24
USED = criterion("used", mode=Mode.PER_UNIT, points_each=1, tiers=())


def judge(spec: Version, *values: float | None, idle: int = 0) -> Judgement:
    return compile_judge(spec)(measured(*values, idle=idle))


def kinds(judgement: Judgement) -> list[tuple[str, int]]:
    return [(kind, points) for _, kind, points in judgement.adjustments]


@pytest.mark.parametrize(
    ("since", "points"),
    [
        pytest.param(0, 8, id="just now: 7.5, halves up"),
        pytest.param(48 * HOUR_US - 1, 8, id="a microsecond younger than the window"),
        pytest.param(48 * HOUR_US, 5, id="as old as the window: not younger"),
        pytest.param(None, 5, id="never done, though something counts"),
    ],
)
def test_recent_hits_count_more(since: int | None, points: int) -> None:
    recency = Recency(column=1, within_us=48 * HOUR_US, factor=Fraction("1.5"))
    spec = version(criterion(recency=recency), criterion("other", columns=(1,), tiers=()))
    assert judge(spec, 1, since).points[0] == points


def test_recency_knows_when_it_ends() -> None:
    recency = Recency(column=1, within_us=48 * HOUR_US, factor=Fraction(2))
    spec = version(
        criterion(recency=recency), criterion("y", columns=(1,), tiers=()), units="duration"
    )
    assert judge(spec, 1, 47 * HOUR_US).next_us is not None
    found = compile_judge(spec)(measured(5, 47 * HOUR_US))
    assert found.next_us == HOUR_US
    assert judge(spec, 5, 48 * HOUR_US).next_us is None


def test_group_comes_before_the_cap() -> None:
    one, two = (criterion(key, columns=(i,), tiers=tiers((1, 80), column=i)) for i, key in
                enumerate(("one", "two")))  # fmt: skip
    group = Group("both", "Both", Axis.BEHAVIOR, members=(0, 1), most=90)
    judged = judge(version(one, two, groups=(group,)), 1, 1)
    assert (judged.behavior, kinds(judged)) == (90, [("group:both", -70)])


def test_group_of_fit_narrows_the_range_too() -> None:
    one, two = (
        criterion(key, axis=Axis.FIT, columns=(i,), tiers=tiers((1, 20), column=i))
        for i, key in enumerate(("one", "two"))
    )
    group = Group("both", "Both", Axis.FIT, members=(0, 1), most=30)
    judged = judge(version(one, two, groups=(group,)), 1, None)
    assert (judged.fit_low, judged.fit, judged.fit_high) == (20, 20, 30)


LONG_FREE = Ceiling("Free for long", 40, (Condition(1, 90 * DAY_US + 1), Condition(2, 1, True)))


@pytest.mark.parametrize(
    ("age_days", "upgrades", "behavior"),
    [
        pytest.param(91, 0, 40, id="both conditions hold"),
        pytest.param(90, 0, 70, id="exactly 90 days are not more than 90"),
        pytest.param(91, 1, 70, id="an upgrade signal lifts it"),
        pytest.param(91, None, 70, id="unknown meets nothing"),
    ],
)
def test_ceiling(age_days: int, upgrades: int | None, behavior: int) -> None:
    spec = _wide(ceiling=LONG_FREE)
    judged = judge(spec, 70, age_days * DAY_US, upgrades)
    assert judged.behavior == behavior
    assert kinds(judged) == ([("ceiling", -30)] if behavior == 40 else [])


def test_ceiling_comes_before_silence_and_after_velocity() -> None:
    burst = criterion("burst", columns=(0,), role=Role.VELOCITY, mode=Mode.PER_UNIT,
                      points_each=25, max_units=1)  # fmt: skip
    spec = _wide(burst, ceiling=LONG_FREE, decay=Decay())
    judged = judge(spec, 70, 91 * DAY_US, 0, idle=30)
    assert (judged.behavior, judged.points[0], judged.points[-1]) == (30, 70, 25)
    assert kinds(judged) == [("ceiling", -55), ("decay", -10)]


def _wide(*more: Any, **fields: Any) -> Version:
    """USED of column 0, and columns 1 and 2 that only conditions look at."""
    idle = [criterion(f"c{i}", columns=(i,), tiers=tiers((1e18, 1), column=i)) for i in (1, 2)]
    return version(USED, *idle, *more, **fields)


@pytest.mark.parametrize(
    ("used", "active", "behavior"),
    [
        pytest.param(50, 2, 60, id="two products"),
        pytest.param(50, 1, 50, id="one product"),
        pytest.param(95, 3, 100, id="held to the cap"),
        pytest.param(0, 2, 10, id="nothing else counts"),
    ],
)
def test_cross_product_bonus(used: int, active: int, behavior: int) -> None:
    spec = _wide(cross_product=CrossProduct(points=10, products=2, column=1))
    judged = judge(spec, used, active, 0)
    assert judged.behavior == behavior
    assert sum(points for _, points in kinds(judged)) == behavior - used


def test_cross_product_bonus_takes_nothing_from_what_exceeds_the_cap() -> None:
    burst = criterion("burst", columns=(0,), role=Role.VELOCITY, mode=Mode.PER_UNIT,
                      points_each=25, max_units=1)  # fmt: skip
    bonus = CrossProduct(points=10, products=2, column=1)
    spec = _wide(burst, cross_product=bonus, velocity_exceeds_cap=True)
    assert judge(spec, 90, 2, 0).behavior == 115


def test_expired_trial_is_charged_by_its_column() -> None:
    decay = Decay(mode=DecayMode.NONE, expired=Expired(20, 7 * DAY_US, column=1), floor=0)
    spec = _wide(decay=decay)
    assert judge(spec, 70, None, 0, idle=30).behavior == 70
    judged = judge(spec, 70, 14 * DAY_US, 0, idle=30)
    assert (judged.behavior, judged.next_us) == (30, 7 * DAY_US)


def test_labels_are_never_inputs() -> None:
    spec = _wide(
        blend=Blend(70, 30), matrix=Matrix(0, 60), bands=(Band(0, "Cold"), Band(31, "Warm")),
        thresholds=Thresholds(total=40, fit=0, behavior=0),
    )  # fmt: skip
    judged = judge(spec, 50, 0, 0)
    assert (judged.total, judged.band, judged.tier, judged.is_pql) == (35, 1, 3, False)


@pytest.mark.parametrize(
    ("condition", "value", "met"),
    [
        pytest.param(Condition(0, 5), 5, True, id="at least: the boundary counts"),
        pytest.param(Condition(0, 5, below=True), 5, False, id="less than: it does not"),
        pytest.param(Condition(0, 5, below=True), 4, True, id="less than"),
        pytest.param(Condition(0, 5), None, False, id="unknown is not at least"),
        pytest.param(Condition(0, 5, below=True), None, False, id="nor is it less"),
        pytest.param(Condition(0, unknown=True), None, True, id="asked whether it is unknown"),
        pytest.param(Condition(0, unknown=True), 1, False, id="it is known"),
    ],
)
def test_condition(condition: Condition, value: float | None, met: bool) -> None:
    assert condition.met([value]) is met


@pytest.mark.parametrize(
    ("mode", "value", "boundary"),
    [
        pytest.param("tiers", 8.0, 4, id="from 8 to the tier at 4: one half-life"),
        pytest.param("tiers", 3.0, None, id="below every tier: never"),
        pytest.param("per_unit", 3.5, 3, id="until it sinks below 3 units"),
        pytest.param("per_unit", 90.0, 5, id="no more than 5 units count"),
        pytest.param("per_unit", 0.5, None, id="no unit is left: never"),
    ],
)
def test_fading_numbers_know_when_they_sink(mode: str, value: float, boundary: int | None) -> None:
    """Never too late, and a hundredth of a second early at most."""
    fields: dict[str, Any] = {"tiers": tiers((4, 5))}
    if mode == "per_unit":
        fields = {"mode": Mode.PER_UNIT, "points_each": 1, "max_units": 5, "tiers": ()}
    half_life = 7 * DAY_US
    found = judge(version(criterion(**fields), units="fading", half_life=half_life), value).next_us
    if boundary is None:
        assert found is None
    else:
        assert found is not None
        assert value * 0.5 ** (found / half_life) >= boundary
        assert value * 0.5 ** ((found + 10_000) / half_life) < boundary


def test_proxies_and_limits_are_said() -> None:
    proxy = criterion(proxy_for="Depth of use", tiers=tiers((1, 60)))
    two = criterion("two", columns=(1,), tiers=tiers((1, 50), column=1))
    group = Group("use", "Use", Axis.BEHAVIOR, members=(0, 1), most=90)
    spec = version(proxy, two, groups=(group,), ceiling=Ceiling("Free", 80, (Condition(1),)))
    found = measured(1, 1)
    told = lines(spec, found, compile_judge(spec)(found), lambda column, value: f"c{column}")
    assert told[0].proxy_for == "Depth of use"
    assert [(line.label, line.points, line.reason) for line in told[2:]] == [
        ("Limit on Use", -20, "Together these count at most 90"),
        ("Free", -10, "At most 80: c1"),
    ]
