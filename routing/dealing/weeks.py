"""A working week: hours by weekday, as people write them, as JSON keeps them and in words."""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby, pairwise

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DAY_MINUTES = 24 * 60

# Minutes from midnight on the clock of the wall, [from, to): 09:00 to 17:00 is (540, 1020).
Span = tuple[int, int]
Week = tuple[tuple[Span, ...], ...]
WeekDocument = dict[str, list[list[str]]]

_SPAN = re.compile(r"^\s*(\d{1,2}(?::\d{2})?)\s*(?:-|–|—|to)\s*(\d{1,2}(?::\d{2})?)\s*$")


class HoursError(ValueError):
    """Working hours that make no sense; the message names the day and the fix."""


def default_week() -> WeekDocument:
    """Monday to Friday, 9 to 17."""
    return {day: [["09:00", "17:00"]] for day in DAYS[:5]}


def read_week(document: object) -> Week:
    """Read ``{"mon": [["09:00", "12:30"], ["13:00", "17:00"]], ...}``; a day left out is free.

    Returns seven days, Monday first, each with its spans in order.
    Raises:
        HoursError: an unknown day, a time that is none, a span that ends before it begins, or two
            that overlap.
    """
    if not isinstance(document, Mapping):
        raise HoursError('Give the hours by weekday, such as {"mon": [["09:00", "17:00"]]}.')
    unknown = sorted(str(day) for day in document if day not in DAYS)
    if unknown:
        raise HoursError(f"“{unknown[0]}” is no weekday. Use {', '.join(DAYS)}.")
    return tuple(
        _day(document.get(day) or [], name) for day, name in zip(DAYS, DAY_NAMES, strict=True)
    )


def write_week(week: Week) -> WeekDocument:
    """The document :func:`read_week` reads."""
    return {
        day: [[clock(start), clock(end)] for start, end in spans]
        for day, spans in zip(DAYS, week, strict=True)
        if spans
    }


def read_day(text: str, name: str) -> tuple[Span, ...]:
    """Read what somebody typed for one day: "9-12:30, 13-17"; empty is a free day."""
    pairs = []
    for part in filter(str.strip, re.split(r"[,;]", text)):
        found = _SPAN.match(part)
        if found is None:
            raise HoursError(f"{name}: write “{part.strip()}” like 9:00-17:00.")
        pairs.append(found.groups())
    return _day(pairs, name)


def write_day(spans: Iterable[Span]) -> str:
    """The text :func:`read_day` reads: "9:00-12:30, 13:00-17:00"."""
    return ", ".join(f"{_short(start)}-{_short(end)}" for start, end in spans)


def describe_week(week: Week) -> str:
    """In words: "Mon–Fri 9:00–17:00, Sat 10:00–14:00"; "no hours" where there are none."""
    parts = []
    for spans, group in groupby(enumerate(week), key=lambda pair: pair[1]):
        days = [DAY_NAMES[number][:3] for number, _ in group]
        if spans:
            named = days[0] if len(days) == 1 else f"{days[0]}–{days[-1]}"
            hours = " and ".join(f"{_short(start)}–{_short(end)}" for start, end in spans)
            parts.append(f"{named} {hours}")
    return ", ".join(parts) or "no hours"


def clock(minutes: int) -> str:
    """Minutes from midnight as "09:30"; the end of a day is "24:00"."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _short(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


def _day(pairs: object, name: str) -> tuple[Span, ...]:
    if not isinstance(pairs, (list, tuple)):
        raise HoursError(f'{name}: give a list of spans, such as [["09:00", "17:00"]].')
    spans = sorted(_span(pair, name) for pair in pairs)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise HoursError(f"{name}: two spans overlap at {clock(start)}. Make them one.")
    return tuple(spans)


def _span(pair: object, name: str) -> Span:
    if not isinstance(pair, (list, tuple)) or len(pair) != 2:
        raise HoursError(f"{name}: a span is two times, such as 09:00 and 17:00.")
    start, end = (_minutes(text, name) for text in pair)
    if start >= end:
        raise HoursError(
            f"{name}: {clock(start)} to {clock(end)} ends before it begins. Hours past midnight "
            "are two spans: until 24:00, and from 00:00 on the day after."
        )
    return start, end


def _minutes(text: object, name: str) -> int:
    hour, _, minute = str(text).partition(":")
    if hour.isascii() and hour.isdigit() and (not minute or re.fullmatch(r"[0-5]\d", minute)):
        found = int(hour) * 60 + int(minute or 0)
        if found <= DAY_MINUTES:
            return found
    raise HoursError(f"{name}: “{text}” is no time of day. Use 00:00 to 24:00.")
