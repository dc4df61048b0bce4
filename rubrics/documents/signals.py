"""The signals a document declares, and the events each of them is made of."""

from collections.abc import Mapping, Sequence
from typing import Any

from leads.mapping import NUMERIC_OPS, OPS, UNARY_OPS
from leads.models.signal import MessageKind
from rubrics import checks
from rubrics.measures import SpecError

Document = Mapping[str, Any]

SIGNAL_FIELDS = frozenset({"name", "description", "activity", "events"})
EVENT_FIELDS = frozenset({"kind", "event", "source", "where", "value", "session"})
WHERE_FIELDS = frozenset({"property", "op", "value"})


def check_signals(signals: Document) -> None:
    """Check the section ``signals``.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    for key, signal in signals.items():
        where = f"signals.{checks.key(key, 'signals')}"
        if not isinstance(signal, Mapping):
            raise SpecError(where, "is a mapping such as {name: Logged in}")
        checks.only(signal, SIGNAL_FIELDS, where)
        checks.words(signal.get("name"), f"{where}.name", 120)
        checks.words(signal.get("description"), f"{where}.description", 300)
        checks.flag(signal.get("activity", True), f"{where}.activity")
        for at, event in _entries(signal.get("events"), f"{where}.events", "{event: Logged In}"):
            _check_event(event, at)


def _check_event(event: Document, at: str) -> None:
    checks.only(event, EVENT_FIELDS, at)
    kind = event.get("kind", MessageKind.TRACK.value)
    if kind not in MessageKind.values:
        raise SpecError(f"{at}.kind", f"is one of {', '.join(MessageKind.values)}")
    for name, most in (("event", 200), ("source", 120), ("value", 100), ("session", 100)):
        checks.words(event.get(name), f"{at}.{name}", most)
    if kind == MessageKind.TRACK and not event.get("event"):
        raise SpecError(f"{at}.event", "name the event, e.g. {event: Logged In}")
    example = "{property: plan, op: equals, value: pro}"
    for where, condition in _entries(event.get("where"), f"{at}.where", example):
        _check_condition(condition, where)


def _check_condition(condition: Document, where: str) -> None:
    checks.only(condition, WHERE_FIELDS, where)
    if not isinstance(condition.get("property"), str) or not condition["property"]:
        raise SpecError(f"{where}.property", "names a property of the event, e.g. plan")
    op = condition.get("op")
    if op not in OPS:
        raise SpecError(f"{where}.op", f"is one of {', '.join(OPS)}")
    if op in UNARY_OPS:
        if "value" in condition:
            raise SpecError(f"{where}.value", f"{op} takes none; leave it out")
    elif op in NUMERIC_OPS:
        checks.number(condition.get("value"), f"{where}.value")
    elif not isinstance(condition.get("value"), str | int | float):
        raise SpecError(f"{where}.value", "is a text, a number, true or false")


def _entries(raw: object, where: str, example: str) -> list[tuple[str, Document]]:
    """A list of mappings, which may be left out, each with its place."""
    if raw is None:
        return []
    if isinstance(raw, str) or not isinstance(raw, Sequence):
        raise SpecError(where, f"is a list such as [{example}]")
    entries = []
    for number, entry in enumerate(raw, 1):
        if not isinstance(entry, Mapping):
            raise SpecError(f"{where}[{number}]", f"is a mapping such as {example}")
        entries.append((f"{where}[{number}]", entry))
    return entries
