"""Numbers become reasons people read. The lines of an axis sum to its score."""

from collections.abc import Callable

from rubrics.scoring.points import reached_tier
from rubrics.scoring.types import (
    DAY_US,
    Criterion,
    Decay,
    Judgement,
    Line,
    Measured,
    Mode,
    Role,
    Version,
)

Describe = Callable[[int, float | None], str]
"""Says in words what a column measured: (column index, value) -> text."""


def lines(
    version: Version, measured: Measured, judgement: Judgement, describe: Describe
) -> list[Line]:
    """One line a criterion in the version's order, then what caps, silence and floor changed."""
    told = [
        _criterion_line(criterion, measured, points, describe)
        for criterion, points in zip(version.criteria, judgement.points, strict=True)
    ]
    told += [
        Line(kind, axis, _ADJUSTMENT_LABELS[kind], points, _reason(kind, version, measured))
        for axis, kind, points in judgement.adjustments
    ]
    return told


_ADJUSTMENT_LABELS = {
    "cap": "Cap",
    "zero": "Never below zero",
    "velocity_cap": "Cap on the velocity bonus",
    "decay": "Decay",
    "floor": "Floor",
}


def _criterion_line(
    criterion: Criterion, measured: Measured, points: int, describe: Describe
) -> Line:
    values = measured.values
    tier = reached_tier(criterion, values) if criterion.mode is Mode.TIERS else None
    column = tier.column if tier else criterion.columns[0]
    unknown = tier is None and any(values[i] is None for i in criterion.columns)
    if unknown:
        reason = "Unknown"
    elif tier is not None and tier.label:
        reason = tier.label
    else:
        reason = describe(column, values[column])
    return Line(
        criterion.key,
        criterion.axis,
        criterion.name,
        points,
        reason,
        is_unknown=unknown,
        best_points=best_points(criterion),
    )


def best_points(criterion: Criterion) -> int:
    """The most this criterion can give; for one that only takes, the most it can take."""
    if criterion.mode is Mode.TIERS and criterion.role is not Role.VELOCITY:
        return max((tier.points for tier in criterion.tiers), key=abs, default=0)
    return criterion.points_each * (criterion.max_units or 1)


def _reason(kind: str, version: Version, measured: Measured) -> str:
    if kind == "decay":
        return silence_words(version.decay, measured.idle_us)
    return {
        "cap": "The points add up to more than the score can be",
        "zero": "The points add up to less than nothing",
        "velocity_cap": f"The bonus stops at {version.max_behavior}",
        "floor": f"Silence takes a score down to {version.decay.floor} at most",
    }[kind]


def silence_words(decay: Decay, idle_us: int) -> str:
    """``No product activity for 75 days (10 points for each full 30 days)``."""
    days = idle_us // DAY_US
    period = decay.period_us / DAY_US
    each = "for each full" if decay.mode == "periods" else "for every"
    word = "day" if days == 1 else "days"
    return f"No product activity for {days} {word} ({decay.points} points {each} {period:g} days)"
