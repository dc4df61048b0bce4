"""A version compiled into a plain function: measured numbers in, judgement out."""

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter

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
from rubrics.scoring.points import Sum, compile_possible, most_by_column
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
    judge_fit, judge_raw = _remembered(version, _compile_fit(version)), _compile_raw(version)
    silences = [(i, c) for i, c in enumerate(version.criteria) if c.role is Role.SILENCE]
    cost_of = Sum(silences).add_up
    moments = compile_moments(version)
    decay, crossing = version.decay, version.cross_product
    bands, matrix, thresholds = version.bands, version.matrix, version.thresholds
    over, blend = decay.expired.column if decay.expired else None, version.blend

    def judge(measured: Measured) -> Judgement:
        values, idle_us, soonest = measured.values, measured.idle_us, measured.next_us
        fit, low, high, fit_points, fit_adjustments = judge_fit(values)
        points, adjustments = list(fit_points), list(fit_adjustments)
        raw = judge_raw(values, points, adjustments)
        lost = cost_of(values, points)
        over_us = None if over is None else values[over]
        behavior, criteria_count = combine_silence(raw, decay, idle_us, over_us, lost, adjustments)
        if not criteria_count:
            for i, _ in silences:
                points[i] = 0
        next_us = next_silence_us(raw, behavior, decay, idle_us, over_us)
        if soonest is None or (next_us is not None and next_us < soonest):
            soonest = next_us
        for next_moment in moments:
            next_us = next_moment(values)
            if next_us is not None and (soonest is None or next_us < soonest):
                soonest = next_us
        if crossing is not None and (values[crossing.column] or 0) >= crossing.products:
            behavior = _add_bonus(version, behavior, crossing.points, adjustments)
        total = fit + behavior if blend is None else combine_total(version, fit, behavior)
        return Judgement(  # by position: names would cost a tenth of the whole judgement
            fit,
            low,
            high,
            behavior,
            total,
            is_pql(fit, behavior, total, thresholds),
            tuple(points),
            tuple(adjustments),
            soonest,
            band_of(bands, total) if bands else None,
            tier_of(matrix, fit, behavior) if matrix else None,
        )

    return judge


Fit = tuple[int, int, int, tuple[int, ...], tuple[Adjustment, ...]]
"""The score, the least and the most it could still be, all criteria's points, what limits took."""

REMEMBERED = 8192
"""So many kinds of leads a version's fit is remembered of: a few megabytes."""


def _remembered(version: Version, judge_fit: Callable[[Values], Fit]) -> Callable[[Values], Fit]:
    """The same, looked up where a lead answers every question on its fit as one before did.

    The answers are yes, no and unknown, so that even of a million leads most are alike. A version
    that also asks for numbers is judged anew each time.
    """
    columns = sorted({n for c in version.criteria if c.axis is Axis.FIT for n in c.columns})
    if len(columns) < 2 or any(version.columns[n].unit != "flag" for n in columns):
        return judge_fit
    answers_of = itemgetter(*columns)
    nothing: list[float | None] = [None] * len(version.columns)

    @lru_cache(REMEMBERED)
    def by_answers(answers: tuple[float | None, ...]) -> Fit:
        values = nothing.copy()
        for column, answer in zip(columns, answers, strict=True):
            values[column] = answer
        return judge_fit(values)

    return lambda values: by_answers(answers_of(values))


def _compile_fit(version: Version) -> Callable[[Values], Fit]:
    """Fit with the range it could still take."""
    count = len(version.criteria)
    fit = [(i, c) for i, c in enumerate(version.criteria) if c.axis is Axis.FIT]
    total_of = Sum(fit).add_up
    # Nearly all criteria only give points: a loop over plain data tells how many more they could.
    gains = [(i, best) for i, c in fit if (best := most_by_column(c))]
    ranges = [(i, c.columns, compile_possible(c)) for i, c in fit if not most_by_column(c)]
    groups = [group for group in version.groups if group.axis is Axis.FIT]
    most = version.max_fit

    def judge_fit(values: Values) -> Fit:
        points = [0] * count
        adjustments: list[Adjustment] = []
        total = total_of(values, points)
        unsure: dict[int, tuple[int, int]] = {}
        for i, best_of in gains:
            for column, more in best_of:
                if values[column] is None:
                    known = points[i]
                    could = unsure[i][1] if i in unsure else known
                    unsure[i] = known, more if more > could else could
        for i, columns, possible in ranges:
            for column in columns:
                if values[column] is None:
                    unsure[i] = possible(values)
                    break
        low, high = _ends(points, unsure, groups, total) if unsure else (total, total)
        if groups:
            total += limit_groups(groups, points, adjustments)
        score = clamp(total, most, Axis.FIT, adjustments)
        if not unsure:
            return score, score, score, tuple(points), tuple(adjustments)
        low, high = min(max(low, 0), most), min(max(high, 0), most)
        return score, low, high, tuple(points), tuple(adjustments)

    return judge_fit


def _ends(
    points: list[int], unsure: dict[int, tuple[int, int]], groups: list[Group], total: int
) -> tuple[int, int]:
    """The sum of fit points if every unknown turned out worst, and best; groups limited."""
    low = high = total
    for i, (least, most) in unsure.items():
        low += least - points[i]
        high += most - points[i]
    for group in groups:
        ends = [unsure.get(i, (points[i], points[i])) for i in group.members]
        least, most = sum(end[0] for end in ends), sum(end[1] for end in ends)
        low += within_group(group, least) - least
        high += within_group(group, most) - most
    return low, high


def _compile_raw(version: Version) -> Callable[[Values, list[int], list[Adjustment]], int]:
    """Behavior before silence: actions, their limits, the velocity bonus and the ceiling."""
    placed = list(enumerate(version.criteria))
    actions = [(i, c) for i, c in placed if c.axis is Axis.BEHAVIOR and c.role is Role.ACTION]
    total_of = Sum(actions).add_up
    velocity = [(i, c) for i, c in placed if c.role is Role.VELOCITY]
    groups = [group for group in version.groups if group.axis is Axis.BEHAVIOR]
    ceiling = version.ceiling

    def judge_raw(values: Values, points: list[int], adjustments: list[Adjustment]) -> int:
        total = total_of(values, points)
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
        bursts = values[criterion.columns[0]]
        if not bursts:
            continue
        bonus = velocity_bonus(criterion, bursts, base)
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
