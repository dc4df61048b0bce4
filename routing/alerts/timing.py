"""When an alert goes out: at once, with others at a full hour or once a day, and not in quiet
hours. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from routing.dealing.hours import NO_TIME, WorkingHours
from routing.dealing.weeks import DAY_MINUTES, Span

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Pace(StrEnum):
    """How often somebody wants to be told."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"


PACES = {Pace.AT_ONCE: NO_TIME, Pace.HOURLY: HOUR, Pace.DAILY: DAY}
"""How long an alert waits for others at most."""


@dataclass(frozen=True, slots=True)
class Times:
    """When one person may be told.

    Args:
        zone: theirs; full hours and the day's time are on its clock.
        open: when they are not to be left alone; None is always.
        day_time: when the one message of a day comes.
        urgent_at_once: urgent alerts wait for nothing.
    """

    zone: ZoneInfo
    pace: Pace = Pace.AT_ONCE
    day_time: time = time(9)
    open: WorkingHours | None = None
    urgent_at_once: bool = True


def due_at(times: Times, at: datetime, *, is_urgent: bool) -> datetime:
    """When an alert made at ``at`` goes out: then, or later.

    What is put off to the same moment is told in one message. Who is never open within two years
    is told when the pace says so: an alert is not lost to a calendar.
    """
    at = at.astimezone(UTC)
    if is_urgent and times.urgent_at_once:
        return at
    moment = _by_pace(times, at)
    if times.open is None or times.open.is_open(moment):
        return moment
    return times.open.next_opening(moment) or moment


def ahead_of(
    times: Times, due: datetime, *, after: datetime, work: WorkingHours, is_urgent: bool
) -> datetime:
    """When to make an alert about what is due, so that it goes out while there is time left.

    At ``due``, if they are at work and are told at once then. Else an hour before it or, if they
    stop working earlier, before that; where this is in quiet hours, an hour before these begin. Who
    is told with others is told so much earlier that the message before ``due`` has it. Where all
    that is over, it is made at ``due``, and goes out when they may be told again.

    Args:
        after: it is made later than then, for that is when they heard of it.
        work: when they are at work.
    """
    pace = NO_TIME if is_urgent and times.urgent_at_once else PACES[times.pace]
    moments = [due - pace] if work.is_open(due) else []
    for hours in (work, times.open):
        if hours is not None and (last := hours.last_between(after, due)):
            begins, ends = last
            moments.append(max(begins, ends - HOUR) - pace)
    for moment in moments:
        if moment > after and due_at(times, moment, is_urgent=is_urgent) <= due:
            return moment
    return due


def _by_pace(times: Times, at: datetime) -> datetime:
    if times.pace is Pace.AT_ONCE:
        return at
    if times.pace is Pace.HOURLY:
        on_the_wall = at.astimezone(times.zone)
        passed = timedelta(
            minutes=on_the_wall.minute,
            seconds=on_the_wall.second,
            microseconds=on_the_wall.microsecond,
        )
        return at - passed + HOUR
    day = at.astimezone(times.zone).date()
    # The clock may skip the time on one day of the year: it is then read as if it had not changed.
    for later in range(3):
        moment = datetime.combine(day + later * DAY, times.day_time, tzinfo=times.zone)
        if moment.astimezone(UTC) > at:
            return moment.astimezone(UTC)
    raise AssertionError("a day's time comes again within two days")


def open_between_quiet(zone: ZoneInfo, quiet_from: time, quiet_until: time) -> WorkingHours:
    """Every day outside of quiet hours, which may run over midnight."""
    start, end = _minutes(quiet_from), _minutes(quiet_until)
    spans: tuple[Span, ...]
    spans = ((0, start), (end, DAY_MINUTES)) if start < end else ((end, start),)
    day = tuple(span for span in spans if span[0] < span[1])
    return WorkingHours(zone, (day,) * 7)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute
