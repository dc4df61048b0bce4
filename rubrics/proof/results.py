"""What a score says, and in words how a stored one differs from what the facts give."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import NamedTuple

from rubrics.mappers import Compiled
from rubrics.measures import MEASURES
from rubrics.scoring.types import Judgement, Measured

# What is compared, what is stored, what the facts give.
Difference = tuple[str, str, str]


class Result(NamedTuple):
    """A score's content. ``idle_us`` and ``due_us``: microseconds before and after its moment."""

    fit: int
    fit_low: int
    fit_high: int
    behavior: int
    total: int
    is_pql: bool
    band: int | None
    tier: int | None
    points: Sequence[int]
    measures: Sequence[float | None]
    idle_us: int
    due_us: int | None

    @property
    def verdict(self) -> tuple[object, ...]:
        """What must not change before the score is due: all but the numbers measured."""
        return self[:9]


class Stored(NamedTuple):
    """A score as it stands in the database."""

    subject_id: int
    product_id: int
    rubric_id: int
    version_id: int
    at: datetime
    result: Result


WORDS = {
    "fit": "Fit",
    "fit_low": "Lowest fit possible",
    "fit_high": "Highest fit possible",
    "behavior": "Behavior",
    "total": "Total",
    "is_pql": "PQL",
    "band": "Place among the bands",
    "tier": "Tier of the matrix",
}


def result_of(measured: Measured, judged: Judgement, next_us: int | None) -> Result:
    """What a score of this would say that is due again after ``next_us``."""
    return Result(
        judged.fit,
        judged.fit_low,
        judged.fit_high,
        judged.behavior,
        judged.total,
        judged.is_pql,
        judged.band,
        judged.tier,
        list(judged.points),
        list(measured.values),
        measured.idle_us,
        next_us,
    )


def differences(
    spec: Compiled, at: datetime, stored: Result, derived: Result
) -> tuple[Difference, ...]:
    """Every difference between two results of the moment ``at``, the verdict's first."""
    return (*verdict_differences(spec, stored, derived), *_other(spec, at, stored, derived))


def verdict_differences(spec: Compiled, stored: Result, derived: Result) -> Iterator[Difference]:
    """Where the verdicts differ: scores, and each criterion's points."""
    for name, words in WORDS.items():
        was, should_be = getattr(stored, name), getattr(derived, name)
        if was != should_be:
            yield words, _plain(was), _plain(should_be)
    names = [criterion.name for criterion in spec.version.criteria]
    for name, was, should_be in zip_longest(names, stored.points, derived.points):
        if was != should_be:
            yield f"Points for {name or 'no criterion'}", _plain(was), _plain(should_be)


def _other(spec: Compiled, at: datetime, stored: Result, derived: Result) -> Iterator[Difference]:
    if len(stored.measures) != len(derived.measures):
        yield "Numbers measured", f"{len(stored.measures)}", f"{len(derived.measures)}"
    else:
        for column, (was, should_be) in enumerate(
            zip(stored.measures, derived.measures, strict=True)
        ):
            if was != should_be:
                yield _measured(spec, column, was, should_be)
    if stored.idle_us != derived.idle_us:
        yield "Last activity", _moment(at, -stored.idle_us), _moment(at, -derived.idle_us)
    if stored.due_us != derived.due_us:
        yield "Next change by time", _moment(at, stored.due_us), _moment(at, derived.due_us)


def _measured(
    spec: Compiled, column: int, was: float | None, should_be: float | None
) -> Difference:
    """In the criterion's words, and in numbers where the words are the same."""
    named = [c.name for c in spec.version.criteria if column in c.columns]
    what = f"Measured for {named[0] if named else MEASURES[spec.version.columns[column].measure]}"
    told = spec.describe(column, was), spec.describe(column, should_be)
    if told[0] == told[1]:
        told = f"{told[0]} ({_plain(was)})", f"{told[1]} ({_plain(should_be)})"
    return what, *told


def _plain(value: bool | float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "nothing" if value is None else f"{value:.15g}"


def _moment(at: datetime, microseconds: int | None) -> str:
    if microseconds is None:
        return "never"
    moment = at + timedelta(microseconds=microseconds)
    return moment.isoformat(sep=" ", timespec="microseconds")
