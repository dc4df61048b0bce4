"""The measures of fit as the design states them: True, False, or None for unknown."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tests.oracle.facts import Person

Spec = Mapping[str, Any]


def measure_attribute(
    spec: Spec, person: Person, at: datetime, lists: Mapping[str, list[str]]
) -> bool | None:
    """What one fit measure says of the person at ``at``."""
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
    if kind == "number_in_range":
        return number_in_range(value, spec["ranges"])
    if kind == "overlaps":
        return overlaps(value, spec.get("any_of"), spec.get("all_of"))
    if kind == "value_in_list":
        text = as_text(value)
        values = lists[spec["list"]] if "list" in spec else spec["values"]
        return None if text is None else text in [str(v).strip().lower() for v in values]
    assert kind == "text_matches"
    text = as_text(value)
    if text is None or spec.get("present"):
        return None if text is None else True
    return any(has_words(text, keyword) for keyword in spec["keywords"])


def first_known(references: str | list[str], person: Person, at: datetime) -> object:
    """The first reference that says anything; an empty text says nothing."""
    for reference in [references] if isinstance(references, str) else references:
        value = person.attribute(reference, at)
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
