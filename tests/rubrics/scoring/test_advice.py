"""What would make a lead a PQL: enough, nothing too much, cheapest first, and in words."""

import itertools
import os
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rubrics.scoring.advice import advise
from rubrics.scoring.steps import Act, Start, apply
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Ceiling,
    Condition,
    Criterion,
    Decay,
    DecayMode,
    Measured,
    Mode,
    Recency,
    Role,
    Thresholds,
)
from tests.rubrics.scoring.specs import criterion, silence, tiers
from tests.rubrics.scoring.test_steps import start

FLAGS = ("flag", "count", "count", "count")
SIZE = criterion("size", axis=Axis.FIT, tiers=tiers((1, 15)))
INVITE = criterion("invite", columns=(1,), tiers=tiers((1, 10), (3, 30), column=1))
EXPORT = criterion("export", columns=(2,), tiers=tiers((1, 5), column=2))
USED = criterion("used", columns=(3,), mode=Mode.PER_UNIT, points_each=10)
WANTED = Thresholds(total=60, fit=15, behavior=40)


def lead(*values: float | None, **fields: object) -> Start:
    wanted = fields.pop("thresholds", WANTED)
    return start(
        SIZE, INVITE, EXPORT, USED, values=values, units=FLAGS,
        **{"thresholds": wanted, "acts": {i: Act((i,)) for i in (1, 2)}, **fields},  # type: ignore[arg-type]  # values of several kinds
    )  # fmt: skip


def words(begin: Start) -> list[str]:
    return [one.words for one in advise(begin).suggestions]


def test_two_steps_in_words() -> None:
    assert words(lead(1, 0, 0, 3)) == ["15 short: c1 to 1 (+10) and c2 to 1 (+5) make the total 60",
                                       "15 short: c1 to 3 (+30) makes the total 75"]  # fmt: skip


def test_one_step_and_nothing_that_holds_it() -> None:
    """Of equal effort the one that gives more."""
    assert words(lead(1, 0, 0, 4)) == [
        "5 short: c1 to 1 (+10) makes the total 65", "5 short: c2 to 1 (+5) makes the total 60",
        "5 short: c1 to 3 (+30) makes the total 85",
    ]  # fmt: skip


def test_as_many_units_as_it_takes() -> None:
    far = lead(1, 0, 0, 0, acts={3: Act((3,))})
    assert words(far) == ["45 short: c3 to 5 (+50) makes the total 65"]


def test_gates_and_unknowns() -> None:
    told = advise(lead(None, 0, 0, 6))
    assert told.short == "15 fit short"
    assert told.gates == ("fit 0, needs 15",)
    assert told.unknowns == ("Size unknown: up to +15",)
    (best, *_) = told.suggestions
    assert not best.is_certain
    assert best.words == "15 fit short: Size: c0 to 1 (if it turns out so, +15) makes the total 75"


def test_fit_that_can_never_be_met_is_said_plainly() -> None:
    told = advise(lead(0, 0, 0, 9))
    assert told.suggestions == ()
    assert told.verdict == (
        "Fit is 0 and can be 0 at most, a PQL needs 15: nothing this lead does makes it one"
    )


def test_a_pql_needs_no_advice() -> None:
    assert advise(lead(1, 3, 1, 9)).verdict == ""


@pytest.mark.parametrize(
    ("begin", "verdict"),
    [
        pytest.param(
            lead(1, 0, 0, 0, acts={2: Act((2,))}),
            "45 short: even every step still possible makes only 20", id="out of reach",
        ),
        pytest.param(
            start(
                *(criterion(f"k{i}", columns=(i,), tiers=tiers((1, 10), column=i))
                  for i in range(4)),
                values=(0, 0, 0, 0), thresholds=Thresholds(40, 0, 0),
            ),
            "40 short: it takes more than 3 steps", id="too many steps",
        ),
    ],
)  # fmt: skip
def test_no_way(begin: Start, verdict: str) -> None:
    told = advise(begin)
    assert (told.suggestions, told.verdict) == ((), verdict)


def test_coming_back_at_all() -> None:
    """Nothing is left to do but to use the product again: decay ends."""
    away = start(
        SIZE, criterion("used", columns=(1,), tiers=tiers((1, 80), column=1)),
        values=(1, 1), units=FLAGS, acts={}, idle=65, thresholds=Thresholds(80, 15, 40),
        decay=Decay(points=10),
    )  # fmt: skip
    assert words(away) == [
        "5 short: Any activity in the product (+20) makes the total 95",
    ]


def test_two_answers_to_one_unknown_do_not_go_together() -> None:
    one, two = (
        criterion(name, axis=Axis.FIT, columns=(i,), tiers=tiers((1, 10), column=i))
        for i, name in enumerate(("us", "de"))
    )
    begin = start(
        one, two, values=(None, None), units=("flag", "flag", "count", "count"),
        thresholds=Thresholds(20, 20, 0),
    )  # fmt: skip
    assert len(advise(begin).suggestions) == 1
    same = {"attribute": ("account.country",)}
    for column in begin.version.columns[:2]:
        object.__setattr__(column, "params", same)
    assert advise(begin).suggestions == ()


