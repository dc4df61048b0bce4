"""What a criterion's measured number is worth."""

from collections.abc import Callable, Sequence

from rubrics.scoring.types import MOST_POINTS, Criterion, Mode, Tier

Values = Sequence[float | None]


def compile_points(criterion: Criterion) -> Callable[[Values], int]:
    """The criterion as a plain function: measured values of the version -> points."""
    if criterion.mode is Mode.PER_UNIT:
        return _per_unit(criterion)
    if criterion.mode is Mode.PER_PERIOD:
        return _per_period(criterion)
    return _tiers(criterion)


def _tiers(criterion: Criterion) -> Callable[[Values], int]:
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


def _per_unit(criterion: Criterion) -> Callable[[Values], int]:
    (column,) = criterion.columns
    each, most = criterion.points_each, criterion.max_units

    def per_unit(values: Values) -> int:
        units = int(values[column] or 0)
        return _within(each * (units if most is None or units < most else most))

    return per_unit


def _per_period(criterion: Criterion) -> Callable[[Values], int]:
    (column,) = criterion.columns
    each, most, length = criterion.points_each, criterion.max_units, criterion.unit_size

    def per_period(values: Values) -> int:
        periods = int((values[column] or 0) // length)  # whole periods only
        return _within(each * (periods if most is None or periods < most else most))

    return per_period


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
