"""Entries of the audit log as people read them: ``Standard v4, Thresholds, total: 80 → 75``."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leads.models import AuditEntry
from leads.models.signal import OPS
from rubrics.golden.words import PLAIN, expected_words
from rubrics.measures import SpecError
from rubrics.words import Wording, criterion_words

NOTHING, EMPTY = "nothing", "empty"
MOST_CHARACTERS = 240
MOST_VALUES = 8
# Sections of a document whose name says less than what stands in it.
PLAIN_SECTIONS = ("criteria", "signals")
ENDS = {"at_least": "{} or more", "more_than": "more than {}", "within": "within {}"}


def entry_words(entry: AuditEntry) -> str:
    """What was done, in one line, without who and when."""
    if entry.field:
        return f"{entry.label}, {change_words(entry.field, entry.before, entry.after)}"
    whole = entry.after if entry.before is None else entry.before
    told = f"{entry.label}: {entry.action}"
    return told if whole is None else f"{told}. {_capitalized(value_words(whole))}"


def change_words(path: str, before: Any, after: Any) -> str:
    """What became different: ``thresholds, total: 80 → 75``; empty where nothing is told."""
    name = path_words(path)
    if before is None and after is None:
        return name
    if (lists := _list_words(before, after)) is not None:
        return f"{name}: {lists}"
    then, now = value_words(before), value_words(after)
    if before is None:
        return f"{name}: {now}"
    if after is None:
        return f"{name}: {then}, taken away"
    return f"{name}: {then} → {now}"


def path_words(path: str) -> str:
    """``criteria.core_feature.tiers``: ``Core feature, tiers``."""
    parts = path.split(".") if path else []
    if len(parts) > 1 and parts[0] in PLAIN_SECTIONS:
        parts = parts[1:]
    return _capitalized(", ".join(part.replace("_", " ") for part in parts))


def value_words(value: Any) -> str:
    """A value of a document as text, the long ones shortened."""
    text = "; ".join(_told(value)) or EMPTY if isinstance(value, list | dict) else _plain(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _told(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "measure" in value and "key" in value:
            yield from _criterion(value)
        elif "points" in value and set(value) & ENDS.keys():
            yield _tier(value)
        elif "expect" in value and "facts" in value:
            yield expected_words(value["expect"])
        elif set(value) & set(PLAIN):
            yield expected_words(value)
        elif "signal" in value and "ago" in value:
            yield f"{value['signal']} {value['ago']} ago"
        elif "property" in value and "op" in value:
            yield _condition(value)
        elif "kind" in value and "event" in value:
            yield _mapping(value)
        else:
            yield ", ".join(f"{_spoken(name)} {value_words(one)}" for name, one in value.items())
        return
    for number, one in enumerate(value):
        if number == MOST_VALUES:
            yield f"and {len(value) - MOST_VALUES} more"
            return
        yield from _told(one) if isinstance(one, list | dict) else [_plain(one)]


def _condition(condition: Mapping[str, Any]) -> str:
    """One condition of a mapping: ``plan is pro``."""
    op = condition["op"]
    value = _plain(condition["value"]) if "value" in condition else ""
    return f"{condition['property']} {OPS.get(op, _spoken(op))} {value}".strip()


def _mapping(mapping: Mapping[str, Any]) -> str:
    """Which events a mapping makes hits: ``track “Paid” from Website, if plan is pro``."""
    event = f"{mapping['kind']} “{mapping['event']}”" if mapping["event"] else mapping["kind"]
    conditions = " and ".join(_condition(one) for one in mapping.get("conditions") or ())
    told = event + (f" from {mapping['source']}" if mapping.get("source") else "")
    told += f", if {conditions}" if conditions else ""
    for name in ("value", "session"):
        told += f", {name} {mapping[name]}" if mapping.get(name) else ""
    return told


def _criterion(entry: Mapping[str, Any]) -> Iterator[str]:
    try:
        yield from (rule.sentence for rule in criterion_words(entry, Wording()).rules)
    except (SpecError, KeyError, TypeError, ValueError, AttributeError):
        yield str(entry.get("name") or entry["key"])  # a shape of other days


def _tier(tier: Mapping[str, Any]) -> str:
    ends = [ENDS[name].format(_plain(tier[name])) for name in ENDS if name in tier]
    points = tier["points"]
    worth = f"{points:+d}" if isinstance(points, int) else str(points)
    return f"{' '.join(ends)}: {worth}"


def _list_words(before: Any, after: Any) -> str | None:
    """Of two lists of plain values, what came and what went."""
    lists = (before or [], after or [])
    if not any(lists) or not all(_is_plain_list(one) for one in lists):
        return None
    came = [one for one in lists[1] if one not in lists[0]]
    went = [one for one in lists[0] if one not in lists[1]]
    parts = [
        f"{word} {value_words(values)}" for word, values in (("added", came), ("removed", went))
        if values
    ]  # fmt: skip
    return ", ".join(parts) if parts else "in another order"


def _is_plain_list(value: Any) -> bool:
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return is_list and not any(isinstance(one, list | dict) for one in value)


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plain(value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _spoken(name: Any) -> str:
    return str(name).replace("_", " ")
