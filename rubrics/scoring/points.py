"""What a criterion's measured number is worth."""

import math
from collections.abc import Callable
from fractions import Fraction

from rubrics.scoring.types import MOST_POINTS, Criterion, Mode, Recency, Tier, Values

Worth = Callable[[Values], int]
"""Measured numbers of the version -> a criterion's points."""


def compile_points(criterion: Criterion) -> Worth:
    """The criterion as a plain function."""
    worth = _COMPILERS[criterion.mode](criterion)
    return worth if criterion.recency is None else _recent(worth, criterion.recency)


def _recent(worth: Worth, recency: Recency) -> Worth:
    """Times the factor while the last hit is younger than the window."""

    def recent(values: Values) -> int:
        points = worth(values)
        return times(points, recency.factor) if is_recent(recency, values) else points

    return recent


def is_recent(recency: Recency, values: Values) -> bool:
    """Whether the last hit is younger than the window; at its very end it is no more."""
    since = values[recency.column]
    return since is not None and since < recency.within_us


def times(points: int, factor: Fraction) -> int:
    """Points times a factor, in whole points, halves up."""
    return _within(math.floor(points * factor + Fraction(1, 2)))


def _tiers(criterion: Criterion) -> Worth:
    """In each column the highest threshold reached; of several columns the best counts."""
    ladders = [(column, sorted_tiers(criterion, column)) for column in criterion.columns]
    if len(ladders) == 1:
        ((column, ladder),) = ladders
        steps = [(tier.threshold, tier.points) for tier in ladder]

        def one_column(values: Values) -> int:
            value = values[column]
            if value is not None:
                for threshold, points in steps:
                    if value >= threshold:
                        return points
            return 0

        return one_column

    def best_of_columns(values: Values) -> int:
        best: int | None = None
        for column, ladder in ladders:
            value = values[column]
            if value is None:
                continue
            for tier in ladder:
                if value >= tier.threshold:
                    if best is None or tier.points > best:
                        best = tier.points
                    break
        return best or 0

    return best_of_columns


def sorted_tiers(criterion: Criterion, column: int) -> list[Tier]:
    """A column's tiers, the highest threshold first; of equal ones the best counts."""
    tiers = [tier for tier in criterion.tiers if tier.column == column]
    return sorted(tiers, key=lambda tier: (-tier.threshold, -tier.points))


def reached_tier(criterion: Criterion, values: Values) -> Tier | None:
    """The tier that gives the criterion its points, or None: for telling why."""
    reached = []
    for column in criterion.columns:
        value = values[column]
        if value is not None:
            ladder = sorted_tiers(criterion, column)
            reached += [tier for tier in ladder if value >= tier.threshold][:1]
    return max(reached, key=lambda tier: tier.points, default=None)


def _per_unit(criterion: Criterion) -> Worth:
    (column,) = criterion.columns
    each, most = criterion.points_each, criterion.max_units

    def per_unit(values: Values) -> int:
        units = max(int(values[column] or 0), 0)  # fewer than before is no unit
        return _within(each * (units if most is None or units < most else most))

    return per_unit


def _per_period(criterion: Criterion) -> Worth:
    (column,) = criterion.columns
    each, most, length = criterion.points_each, criterion.max_units, criterion.unit_size

    def per_period(values: Values) -> int:
        periods = int((values[column] or 0) // length)  # whole periods only
        return _within(each * (periods if most is None or periods < most else most))

    return per_period


_COMPILERS = {Mode.TIERS: _tiers, Mode.PER_UNIT: _per_unit, Mode.PER_PERIOD: _per_period}


def _within(points: int) -> int:
    return min(max(points, -MOST_POINTS), MOST_POINTS)


def possible_points(criterion: Criterion, values: Values) -> tuple[int, int]:
    """The least and most points once every unknown column of a fit criterion is known."""
    known = compile_points(criterion)(values)
    reached = reached_tier(criterion, values) is not None
    low = high = known
    for column in criterion.columns:
        if values[column] is None:
            gains = [tier.points for tier in criterion.tiers if tier.column == column]
            high = max(high, *gains)
            # A lesser alternative never lowers what is reached: the best counts.
            low = low if reached else min(low, *gains)
    return low, high
