"""What silence costs. Computed from the moment, never applied to a stored score."""

import math
from collections.abc import Callable
from fractions import Fraction

from rubrics.scoring.types import Decay, DecayMode, Expired

_HALF = Fraction(1, 2)
_NEGLIGIBLE = 0.25  # of a point: rounds to none, whatever a float lost on the way


def decay_penalty(decay: Decay, raw: int, idle_us: int, over_us: float | None = None) -> int:
    """Points that ``raw`` loses after ``idle_us`` microseconds without activity: 0 or more.

    Full periods only (75 days at 30 is 2), growing evenly one whole point at a time (15 days at
    10 per 30 is 5), a share of what is left each full period, or by half-life; what is left is
    rounded to whole points, halves up. The grace comes off first.

    Args:
        over_us: the time since the trial's end, None while it runs. From then on the version may
            charge silence anew, and the larger of the two counts.
    """
    lost = _penalty(decay, raw, max(idle_us - decay.grace_us, 0))
    if decay.expired is None or over_us is None:
        return lost
    return max(lost, decay.expired.points * _expired_periods(decay.expired, idle_us, over_us))


_PERIODS = DecayMode.PERIODS  # asked first: nearly every version's, and an enum's hash is slow


def _penalty(decay: Decay, raw: int, overdue: int) -> int:
    if decay.mode is _PERIODS:
        return decay.points * (overdue // decay.period_us)
    return _PENALTIES[decay.mode](decay, raw, overdue)


def _nothing(decay: Decay, raw: int, overdue: int) -> int:
    return 0


def _evenly(decay: Decay, raw: int, overdue: int) -> int:
    return decay.points * overdue // decay.period_us


def _by_percent(decay: Decay, raw: int, overdue: int) -> int:
    return raw - _left_by_percent(decay, raw, overdue // decay.period_us)


def _by_half_life(decay: Decay, raw: int, overdue: int) -> int:
    return raw - _left_by_half_life(decay, raw, overdue)


_PENALTIES: dict[DecayMode, Callable[[Decay, int, int], int]] = {
    DecayMode.NONE: _nothing,
    DecayMode.CONTINUOUS: _evenly,
    DecayMode.PERCENT: _by_percent,
    DecayMode.HALF_LIFE: _by_half_life,
}


def _left_by_percent(decay: Decay, raw: int, periods: int) -> int:
    share = 1 - decay.percent / 100
    if raw * float(share) ** periods < _NEGLIGIBLE:
        return 0
    return math.floor(raw * share**periods + _HALF)


def _left_by_half_life(decay: Decay, raw: int, overdue: int) -> int:
    return math.floor(raw * math.pow(0.5, overdue / decay.period_us) + 0.5)


def _expired_periods(expired: Expired, idle_us: int, over_us: float) -> int:
    return min(idle_us, int(over_us)) // expired.period_us


def next_decay_us(decay: Decay, raw: int, idle_us: int, over_us: float | None = None) -> int | None:
    """How long until the penalty may next grow; None for never."""
    soonest = _next_decay(decay, raw, idle_us)
    if decay.expired is not None and over_us is not None and decay.expired.points:
        since = min(idle_us, int(over_us))
        ahead = decay.expired.period_us - since % decay.expired.period_us
        soonest = ahead if soonest is None else min(soonest, ahead)
    return soonest


def _next_decay(decay: Decay, raw: int, idle_us: int) -> int | None:
    mode, overdue = decay.mode, max(idle_us - decay.grace_us, 0)
    if mode is _PERIODS:
        period = decay.period_us
        return (overdue // period + 1) * period + decay.grace_us - idle_us if decay.points else None
    if mode in _SHARES:
        if _penalty(decay, raw, overdue) >= raw:
            return None  # nothing is left to take a share of
    elif mode is DecayMode.NONE or not decay.points:
        return None
    return _BOUNDARIES[mode](decay, raw, overdue) + decay.grace_us - idle_us


_SHARES = frozenset({DecayMode.PERCENT, DecayMode.HALF_LIFE})


def _next_period(decay: Decay, raw: int, overdue: int) -> int:
    return (overdue // decay.period_us + 1) * decay.period_us


def _next_point(decay: Decay, raw: int, overdue: int) -> int:
    """When points * overdue / period is a whole point more."""
    steps = decay.points * overdue // decay.period_us + 1
    return -(-steps * decay.period_us // decay.points)


def _next_half_life(decay: Decay, raw: int, overdue: int) -> int:
    """The first overdue time at which one point less is left: logarithms find it to a few
    microseconds, and the function itself decides."""
    left = _left_by_half_life(decay, raw, overdue)
    near = math.floor(decay.period_us * math.log2(raw / (left - 0.5))) - 4
    moment = max(near, overdue + 1)
    while _left_by_half_life(decay, raw, moment) == left:
        moment += 1
    return moment


_BOUNDARIES = {
    DecayMode.CONTINUOUS: _next_point,
    DecayMode.PERCENT: _next_period,
    DecayMode.HALF_LIFE: _next_half_life,
}
