"""What silence leaves of a raw behavioral score, by every kind of decay."""

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.oracle.facts import Person, span


def left_after_silence(
    decay: Mapping[str, Any], activity: list[str], raw: int, person: Person, at: datetime
) -> int:
    """Whole points, may be under zero; the last activity is the sign-up if there was none."""
    last = person.started_at
    moments = [hit.at for hit in person.hits if hit.signal in activity and hit.at <= at]
    if moments:
        last = max(moments)
    left = left_by_mode(decay, raw, max(at - last - span(decay["grace"]), timedelta(0)))
    expired, end = decay.get("expired"), person.ends_at
    if expired and end is not None and end <= at:
        periods = (at - max(end, last)) // span(expired["period"])
        left = min(left, raw - expired["points"] * periods)
    return left


def left_by_mode(decay: Mapping[str, Any], raw: int, silent: timedelta) -> int:
    period = span(decay["period"])
    match decay["mode"]:
        case "periods":
            return raw - int(decay["points"]) * (silent // period)
        case "continuous":
            return raw - (int(decay["points"]) * silent) // period
        case "percent":
            kept = Fraction(raw)
            for _ in range(silent // period):
                kept *= 1 - Fraction(str(decay["percent"])) / 100
                if kept < Fraction(1, 4):
                    return 0
            return math.floor(kept + Fraction(1, 2))
        case "half_life":
            return math.floor(raw * math.pow(0.5, silent / period) + 0.5)
    return raw
