"""What each criterion's next step takes, and how numbers go on by themselves."""

from typing import Any

import pytest

from rubrics.scoring.judge import compile_judge
from rubrics.scoring.steps import Act, Need, Start, Step, advance, apply, next_step, next_words
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Column,
    Criterion,
    Decay,
    Measured,
    Mode,
    Role,
    Thresholds,
    Tier,
    Version,
)
from tests.rubrics.scoring.specs import criterion, measured, silence, tiers

HITS = {"signals": ("used",)}


def need(column: int, value: float, target: float) -> Need:
    """A column of hits: one action for each that is missing."""
    return Need(f"c{column} to {target:g}", max(int(target - value), 1))


def start(
    *criteria: Criterion,
    values: tuple[float | None, ...],
    units: tuple[str, ...] = ("count",) * 4,
    acts: dict[int, Act] | None = None,
    idle: int = 0,
    **fields: Any,
) -> Start:
    """Four columns; what is no flag counts hits, and all of it can still happen."""
    columns = tuple(Column("count", {} if unit == "flag" else HITS, unit) for unit in units)
    version = Version(
        "test", columns, criteria, activity_signals=("used",),
        **{"thresholds": Thresholds(), "decay": Decay(points=0), **fields},
    )  # fmt: skip
    judge = compile_judge(version)
    padded = (*values, *(0,) * (4 - len(values)))
    found = measured(*padded, idle=idle)
    hits = [i for i, unit in enumerate(units) if unit != "flag"]
    reach = {i: Act((i,)) for i in hits} if acts is None else acts
    return Start(version, judge, found, judge(found), reach, need)


TWO = criterion(tiers=tiers((1, 10), (3, 15)))
EITHER = criterion(
    columns=(0, 1), tiers=(*tiers((2, 10)), *tiers((1, 3), column=1), *tiers((1, -4)))
)
PER_UNIT = criterion(mode=Mode.PER_UNIT, points_each=2, max_units=3)


@pytest.mark.parametrize(
    ("spec", "values", "expected"),
    [
        pytest.param(TWO, (0,), (0, 1, 10), id="the first tier"),
        pytest.param(TWO, (1,), (0, 3, 5), id="the next one, what it gives more"),
        pytest.param(TWO, (3,), None, id="nothing above the last"),
        pytest.param(EITHER, (0, 0), (1, 1, 3), id="of alternatives the nearer one"),
        pytest.param(EITHER, (0, 1), (0, 2, 7), id="over what the other gives"),
        pytest.param(EITHER, (1, 0), (0, 2, 14), id="of equal effort the better one"),
        pytest.param(PER_UNIT, (2,), (0, 3, 2), id="one more unit"),
        pytest.param(PER_UNIT, (3,), None, id="no more than the most"),
        pytest.param(criterion(tiers=tiers((1, -5))), (0,), None, id="what only takes has no step"),
    ],
)
def test_next_step(
    spec: Criterion, values: tuple[float, ...], expected: tuple[int, float, int] | None
) -> None:
    step = next_step(start(spec, values=values), 0)
    assert (step and (step.column, step.target, step.gain)) == expected


def test_next_step_is_not_what_can_no_longer_happen() -> None:
    closed = start(TWO, values=(0,), acts={})
    assert next_step(closed, 0) is None
    assert next_words(closed, 0) == ""


def test_next_step_of_silence_is_coming_back() -> None:
    resets = {0: Act(resets=(0,), is_activity=True)}
    away = start(
        silence(), criterion(columns=(1,), tiers=tiers((1, 60), column=1)),
        values=(30 * DAY_US, 1), units=("duration", "count", "count", "count"), acts=resets,
    )  # fmt: skip
    step = next_step(away, 0)
    assert step is not None
    assert (step.target, step.gain, step.actions) == (0, 20, 1)


def test_next_step_of_velocity() -> None:
    burst = criterion("burst", role=Role.VELOCITY, mode=Mode.PER_UNIT, points_each=25, max_units=1)
    step = next_step(start(burst, values=(0,)), 0)
    assert step is not None
    assert (step.target, step.gain) == (1, 25)
    assert next_step(start(burst, values=(1,)), 0) is None


FIT = criterion("size", axis=Axis.FIT, tiers=(Tier(0, 1, 15, "Ideal size"), Tier(1, 1, -5, "")),
                columns=(0, 1))  # fmt: skip

SENIORITY = criterion("who", axis=Axis.FIT, columns=(0, 1),
                      tiers=(Tier(0, 1, 10, "VP"), Tier(1, 1, 6, "Manager")))  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "values", "words"),
    [
        pytest.param(TWO, (1,), "c0 to 3: +5", id="the measure's words"),
        pytest.param(FIT, (0, 0), "Ideal size: +15", id="a tier's own words"),
        pytest.param(SENIORITY, (0, 0), "Manager: +6", id="of what is known the next rung"),
        pytest.param(FIT, (None, None), "Once known: −5 to +15 points", id="unknown: the range"),
        pytest.param(FIT, (1, None), "", id="what is unknown can change nothing"),
    ],
)
def test_next_words(spec: Criterion, values: tuple[float | None, ...], words: str) -> None:
    units = ("flag", "flag", "count", "count") if spec.axis is Axis.FIT else ("count",) * 4
    assert next_words(start(spec, values=values, units=units), 0) == words


def test_apply_moves_what_the_hits_move() -> None:
    """Two more hits of column 0 count in column 1 too, and end the silence of column 2."""
    act = Act(adds=(0, 1), resets=(2,), is_activity=True)
    before = start(
        TWO, values=(1, 5, DAY_US, 7), units=("count", "count", "duration", "count"),
        acts={0: act}, idle=3,
    )  # fmt: skip
    after = apply(before, [Step(0, 0, 3, "", actions=2), Step(0, 3, 4, "")])
    assert after == Measured((3, 7, 0, 7), 0)  # a lower target takes nothing back
    assert apply(before, [Step(None, None, 0, "")]) == Measured((1, 5, DAY_US, 7), 0)


UNITS = ("count", "duration", "fading", "duration")


def test_advance() -> None:
    columns = tuple(
        Column("x", {"half_life": DAY_US} if unit == "fading" else {}, unit) for unit in UNITS
    )
    version = Version("test", columns, (), Thresholds(), Decay(), ())
    later = advance(version, Measured((4, 10, 8.0, None), 5, 3 * DAY_US), 2 * DAY_US)
    assert later == Measured((4, 10 + 2 * DAY_US, 2.0, None), 5 + 2 * DAY_US, DAY_US)
    assert advance(version, Measured((4, 10, 8.0, None), 5), DAY_US).next_us is None
    with pytest.raises(ValueError, match="not before the next change"):
        advance(version, later, DAY_US)
