"""How points become two scores and a verdict, in the order of design section 5."""

from rubrics.scoring.decay import decay_penalty, next_decay_us
from rubrics.scoring.types import Axis, Decay, Thresholds

Adjustment = tuple[Axis, str, int]


def clamp(points: int, most: int, axis: Axis, adjustments: list[Adjustment]) -> int:
    """Keep a sum within 0..``most``; where the cap bites it leaves a line."""
    kept = min(max(points, 0), most)
    if kept != points:
        adjustments.append((axis, "cap" if points > most else "zero", kept - points))
    return kept


def combine_silence(
    raw: int, decay: Decay, idle_us: int, silent_points: int, adjustments: list[Adjustment]
) -> tuple[int, bool]:
    """Take the cost of silence off ``raw``.

    A criterion of the kind "days without login" (``silent_points``, 0 or fewer) punishes the same
    silence as decay: unless the version says both, only the larger counts.

    Returns:
        The behavioral score, and whether the silence criteria's points count in it.
    """
    decayed = decay_penalty(decay, idle_us)
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


def next_silence_us(raw: int, behavior: int, decay: Decay, idle_us: int) -> int | None:
    """How long until decay may change ``behavior``; None once it rests on its floor."""
    if behavior <= min(raw, decay.floor):
        return None
    return next_decay_us(decay, idle_us)


def is_pql(fit: int, behavior: int, total: int, thresholds: Thresholds) -> bool:
    """All three thresholds met; each boundary counts."""
    return total >= thresholds.total and fit >= thresholds.fit and behavior >= thresholds.behavior
