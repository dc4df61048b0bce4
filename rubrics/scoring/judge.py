"""A version compiled into a plain function: measured numbers in, judgement out."""

from collections.abc import Callable

from rubrics.scoring.combine import (
    Adjustment,
    band_of,
    clamp,
    combine_silence,
    combine_total,
    is_pql,
    limit_groups,
    next_silence_us,
    tier_of,
    within_group,
)
from rubrics.scoring.moments import compile_moments
from rubrics.scoring.points import Range, compile_points, compile_possible
from rubrics.scoring.types import (
    MOST_POINTS,
    Axis,
    Criterion,
    Group,
    Judgement,
    Measured,
    Role,
    Values,
    Version,
)
from rubrics.scoring.velocity import velocity_bonus

Judge = Callable[[Measured], Judgement]


def compile_judge(version: Version) -> Judge:
    """Compile once, judge a lead in microseconds. Pure: the same numbers, the same judgement."""
    placed = list(enumerate(version.criteria))
    judge_fit = _compile_fit(version)
    silent = [(i, compile_points(c)) for i, c in placed if c.role is Role.SILENCE]
    judge_raw = _compile_raw(version)
    moments = compile_moments(version)
    count, decay, crossing = len(version.criteria), version.decay, version.cross_product
    over = decay.expired.column if decay.expired else None

    def judge(measured: Measured) -> Judgement:
        values = measured.values
        points = [0] * count
        adjustments: list[Adjustment] = []
        fit, low, high = judge_fit(values, points, adjustments)
        raw = judge_raw(values, points, adjustments)
        for i, worth in silent:
            points[i] = worth(values)
        over_us = None if over is None else values[over]
        behavior, criteria_count = combine_silence(
            raw, decay, measured.idle_us, over_us, sum(points[i] for i, _ in silent), adjustments
        )
        if not criteria_count:
            for i, _ in silent:
                points[i] = 0
        ahead = [measured.next_us, *[moment(values) for moment in moments]]
        ahead.append(next_silence_us(raw, behavior, decay, measured.idle_us, over_us))
        if crossing is not None and (values[crossing.column] or 0) >= crossing.products:
            behavior = _add_bonus(version, behavior, crossing.points, adjustments)
        total = combine_total(version, fit, behavior)
        return Judgement(
            fit=fit,
            fit_low=low,
            fit_high=high,
            behavior=behavior,
            total=total,
            is_pql=is_pql(fit, behavior, total, version.thresholds),
            points=tuple(points),
            adjustments=tuple(adjustments),
            next_us=min((moment for moment in ahead if moment is not None), default=None),
            band=band_of(version.bands, total) if version.bands else None,
            tier=tier_of(version.matrix, fit, behavior),
        )

    return judge


_Fit = Callable[[Values, list[int], list[Adjustment]], tuple[int, int, int]]


def _compile_fit(version: Version) -> _Fit:
    """Fit with the range it could still take; writes its criteria's points."""
    fit = [(i, compile_points(c), c) for i, c in enumerate(version.criteria) if c.axis is Axis.FIT]
    columns = [column for _, _, c in fit for column in c.columns]
    ranges = [(i, compile_possible(c)) for i, _, c in fit]
    groups = [group for group in version.groups if group.axis is Axis.FIT]

    def judge_fit(
        values: Values, points: list[int], adjustments: list[Adjustment]
    ) -> tuple[int, int, int]:
        for i, worth, _ in fit:
            points[i] = worth(values)
        total = sum(points[i] for i, _, _ in fit)
        if groups:
            total += limit_groups(groups, points, adjustments)
        score = clamp(total, version.max_fit, Axis.FIT, adjustments)
        if any(values[column] is None for column in columns):
            return score, *_fit_range(version, groups, ranges, values)
        return score, score, score

    return judge_fit


def _fit_range(
    version: Version, groups: list[Group], ranges: list[tuple[int, Range]], values: Values
) -> tuple[int, int]:
    """The fit if every unknown turned out worst, and best."""
    found = {i: possible(values) for i, possible in ranges}
    low = sum([points[0] for points in found.values()])
    high = sum([points[1] for points in found.values()])
    for group in groups:
        least, most = (sum(found[i][end] for i in group.members) for end in (0, 1))
        low += within_group(group, least) - least
        high += within_group(group, most) - most
    return min(max(low, 0), version.max_fit), min(max(high, 0), version.max_fit)


def _compile_raw(version: Version) -> Callable[[Values, list[int], list[Adjustment]], int]:
    """Behavior before silence: actions, their limits, the velocity bonus and the ceiling."""
    placed = list(enumerate(version.criteria))
    actions = [
        (i, compile_points(c))
        for i, c in placed
        if c.axis is Axis.BEHAVIOR and c.role is Role.ACTION
    ]
    velocity = [(i, c) for i, c in placed if c.role is Role.VELOCITY]
    groups = [group for group in version.groups if group.axis is Axis.BEHAVIOR]
    ceiling = version.ceiling

    def judge_raw(values: Values, points: list[int], adjustments: list[Adjustment]) -> int:
        for i, worth in actions:
            points[i] = worth(values)
        total = sum(points[i] for i, _ in actions)
        if groups:
            total += limit_groups(groups, points, adjustments)
        raw = clamp(total, version.max_behavior, Axis.BEHAVIOR, adjustments)
        raw = _add_velocity(version, velocity, values, raw, points, adjustments)
        if ceiling is not None and raw > ceiling.behavior and ceiling.met(values):
            adjustments.append((Axis.BEHAVIOR, "ceiling", ceiling.behavior - raw))
            raw = ceiling.behavior
        return raw

    return judge_raw


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


def _add_bonus(version: Version, behavior: int, bonus: int, adjustments: list[Adjustment]) -> int:
    """Add a bonus, held to the cap; what a velocity bonus lifted above the cap stays there."""
    kept = max(behavior, min(behavior + bonus, version.max_behavior))
    if kept != behavior:
        adjustments.append((Axis.BEHAVIOR, "cross_product", kept - behavior))
    return kept
