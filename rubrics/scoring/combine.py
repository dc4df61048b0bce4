"""How points become two scores, a total and a verdict, in the order of design section 5."""

from collections.abc import Sequence

from rubrics.scoring.decay import decay_penalty, next_decay_us
from rubrics.scoring.types import Axis, Band, Blend, Decay, Group, Matrix, Thresholds, Version

Adjustment = tuple[Axis, str, int]


def clamp(points: int, most: int, axis: Axis, adjustments: list[Adjustment]) -> int:
    """Keep a sum within 0..``most``; where the cap bites it leaves a line."""
    if 0 <= points <= most:
        return points
    kept = most if points > most else 0
    adjustments.append((axis, "cap" if points > most else "zero", kept - points))
    return kept


def within_group(group: Group, points: int) -> int:
    """The sum of a group's criteria, held within its limits."""
    if group.most is not None and points > group.most:
        return group.most
    if group.least is not None and points < group.least:
        return group.least
    return points


def limit_groups(
    groups: Sequence[Group], points: Sequence[int], adjustments: list[Adjustment]
) -> int:
    """What the groups' limits take off, or give back to, their criteria's points."""
    changed = 0
    for group in groups:
        total = sum(points[i] for i in group.members)
        kept = within_group(group, total)
        if kept != total:
            adjustments.append((group.axis, f"group:{group.key}", kept - total))
            changed += kept - total
    return changed


def combine_silence(
    raw: int,
    decay: Decay,
    idle_us: int,
    over_us: float | None,
    silent_points: int,
    adjustments: list[Adjustment],
) -> tuple[int, bool]:
    """Take the cost of silence off ``raw``.

    A criterion of the kind "days without login" (``silent_points``, 0 or fewer) punishes the same
    silence as decay: unless the version says both, only the larger counts.

    Returns:
        The behavioral score, and whether the silence criteria's points count in it.
    """
    decayed = decay_penalty(decay, raw, idle_us, over_us)
    if not decayed and not silent_points:
        return raw, True
    criteria_count = decay.both or -silent_points >= decayed
    lost = 0
    if criteria_count:
        lost -= silent_points
    if decay.both or not criteria_count:
        lost += decayed
        if decayed:
            adjustments.append((Axis.BEHAVIOR, "decay", -decayed))
    # A floor stops decay; it never lifts a lead that had less.
    kept = max(min(raw, decay.floor), raw - lost)
    if kept != raw - lost:
        adjustments.append((Axis.BEHAVIOR, "floor", kept - (raw - lost)))
    return kept, criteria_count


def next_silence_us(
    raw: int, behavior: int, decay: Decay, idle_us: int, over_us: float | None
) -> int | None:
    """How long until decay may change ``behavior``; None once it rests on its floor."""
    if behavior <= min(raw, decay.floor):
        return None
    return next_decay_us(decay, raw, idle_us, over_us)


def combine_total(version: Version, fit: int, behavior: int) -> int:
    """Fit plus behavior; or blended, 0-100, halves up."""
    if version.blend is None:
        return fit + behavior
    return blended(version.blend, fit, behavior, version.max_fit, version.max_behavior)


def blended(blend: Blend, fit: int, behavior: int, max_fit: int, max_behavior: int) -> int:
    """The weighted mean of both shares in whole percent. Source: methodology section 2, 70/30."""
    behavior = min(behavior, max_behavior)  # a bonus may exceed the cap, but no share is over 100 %
    share = blend.behavior * behavior * max_fit + blend.fit * fit * max_behavior
    whole = max_behavior * max_fit
    return (2 * share + whole) // (2 * whole)


def is_pql(fit: int, behavior: int, total: int, thresholds: Thresholds) -> bool:
    """All three thresholds met; each boundary counts."""
    return total >= thresholds.total and fit >= thresholds.fit and behavior >= thresholds.behavior


def band_of(bands: Sequence[Band], total: int) -> int | None:
    """The index of the highest band reached; bands ascend. None without bands."""
    reached = [i for i, band in enumerate(bands) if total >= band.at_least]
    return reached[-1] if reached else None


def tier_of(matrix: Matrix | None, fit: int, behavior: int) -> int | None:
    """1 high/high, 2 high behavior and low fit, 3 high fit and low behavior, 4 low/low.

    Source: HubSpot guide, two axes (T1, T2, MQL, cold).
    """
    if matrix is None:
        return None
    is_fit, is_active = fit >= matrix.fit, behavior >= matrix.behavior
    if is_active:
        return 1 if is_fit else 2
    return 3 if is_fit else 4
