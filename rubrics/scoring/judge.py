"""A version compiled into a plain function: measured numbers in, judgement out."""

from collections.abc import Callable

from rubrics.scoring.combine import (
    Adjustment,
    clamp,
    combine_silence,
    is_pql,
    next_silence_us,
)
from rubrics.scoring.points import Values, compile_points, possible_points
from rubrics.scoring.types import (
    MOST_POINTS,
    Axis,
    Criterion,
    Judgement,
    Measured,
    Mode,
    Role,
    Version,
)
from rubrics.scoring.velocity import velocity_bonus

Judge = Callable[[Measured], Judgement]


def compile_judge(version: Version) -> Judge:
    """Compile once, judge a lead in microseconds. Pure: the same numbers, the same judgement."""
    count = len(version.criteria)
    placed = list(enumerate(version.criteria))
    fit = [(i, compile_points(c), c) for i, c in placed if c.axis is Axis.FIT]
    actions = [
        (i, compile_points(c))
        for i, c in placed
        if c.axis is Axis.BEHAVIOR and c.role is Role.ACTION
    ]
    velocity = [(i, c) for i, c in placed if c.role is Role.VELOCITY]
    silent = [(i, compile_points(c)) for i, c in placed if c.role is Role.SILENCE]
    fit_columns = [column for _, _, c in fit for column in c.columns]
    timed = [c for c in version.criteria if _has_duration(version, c)]

    def judge(measured: Measured) -> Judgement:
        values = measured.values
        points = [0] * count
        adjustments: list[Adjustment] = []

        for i, worth, _ in fit:
            points[i] = worth(values)
        fit_score = clamp(sum(points[i] for i, _, _ in fit), version.max_fit, Axis.FIT, adjustments)
        low = high = fit_score
        if any(values[column] is None for column in fit_columns):
            low, high = _fit_range(version, [c for _, _, c in fit], values)

        for i, worth in actions:
            points[i] = worth(values)
        raw = clamp(
            sum(points[i] for i, _ in actions), version.max_behavior, Axis.BEHAVIOR, adjustments
        )
        raw = _add_velocity(version, velocity, values, raw, points, adjustments)

        for i, worth in silent:
            points[i] = worth(values)
        behavior, criteria_count = combine_silence(
            raw,
            version.decay,
            measured.idle_us,
            sum(points[i] for i, _ in silent),
            adjustments,
        )
        if not criteria_count:
            for i, _ in silent:
                points[i] = 0

        total = fit_score + behavior
        moments = [
            measured.next_us,
            next_silence_us(raw, behavior, version.decay, measured.idle_us),
        ]
        moments += [_next_boundary_us(c, values) for c in timed]
        return Judgement(
            fit=fit_score,
            fit_low=low,
            fit_high=high,
            behavior=behavior,
            total=total,
            is_pql=is_pql(fit_score, behavior, total, version.thresholds),
            points=tuple(points),
            adjustments=tuple(adjustments),
            next_us=min((moment for moment in moments if moment is not None), default=None),
        )

    return judge


def _add_velocity(
    version: Version,
    velocity: list[tuple[int, Criterion]],
    values: Values,
    raw: int,
    points: list[int],
    adjustments: list[Adjustment],
) -> int:
    base = raw
    for i, criterion in velocity:
        bonus = velocity_bonus(criterion, values[criterion.columns[0]] or 0, base)
        points[i] = min(bonus, MOST_POINTS - (raw - base))
        raw += points[i]
    if raw > version.max_behavior and not version.velocity_exceeds_cap:
        adjustments.append((Axis.BEHAVIOR, "velocity_cap", version.max_behavior - raw))
        raw = version.max_behavior
    return raw


def _fit_range(version: Version, criteria: list[Criterion], values: Values) -> tuple[int, int]:
    """The fit if every unknown turned out worst, and best."""
    ranges = [possible_points(criterion, values) for criterion in criteria]
    lows, highs = zip(*ranges, strict=True)
    return (
        min(max(sum(lows), 0), version.max_fit),
        min(max(sum(highs), 0), version.max_fit),
    )


def _has_duration(version: Version, criterion: Criterion) -> bool:
    return any(version.columns[column].unit == "duration" for column in criterion.columns)


def _next_boundary_us(criterion: Criterion, values: Values) -> int | None:
    """How long until a growing duration reaches the criterion's next tier or full period."""
    value = int(values[criterion.columns[0]] or 0)
    if criterion.mode is Mode.PER_PERIOD:
        length = int(criterion.unit_size)
        periods = value // length
        if criterion.max_units is not None and periods >= criterion.max_units:
            return None
        return (periods + 1) * length - value
    ahead = [
        int(tier.threshold) - int(values[tier.column] or 0)
        for tier in criterion.tiers
        if tier.threshold > (values[tier.column] or 0)
    ]
    return min(ahead, default=None)
