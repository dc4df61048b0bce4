"""The measures of attributes as the design states them: True, False, or None for unknown; of
growth a number."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from tests.oracle.facts import Person, span

Spec = Mapping[str, Any]


def measure_attribute(
    spec: Spec, person: Person, at: datetime, lists: Mapping[str, list[str]]
) -> float | None:
    """What one measure of attributes says of the person at ``at``."""
    kind = spec["measure"]
    if lists.get(spec.get("list", "")) == []:
        return False  # an empty list holds nobody, whoever they are
    if kind == "email_domain_in":
        domains = spec.get("domains") or lists[spec["list"]]
        return email_domain_in(person.attribute("lead.email", at), domains)
    value = first_known(spec["attribute"], person, at)
    if kind == "is_present":
        return (value is None) == bool(spec.get("missing"))
    if value is None:
        return None
    if kind == "date_within":
        return date_within(value, span(spec["within"]), at)
    if kind == "attribute_growth":
        then = first_known(spec["attribute"], person, at, at - span(spec["period"]))
        return attribute_growth(value, then)
    if kind == "number_in_range":
        return number_in_range(value, spec["ranges"])
    if kind == "overlaps":
        any_of = lists[spec["list"]] if "list" in spec else spec.get("any_of")
        return overlaps(value, any_of, spec.get("all_of"))
    if kind == "value_in_list":
        text = as_text(value)
        values = lists[spec["list"]] if "list" in spec else spec["values"]
        return None if text is None else text in [str(v).strip().lower() for v in values]
    assert kind == "text_matches"
    text = as_text(value)
    if text is None or spec.get("present"):
        return None if text is None else True
    keywords = lists[spec["list"]] if "list" in spec else spec["keywords"]
    return any(has_words(text, keyword) for keyword in keywords)


def first_known(
    references: str | list[str], person: Person, at: datetime, then: datetime | None = None
) -> object:
    """The first reference that says anything; an empty text says nothing."""
    for reference in [references] if isinstance(references, str) else references:
        value = person.attribute(reference, at, then)
        if value is not None and value != "":
            return value
    return None


def as_text(value: object) -> str | None:
    """Lower-case; a list or an object is no text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).lower() if isinstance(value, str | int | float) else None


def number_in_range(value: object, ranges: list[list[float | None]]) -> bool | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    for low, high in ranges:
        if (low is None or value >= low) and (high is None or value <= high):
            return True
    return False


def has_words(text: str, keyword: str) -> bool:
    """Whether the keyword stands in the text with no letter or digit right beside it."""
    squeezed = " ".join(text.split())
    wanted = " ".join(keyword.lower().split())
    for start in range(len(squeezed) - len(wanted) + 1):
        end = start + len(wanted)
        if squeezed[start:end] != wanted:
            continue
        before = squeezed[start - 1] if start else " "
        after = squeezed[end] if end < len(squeezed) else " "
        if not before.isalnum() and not after.isalnum():
            return True
    return False


def overlaps(value: object, any_of: list[str] | None, all_of: list[str] | None) -> bool | None:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        return None
    held = [item.lower() for item in value if isinstance(item, str)]
    if all_of:
        return all(wanted.lower() in held for wanted in all_of)
    return any(wanted.lower() in held for wanted in any_of or [])


def email_domain_in(email: object, domains: list[str]) -> bool | None:
    text = as_text(email) or ""
    _, _, domain = text.partition("@")
    if not domain:
        return None
    for listed in domains:
        if listed.startswith("."):
            if domain.endswith(listed.lower()):
                return True
        elif domain == listed.lower():
            return True
    return False


def date_within(value: object, within: timedelta, at: datetime) -> bool | None:
    """Whether a date lies in (at - within, at]; one that is ahead is not yet so."""
    moment = read_date(value)
    return None if moment is None else at - within < moment <= at


def read_date(value: object) -> datetime | None:
    """``2026-03-31`` is its midnight in UTC; a date-time without a zone is in UTC."""
    if not isinstance(value, str) or not value.isascii():
        return None
    day, separator, rest = value[:10], value[10:11], value[11:]
    numbers = day.split("-")
    if [len(n) for n in numbers] != [4, 2, 2] or not all(n.isdigit() for n in numbers):
        return None
    if separator and separator not in "Tt ":
        return None
    clock, zone = read_clock(rest) if separator else ((0, 0, 0, 0), UTC)
    if clock is None or zone is None:
        return None
    try:
        year, month, number = (int(n) for n in numbers)
        return datetime(year, month, number, *clock, tzinfo=zone)
    except ValueError:
        return None


def read_clock(text: str) -> tuple[tuple[int, int, int, int] | None, timezone | None]:
    """``12:00``, ``12:00:00.5Z``, ``12:00+02:00``: hours to microseconds, and the zone."""
    zone: timezone | None = UTC
    if text[-1:] in ("Z", "z"):
        text = text[:-1]
    for sign in "+-":
        if sign in text:
            text, _, offset = text.partition(sign)
            zone = read_offset(offset, -1 if sign == "-" else 1)
    clock, dot, fraction = text.partition(".")
    numbers = clock.split(":")
    if len(numbers) not in (2, 3) or not all(len(n) == 2 and n.isdigit() for n in numbers):
        return None, None
    if dot and (len(numbers) == 2 or not fraction.isdigit()):
        return None, None
    hours, minutes, seconds = [int(n) for n in [*numbers, "0"][:3]]
    return (hours, minutes, seconds, int((fraction + "000000")[:6])), zone


def read_offset(text: str, sign: int) -> timezone | None:
    """``02``, ``0200`` or ``02:00``; no zone on earth is 15 hours off."""
    if len(text) == 5 and text[2] == ":":
        text = text[:2] + text[3:]
    if len(text) not in (2, 4) or not text.isdigit():
        return None
    hours, minutes = int(text[:2]), int(text[2:] or 0)
    if hours > 14 or minutes > 59:
        return None
    return timezone(sign * timedelta(hours=hours, minutes=minutes))


def attribute_growth(now: object, then: object) -> float | None:
    """Percent of the value then; unknown of what is no figure, or if it was nothing then."""
    for value in (now, then):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        if value != 0 and not 1e-9 <= abs(value) <= 1e15:
            return None
    assert isinstance(now, int | float)
    assert isinstance(then, int | float)
    if then == 0:
        return None
    return 100 * (float(now) - float(then)) / abs(float(then))