points = st.integers(-10, 30)


@st.composite
def starts(draw: st.DrawFn) -> Start:
    """Four columns; criteria of every kind over them, silence, caps and small thresholds."""
    units = ("flag", "count", "count", "duration")
    specs: list[Criterion] = [
        criterion("fit", axis=Axis.FIT, tiers=tiers((1, draw(points)))),
        criterion("a", columns=(1,), tiers=tiers(
            *((step, draw(points)) for step in draw(st.sets(st.integers(1, 4), min_size=1))),
            column=1)),
        criterion("b", columns=(1, 2), tiers=(*tiers((2, draw(points)), column=1),
                                              *tiers((1, draw(points)), column=2))),
        criterion("c", columns=(2,), mode=Mode.PER_UNIT, points_each=draw(points),
                  max_units=draw(st.sampled_from([None, 2]))),
        silence(columns=(3,)),
        criterion("v", columns=(2,), role=Role.VELOCITY, mode=Mode.PER_UNIT,
                  share_of_base=0.5, max_units=1),
    ]  # fmt: skip
    values = (
        draw(st.sampled_from([None, 0, 1])), draw(st.integers(0, 4)), draw(st.integers(0, 2)),
        draw(st.sampled_from([0, 20, 40])) * DAY_US,
    )  # fmt: skip
    acts = {
        1: Act((1,), (3,), is_activity=draw(st.booleans())),
        2: Act(draw(st.sampled_from([(2,), (1, 2), ()])), (), is_activity=True),
        3: Act((), (3,), is_activity=True),
    }
    kept = draw(st.sets(st.sampled_from([1, 2, 3])))
    return start(
        *specs, values=values, units=units, acts={i: acts[i] for i in kept},
        idle=draw(st.sampled_from([0, 15, 70])),
        thresholds=Thresholds(draw(st.integers(1, 60)), draw(st.integers(0, 15)),
                              draw(st.integers(0, 40))),
        decay=Decay(mode=draw(st.sampled_from([DecayMode.PERIODS, DecayMode.CONTINUOUS])),
                    points=draw(st.integers(0, 12))),
        max_behavior=draw(st.sampled_from([30, 100])),
    )  # fmt: skip


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "25")) * 4, deadline=None, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(begin=starts())
def test_every_suggestion_suffices_and_none_is_too_much(begin: Start) -> None:
    told = advise(begin)
    assert bool(told.verdict) != begin.judgement.is_pql
    for one in told.suggestions:
        assert begin.judge(apply(begin, one.steps)).is_pql
        assert one.judgement == begin.judge(one.measured)
        assert str(one.judgement.total) in one.words
        for size in range(len(one.steps)):
            for part in itertools.combinations(one.steps, size):
                assert not begin.judge(apply(begin, part)).is_pql
        for step in one.steps:
            possible = step.finds_out or step.column is None or step.column in begin.acts
            assert possible
    costs = [
        (sum(s.finds_out for s in one.steps), sum(s.actions or 0 for s in one.steps))
        for one in told.suggestions
    ]
    assert costs == sorted(costs)


def test_what_follows_is_said_apart() -> None:
    """The hit counts for another criterion too, and ends the silence."""
    act = Act((1, 2), is_activity=True)
    begin = lead(1, 1, 0, 3, acts={1: act}, idle=30, decay=Decay(points=10))
    (best, *_) = advise(begin).suggestions
    assert best.words == "15 short: c1 to 3 (+20) makes the total 80"
    assert best.follows == "Export +5 and limits and silence +10"


def test_what_ends_a_ceiling() -> None:
    """An upgrade ends the ceiling, and that alone suffices."""
    ceiling = Ceiling("Free for long", 20, (Condition(3, 1, below=True),))
    begin = start(
        SIZE, criterion("used", columns=(1,), tiers=tiers((1, 80), column=1)),
        values=(1, 1), units=FLAGS, acts={3: Act((3,))}, ceiling=ceiling,
        thresholds=Thresholds(80, 15, 40),
    )  # fmt: skip
    assert words(begin) == ["45 short: c3 to 1 (+60) makes the total 95"]
    assert advise(replace_judged(begin, 3, 1)).suggestions == ()


def replace_judged(begin: Start, column: int, value: float) -> Start:
    values = list(begin.measured.values)
    values[column] = value
    found = Measured(tuple(values), 0)
    return replace(begin, measured=found, judgement=begin.judge(found))


def test_once_more_counts_more_while_it_is_recent() -> None:
    recent = criterion("hot", columns=(1,), tiers=tiers((1, 20), column=1),
                       recency=Recency(3, DAY_US, Fraction(3, 2)))  # fmt: skip
    begin = start(
        SIZE, recent, values=(1, 1, 0, 2 * DAY_US), units=("flag", "count", "count", "duration"),
        acts={3: Act((1,), (3,))}, thresholds=Thresholds(45, 15, 30),
    )  # fmt: skip
    assert words(begin) == ["10 short: c3 to 0 (+10) makes the total 45"]
