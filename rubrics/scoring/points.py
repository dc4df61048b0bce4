"""What a criterion's measured number is worth."""

import math
from collections.abc import Callable, Iterable
from fractions import Fraction

from rubrics.scoring.types import MOST_POINTS, Criterion, Mode, Recency, Tier, Values

Worth = Callable[[Values], int]
"""Measured numbers of the version -> a criterion's points."""


Steps = list[tuple[float, int]]
"""(threshold, points) from the highest down."""
Ladders = list[tuple[int, int, float, Steps]]
"""Tiers of one column each: the criterion's index, the column, the lowest threshold, the steps."""
Alternatives = list[tuple[int, list[tuple[int, float, Steps]]]]
"""Tiers of several columns each, of which the best counts."""
Others = list[tuple[int, Worth]]


class Sum:
    """Criteria whose points add up.

    Tiers are plain data that one loop walks through: a call for each would double the time. Most
    leads reach none of most ladders, which the lowest threshold tells at once.
    """

    def __init__(self, placed: Iterable[tuple[int, Criterion]]) -> None:
        self.ladders: Ladders = []
        self.alternatives: Alternatives = []
        self.others: Others = []
        for i, criterion in placed:
            if criterion.mode is not Mode.TIERS or criterion.recency:
                self.others.append((i, compile_points(criterion)))
            elif len(criterion.columns) == 1:
                (column,) = criterion.columns
                self.ladders.append((i, *_ladder(criterion, column)))
            else:
                columns = [_ladder(criterion, column) for column in criterion.columns]
                self.alternatives.append((i, columns))

    def add_up(self, values: Values, points: list[int]) -> int:
        """Write each criterion's points into ``points``; return their sum."""
        total = 0
        for i, column, lowest, steps in self.ladders:
            value = values[column]
            if value is not None and value >= lowest:
                for threshold, worth in steps:
                    if value >= threshold:
                        points[i] = worth
                        total += worth
                        break
        for i, columns in self.alternatives:
            best = None
            for column, lowest, steps in columns:
                value = values[column]
                if value is not None and value >= lowest:
                    for threshold, worth in steps:
                        if value >= threshold:
                            if best is None or worth > best:
                                best = worth
                            break
            if best is not None:
                points[i] = best
                total += best
        for i, function in self.others:
            points[i] = worth = function(values)
            total += worth
        return total


def _ladder(criterion: Criterion, column: int) -> tuple[int, float, Steps]:
    steps = _steps(criterion, column)
    return column, steps[-1][0] if steps else math.inf, steps


def _steps(criterion: Criterion, column: int) -> Steps:
    return [(tier.threshold, tier.points) for tier in sorted_tiers(criterion, column)]


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
    reached = _compile_reached(criterion)

    def tiers(values: Values) -> int:
        return reached(values) or 0

    return tiers


def _compile_reached(criterion: Criterion) -> Callable[[Values], int | None]:
    """The points of the best tier reached, or None; unknown columns reach nothing."""
    ladders = [(column, _steps(criterion, column)) for column in criterion.columns]
    if len(ladders) == 1:
        ((column, steps),) = ladders

        def one_column(values: Values) -> int | None:
            value = values[column]
            if value is not None:
                for threshold, points in steps:
                    if value >= threshold:
                        return points
            return None

        return one_column

    def best_of_columns(values: Values) -> int | None:
        best: int | None = None
        for column, steps in ladders:
            value = values[column]
            if value is None:
                continue
            for threshold, points in steps:
                if value >= threshold:
                    if best is None or points > best:
                        best = points
                    break
        return best

    return best_of_columns


def sorted_tiers(criterion: Criterion, column: int) -> list[Tier]:
    """A column's tiers, the highest threshold first; of equal ones the best counts."""
    tiers = [tier for tier in criterion.tiers if tier.column == column]
    return sorted(tiers, key=lambda tier: (-tier.threshold, -tier.points))


def reached_tier(criterion: Criterion, values: Values) -> Tier | None:
    """The tier that gives the criterion its points, or None: for telling why."""
    # Each column's best of one look at all: sorting them took most of telling why.
    reached: dict[int, Tier] = {}
    for tier in criterion.tiers:
        value = values[tier.column]
        if value is None or value < tier.threshold:
            continue
        best = reached.get(tier.column)
        if best is None or (tier.threshold, tier.points) > (best.threshold, best.points):
            reached[tier.column] = tier
    found = [reached[column] for column in criterion.columns if column in reached]
    return max(found, key=lambda tier: tier.points, default=None)


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
        value = values[column]
        if not value or value < length:
            return 0
        periods = int(value // length)  # whole periods only
        return _within(each * (periods if most is None or periods < most else most))

    return per_period


_COMPILERS = {Mode.TIERS: _tiers, Mode.PER_UNIT: _per_unit, Mode.PER_PERIOD: _per_period}


def _within(points: int) -> int:
    return min(max(points, -MOST_POINTS), MOST_POINTS)


Range = Callable[[Values], tuple[int, int]]
"""Measured numbers -> the least and most points once everything unknown is known."""


def compile_possible(criterion: Criterion) -> Range:
    """The range of a fit criterion: each unknown column may reach any of its tiers, or none."""
    if criterion.mode is not Mode.TIERS:
        return _possible_units(criterion)
    reached = _compile_reached(criterion)
    gains = [
        (column, [tier.points for tier in criterion.tiers if tier.column == column])
        for column in criterion.columns
    ]
    ends = [(column, min(points), max(points)) for column, points in gains]

    def possible(values: Values) -> tuple[int, int]:
        known = reached(values)
        low = high = known or 0
        for column, least, most in ends:
            if values[column] is None:
                high = max(high, most)
                # A lesser alternative never lowers what is reached: the best counts.
                low = low if known is not None else min(low, least)
        return low, high

    return possible


def most_by_column(criterion: Criterion) -> list[tuple[int, int]]:
    """(column, its best points) of a criterion of tiers that take no points; else nothing.

    What is known of such a one is the least it is worth, and an unknown column can only add.
    """
    if criterion.mode is not Mode.TIERS or any(tier.points < 0 for tier in criterion.tiers):
        return []
    most = {tier.column: 0 for tier in criterion.tiers}
    for tier in criterion.tiers:
        most[tier.column] = max(most[tier.column], tier.points)
    return list(most.items())


def _possible_units(criterion: Criterion) -> Range:
    """What is counted in units may be none of them, or as many as count."""
    worth, (column,) = compile_points(criterion), criterion.columns
    most = _within(criterion.points_each * (criterion.max_units or MOST_POINTS))

    def possible(values: Values) -> tuple[int, int]:
        if values[column] is None:
            return min(most, 0), max(most, 0)
        points = worth(values)
        return points, points

    return possible
