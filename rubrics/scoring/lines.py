"""Numbers become reasons people read. The lines of an axis sum to its score."""

from collections.abc import Callable, Collection

from rubrics.scoring.points import is_recent, reached_tier, times
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Criterion,
    Decay,
    DecayMode,
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
    version: Version,
    measured: Measured,
    judgement: Judgement,
    describe: Describe,
    *,
    only: Collection[tuple[Axis, str]] | None = None,
) -> list[Line]:
    """One line a criterion in the version's order, then what limits, silence and bonus changed.

    Args:
        only: of the criteria those with these axes and keys; a line takes its time to tell.
    """
    told = [
        _criterion_line(version, criterion, measured, points, describe)
        for criterion, points in zip(version.criteria, judgement.points, strict=True)
        if only is None or (criterion.axis, criterion.key) in only
    ]
    told += [
        _adjustment_line(version, axis, kind, points, measured, describe)
        for axis, kind, points in judgement.adjustments
    ]
    return told


_ADJUSTMENT_LABELS = {
    "cap": "Cap",
    "zero": "Never below zero",
    "velocity_cap": "Cap on the velocity bonus",
    "decay": "Decay",
    "floor": "Floor",
    "cross_product": "Uses several products",
}


def _criterion_line(
    version: Version, criterion: Criterion, measured: Measured, points: int, describe: Describe
) -> Line:
    values = measured.values
    tier = reached_tier(criterion, values) if criterion.mode is Mode.TIERS else None
    column = tier.column if tier else criterion.columns[0]
    unknown = tier is None and any(
        # A duration that is none has not begun: that is known.
        values[i] is None and version.columns[i].unit != "duration"
        for i in criterion.columns
    )
    if unknown:
        reason = "Unknown"
    elif tier is not None and tier.label:
        reason = tier.label
    else:
        reason = describe(column, values[column])
    if points and criterion.recency is not None and is_recent(criterion.recency, values):
        within = _span_words(criterion.recency.within_us)
        reason += f"; counts ×{float(criterion.recency.factor):g} within {within}"
    return Line(
        criterion.key,
        criterion.axis,
        criterion.name,
        points,
        reason,
        is_unknown=unknown,
        best_points=best_points(criterion),
        proxy_for=criterion.proxy_for,
    )


def best_points(criterion: Criterion) -> int:
    """The most this criterion can give; for one that only takes, the most it can take."""
    if criterion.mode is Mode.TIERS and criterion.role is not Role.VELOCITY:
        best = max((tier.points for tier in criterion.tiers), key=abs, default=0)
    else:
        best = criterion.points_each * (criterion.max_units or 1)
    return best if criterion.recency is None else times(best, criterion.recency.factor)


def _adjustment_line(
    version: Version, axis: Axis, kind: str, points: int, measured: Measured, describe: Describe
) -> Line:
    if kind.startswith("group:"):
        (group,) = [group for group in version.groups if f"group:{group.key}" == kind]
        limit = f"at most {group.most}" if points < 0 else f"at least {group.least}"
        label, reason = f"Limit on {group.name}", f"Together these count {limit}"
    elif kind == "ceiling" and version.ceiling is not None:
        label = version.ceiling.name
        facts = [describe(c.column, measured.values[c.column]) for c in version.ceiling.when]
        reason = f"At most {version.ceiling.behavior}: {'; '.join(facts)}"
    else:
        label, reason = _ADJUSTMENT_LABELS[kind], _reason(kind, version, measured, describe)
    return Line(kind, axis, label, points, reason)


def _reason(kind: str, version: Version, measured: Measured, describe: Describe) -> str:
    if kind == "decay":
        return silence_words(version.decay, measured)
    if kind == "cross_product" and version.cross_product is not None:
        column = version.cross_product.column
        return describe(column, measured.values[column])
    return {
        "cap": "The points add up to more than the score can be",
        "zero": "The points add up to less than nothing",
        "velocity_cap": f"The bonus stops at {version.max_behavior}",
        "floor": f"Silence takes a score down to {version.decay.floor} at most",
    }[kind]


def silence_words(decay: Decay, measured: Measured) -> str:
    """``No product activity for 75 days (10 points for each full 30 days)``."""
    days = measured.idle_us // DAY_US
    idle = f"No product activity for {days} {'day' if days == 1 else 'days'}"
    price = _price_words(decay)
    expired = decay.expired
    if expired is not None and measured.values[expired.column] is not None:
        since = f"once the trial is over {expired.points} points for each full"
        also = f"{since} {_span_words(expired.period_us)}"
        price = f"{price}; {also}" if price else also
    return f"{idle} ({price})"


def _price_words(decay: Decay) -> str:
    period = _span_words(decay.period_us)
    return {
        DecayMode.NONE: "",
        DecayMode.PERIODS: f"{decay.points} points for each full {period}",
        DecayMode.CONTINUOUS: f"{decay.points} points for every {period}",
        DecayMode.PERCENT: f"{float(decay.percent):g} % for each full {period}",
        DecayMode.HALF_LIFE: f"half for every {period}",
    }[decay.mode]


def _span_words(microseconds: int) -> str:
    """``30 days``, ``48 hours``: days from three on, as people say it."""
    hours = microseconds / 3_600_000_000
    if hours >= 72 and hours % 24 == 0:
        return f"{hours / 24:g} days"
    return "1 hour" if hours == 1 else f"{hours:g} hours"
