"""The measures of hits as the design states them: lists and loops, one lead at a time."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.oracle.facts import OracleHit, Person, span

Spec = Mapping[str, Any]
MICROSECOND = timedelta(microseconds=1)


def measure_hits(spec: Spec, person: Person, at: datetime) -> float:
    """The number of one behavior measure; spans are microseconds."""
    signals = spec["signals"]
    hits = [hit for hit in person.hits if hit.signal in signals and hit.at <= at]
    if spec["measure"] == "bursts":
        return bursts([hit.at for hit in hits], spec["size"], span(spec["window"]))
    window = spec.get("window")
    hits = [hit for hit in hits if is_inside(hit.at, window, person, at)]
    return COUNTERS[spec["measure"]](hits, person, at)


def is_inside(
    moment: datetime, window: Mapping[str, str] | None, lead: Person, at: datetime
) -> bool:
    """Rolling (at - N, at]; first [sign-up, sign-up + N); trial [end - N, end)."""
    if window is None:
        return True
    for kind, length in window.items():
        if kind == "last":
            return at - span(length) < moment <= at
        if kind == "first":
            return lead.started_at <= moment < lead.started_at + span(length)
        if kind == "trial_last":
            end = lead.ends_at
            return end is not None and end - span(length) <= moment < end
    raise AssertionError(window)


def bursts(moments: list[datetime], size: int, length: timedelta) -> float:
    """Greedy from the earliest: ``size`` hits within ``length``, ends included."""
    found = 0
    waiting = sorted(moments)
    while waiting:
        start = waiting[0]
        together = [moment for moment in waiting if moment <= start + length]
        if len(together) >= size:
            found += 1
            waiting = [moment for moment in waiting if moment > start + length]
        else:
            waiting = waiting[1:]
    return found


def count(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    return len(hits)


def distinct_days(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    days = []
    for hit in hits:
        day = hit.at.astimezone(UTC).date()
        if day not in days:
            days.append(day)
    return len(days)


def distinct_values(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    values = []
    for hit in hits:
        if hit.value is not None and str(hit.value) not in values:
            values.append(str(hit.value))
    return len(values)


def largest_value(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    numbers = [hit.value for hit in hits if isinstance(hit.value, int | float)]
    return max(numbers) if numbers else 0


def most_in_session(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    best = 0.0
    for session in {hit.session for hit in hits if hit.session is not None}:
        visit = [hit for hit in hits if hit.session == session]
        best = max(best, distinct_values(visit, lead, at))
    return best


def days_since(hits: list[OracleHit], lead: Person, at: datetime) -> float:
    last = lead.started_at
    if hits:
        last = max(hit.at for hit in hits)
    return max((at - last) // MICROSECOND, 0)


COUNTERS = {
    "count": count,
    "distinct_days": distinct_days,
    "distinct_values": distinct_values,
    "largest_value": largest_value,
    "most_in_session": most_in_session,
    "days_since": days_since,
}
