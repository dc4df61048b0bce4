"""Working time: when somebody is at work, and how much of a stretch of time that is.

One definition carries everything: a moment is working time if the clock on the wall shows a time
within the hours of its weekday, and the date is no day off. On the day the clocks change, an hour
that does not exist does not count, and an hour that comes twice counts twice. All moments are
aware; answers are in UTC.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routing.dealing.weeks import Span, Week, default_week, read_week

DAY = timedelta(days=1)
# Who has no hour within two years (no hours at all, or one long holiday) never opens.
HORIZON_DAYS = 731
NO_TIME = timedelta(0)

Stretch = tuple[datetime, datetime]


class NeverOpen(ValueError):
    """There is not that much working time within two years."""


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Free days, the first and the last included."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Somebody's week in their own time zone, and the days they are free."""

    zone: ZoneInfo
    week: Week
    days_off: tuple[DaysOff, ...] = ()

    def is_open(self, at: datetime) -> bool:
        """Whether ``at`` is working time."""
        at = at.astimezone(UTC)
        day = at.astimezone(self.zone).date()
        return any(start <= at < end for start, end in self._stretches_of(day))

    def next_opening(self, at: datetime) -> datetime | None:
        """The first moment of working time at or after ``at``; None for none in two years."""
        at = at.astimezone(UTC)
        found = next(self._stretches_from(at), None)
        return max(at, found[0]) if found else None

    def next_closing(self, at: datetime) -> datetime | None:
        """The end of the working time that runs at ``at``, or of the next one."""
        at = at.astimezone(UTC)
        closing: datetime | None = None
        for start, end in self._stretches_from(at):
            if closing is not None and start > closing:
                break
            closing = end
        return closing

    def closes_on(self, day: date) -> datetime | None:
        """When the working time of a date ends; None for a free day."""
        stretches = self._stretches_of(day)
        return stretches[-1][1] if stretches else None

    def last_between(self, since: datetime, until: datetime) -> Stretch | None:
        """The last working time of ``[since, until)``, cut at both; None where there is none."""
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        first, day = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day >= first:
            for start, end in reversed(self._stretches_of(day)):
                begins, ends = max(start, since), min(end, until)
                if begins < ends:
                    return begins, ends
            day -= DAY
        return None

    def add_working(self, at: datetime, span: timedelta) -> datetime:
        """The first moment at which ``span`` of working time has passed since ``at``.

        Raises:
            ValueError: ``span`` is negative.
            NeverOpen: there is less working time than that within two years.
        """
        if span < NO_TIME:
            raise ValueError(f"a span of working time is never negative: {span}")
        at = at.astimezone(UTC)
        if not span:
            return at
        left = span
        for start, end in self._stretches_from(at):
            begins = max(at, start)
            if left <= end - begins:
                return begins + left
            left -= end - begins
        raise NeverOpen(f"no {span} of working time within {HORIZON_DAYS} days of {at}")

    def working_between(self, since: datetime, until: datetime) -> timedelta:
        """How much of ``[since, until)`` is working time; none where ``until`` is earlier."""
        since, until = since.astimezone(UTC), until.astimezone(UTC)
        total = NO_TIME
        day, last = since.astimezone(self.zone).date(), until.astimezone(self.zone).date()
        while day <= last:
            for start, end in self._stretches_of(day):
                total += max(min(end, until) - max(start, since), NO_TIME)
            day += DAY
        return total

    def _stretches_from(self, at: datetime) -> Iterator[Stretch]:
        """Stretches of working time that end after ``at``, in order, for two years."""
        first = at.astimezone(self.zone).date()
        for number in range(HORIZON_DAYS):
            for stretch in self._stretches_of(first + number * DAY):
                if stretch[1] > at:
                    yield stretch

    def _stretches_of(self, day: date) -> tuple[Stretch, ...]:
        if any(off.holds(day) for off in self.days_off):
            return ()
        return _stretches(self.zone, self.week[day.weekday()], day)


def office_hours(zone: str) -> WorkingHours:
    """Monday to Friday, 9 to 17, in the time zone of this name."""
    return WorkingHours(ZoneInfo(zone), read_week(default_week()))


@lru_cache(maxsize=4096)
def _stretches(zone: ZoneInfo, spans: tuple[Span, ...], day: date) -> tuple[Stretch, ...]:
    """The spans of a day on the wall's clock, in UTC and in order.

    An offset is in force up to the moment the clocks change, the other from then on: each span is
    cut with both. Where nothing changes, one of the two is empty.
    """
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    before, change, after = _clocks(zone, day)
    found: list[Stretch] = []
    for start, end in spans:
        first, last = (midnight + timedelta(minutes=minutes) for minutes in (start, end))
        found.append((first - before, min(last - before, change)))
        found.append((max(first - after, change), last - after))
    return tuple(sorted(stretch for stretch in found if stretch[0] < stretch[1]))


@lru_cache(maxsize=4096)
def _clocks(zone: ZoneInfo, day: date) -> tuple[timedelta, datetime, timedelta]:
    """The offset a day begins with, when it changes (far away if it does not), and the next one.

    Looks a day to each side, as a date begins up to 14 hours before or after UTC's.
    """
    early = datetime.combine(day, time(), tzinfo=UTC) - DAY
    late = early + 3 * DAY
    before, after = _offset(zone, early), _offset(zone, late)
    if before == after:
        return before, late + DAY, after
    low, high = 0, int((late - early).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, early + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    return before, early + timedelta(seconds=high), after


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None  # a ZoneInfo always knows
    return offset
