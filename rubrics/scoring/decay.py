"""What silence costs. Computed from the moment, never applied to a stored score."""

from rubrics.scoring.types import Decay, DecayMode


def decay_penalty(decay: Decay, idle_us: int) -> int:
    """Points lost after ``idle_us`` microseconds without activity: 0 or more.

    Full periods only (75 days at 30 is 2), or growing evenly one whole point at a time (15 days
    at 10 per 30 is 5). The grace comes off first.
    """
    overdue = idle_us - decay.grace_us
    if overdue <= 0 or decay.mode is DecayMode.NONE:
        return 0
    if decay.mode is DecayMode.PERIODS:
        return decay.points * (overdue // decay.period_us)
    return decay.points * overdue // decay.period_us


def next_decay_us(decay: Decay, idle_us: int) -> int | None:
    """How long until the penalty next grows; None for never."""
    if decay.mode is DecayMode.NONE or decay.points == 0:
        return None
    overdue = max(idle_us - decay.grace_us, 0)
    if decay.mode is DecayMode.PERIODS:
        boundary = (overdue // decay.period_us + 1) * decay.period_us
    else:  # the first moment at which points * overdue / period is a whole point more
        steps = decay.points * overdue // decay.period_us + 1
        boundary = -(-steps * decay.period_us // decay.points)
    return boundary + decay.grace_us - idle_us
