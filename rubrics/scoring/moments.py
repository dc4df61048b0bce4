"""When the clock alone carries a measured number over a boundary that its version looks at."""

import math
from collections import defaultdict
from collections.abc import Callable
from itertools import chain

from rubrics.scoring.types import Criterion, Mode, Values, Version

NextMoment = Callable[[Values], int | None]
"""Measured numbers -> microseconds until one crosses a boundary, None for never."""


def compile_moments(version: Version) -> list[NextMoment]:
    """Watch every duration and every fading number of the version; others stand still."""
    watched = _boundaries(version)
    moments: list[NextMoment] = []
    for column, spec in enumerate(version.columns):
        if spec.unit == "duration" and column in watched:
            moments.append(_growing(column, sorted(watched[column])))
        elif spec.unit == "fading" and column in watched:
            ladder = sorted(watched[column], reverse=True)
            moments.append(_fading(column, ladder, spec.params["half_life"]))
    for criterion in version.criteria:
        unit = version.columns[criterion.columns[0]].unit
        if criterion.mode is Mode.PER_PERIOD:
            moments.append(_by_period(criterion))
        elif criterion.mode is Mode.PER_UNIT and unit == "fading":
            moments.append(_by_unit(version, criterion))
    return moments


def _boundaries(version: Version) -> dict[int, set[float]]:
    """The thresholds each column is compared with, anywhere in the version."""
    found: dict[int, set[float]] = defaultdict(set)
    for criterion in version.criteria:
        for tier in criterion.tiers:
            found[tier.column].add(tier.threshold)
        if criterion.recency is not None:
            found[criterion.recency.column].add(criterion.recency.within_us)
    rules = (version.segment, version.ceiling)
    for condition in chain.from_iterable(rule.when for rule in rules if rule is not None):
        if not condition.unknown:
            found[condition.column].add(condition.threshold)
    return found


def _growing(column: int, thresholds: list[float]) -> NextMoment:
    """A duration grows by itself; one that is null has not begun, and the statement knows when."""

    def next_moment(values: Values) -> int | None:
        value = values[column]
        if value is None:
            return None
        return next((int(t) - int(value) for t in thresholds if t > value), None)

    return next_moment


def _fading(column: int, thresholds: list[float], half_life: int) -> NextMoment:
    """A fading number sinks below the highest threshold it still reaches."""

    def next_moment(values: Values) -> int | None:
        value = values[column] or 0
        reached = next((t for t in thresholds if t <= value), 0)
        return _sinks_below(value, reached, half_life) if reached > 0 else None

    return next_moment


def _sinks_below(value: float, threshold: float, half_life: int) -> int:
    """Never later than the moment it does: a thousandth of a millionth of the half-life early,
    for the sum that is measured then is rounded otherwise than the one measured now."""
    ahead = half_life * math.log2(value / threshold)
    return max(math.floor(ahead - half_life * 1e-9) - 4, 1)


def _by_period(criterion: Criterion) -> NextMoment:
    (column,) = criterion.columns
    length, most = int(criterion.unit_size), criterion.max_units

    def next_moment(values: Values) -> int | None:
        value = values[column]
        if value is None:
            return None
        periods = int(value) // length
        if most is not None and periods >= most:
            return None
        return (periods + 1) * length - int(value)

    return next_moment


def _by_unit(version: Version, criterion: Criterion) -> NextMoment:
    (column,) = criterion.columns
    half_life, most = version.columns[column].params["half_life"], criterion.max_units

    def next_moment(values: Values) -> int | None:
        value = values[column] or 0
        units = int(value) if most is None else min(int(value), most)
        return _sinks_below(value, units, half_life) if units > 0 else None

    return next_moment
