"""Events -> hits: which mappings an event meets, and what of it is the value. Pure.

Rules are evaluated here, on typed JSON values, never by casting text in SQL: there "NaN" is
greater than any number and 'yesterday' is a time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from leads.keys import hash_key

MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Condition:
    """One property condition of a mapping; ``path`` is the dotted name, split."""

    path: tuple[str, ...]
    op: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which events are hits of a signal. See :class:`leads.models.SignalMapping`."""

    signal_id: int
    product_id: int
    kind: str
    event_name: str = ""
    source_id: int | None = None
    conditions: tuple[Condition, ...] = ()
    value_path: tuple[str, ...] = ()
    session_path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HitFacts:
    """What one event contributes to one signal."""

    signal_id: int
    product_id: int
    number: float | None
    value_key: int | None
    session_key: int | None


class MappingTable:
    """Every mapping, ready to be asked in constant time for events nobody mapped."""

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self._by_name: dict[tuple[str, str], list[Mapping]] = defaultdict(list)
        for mapping in mappings:
            self._by_name[mapping.kind, mapping.event_name].append(mapping)

    def asks_for(self) -> list[tuple[str, str]]:
        """The kinds and names of events that mappings ask for; no name: any of the kind."""
        return list(self._by_name)

    def hits(
        self, kind: str, name: str, properties: dict[str, Any], *, source_id: int, session: str
    ) -> Sequence[HitFacts]:
        """Return one hit for each signal the event is mapped to; the first mapping met counts."""
        candidates = self._by_name.get((kind, name), ())
        if name:
            candidates = [*candidates, *self._by_name.get((kind, ""), ())]
        if not candidates:
            return ()
        hits: dict[int, HitFacts] = {}
        for mapping in candidates:
            if mapping.signal_id not in hits and _meets(mapping, properties, source_id):
                hits[mapping.signal_id] = _facts(mapping, properties, session)
        return list(hits.values())


def read_conditions(conditions: Iterable[dict[str, Any]]) -> tuple[Condition, ...]:
    """Compile the stored conditions of a mapping."""
    return tuple(
        Condition(split_path(item["property"]), item["op"], item.get("value"))
        for item in conditions
    )


def split_path(name: str) -> tuple[str, ...]:
    """Split a dotted property name; '' is no path."""
    return tuple(name.split(".")) if name else ()


def find(properties: dict[str, Any], path: tuple[str, ...]) -> Any:
    """Return the value at a dotted path, or MISSING. A key with dots in it wins over nesting."""
    dotted = ".".join(path)
    if dotted in properties:
        return properties[dotted]
    value: Any = properties
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return MISSING
        value = value[part]
    return value


def as_number(value: Any) -> float | None:
    """Return a JSON number, or text that plainly writes one ("42", "-3.5"), as a float."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and len(value) <= 30 and value.isascii():
        text = value.strip()
        if text.removeprefix("-").replace(".", "", 1).isdigit():
            return float(text)
    return None


def value_text(value: Any) -> str | None:
    """Return the text that stands for a value when distinct ones are counted; None for none."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(int(value)) if float(value).is_integer() else repr(value)
    return None


def _facts(mapping: Mapping, properties: dict[str, Any], session: str) -> HitFacts:
    value = find(properties, mapping.value_path) if mapping.value_path else None
    text = value_text(value)
    if mapping.session_path:
        session = value_text(find(properties, mapping.session_path)) or ""
    return HitFacts(
        signal_id=mapping.signal_id,
        product_id=mapping.product_id,
        number=as_number(value),
        value_key=None if text is None else hash_key(text),
        session_key=hash_key(session) if session else None,
    )


def _meets(mapping: Mapping, properties: dict[str, Any], source_id: int) -> bool:
    if mapping.source_id is not None and mapping.source_id != source_id:
        return False
    return all(
        _OPS[condition.op](find(properties, condition.path), condition.value)
        for condition in mapping.conditions
    )


def _equals(actual: Any, wanted: Any) -> bool:
    """Same type and value; text ignores case and outer space; forms write numbers as text."""
    if isinstance(actual, str) and isinstance(wanted, str):
        return actual.strip().casefold() == wanted.strip().casefold()
    if isinstance(actual, bool) or isinstance(wanted, bool):
        return value_text(actual) == (
            wanted.strip().lower() if isinstance(wanted, str) else value_text(wanted)
        )
    number = as_number(actual)
    return number is not None and number == as_number(wanted)


def _contains(actual: Any, wanted: Any) -> bool:
    if isinstance(actual, str):
        return isinstance(wanted, str) and wanted.strip().casefold() in actual.casefold()
    return isinstance(actual, list) and any(_equals(item, wanted) for item in actual)


def _compares(holds: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def compare(actual: Any, wanted: Any) -> bool:
        number, limit = as_number(actual), as_number(wanted)
        return number is not None and limit is not None and holds(number, limit)

    return compare


def _present(actual: Any, wanted: Any) -> bool:
    return actual is not MISSING and actual is not None and actual != ""


_OPS: dict[str, Callable[[Any, Any], bool]] = {
    "equals": _equals,
    "not_equals": lambda actual, wanted: not _equals(actual, wanted),
    "contains": _contains,
    "at_least": _compares(lambda number, limit: number >= limit),
    "at_most": _compares(lambda number, limit: number <= limit),
    "present": _present,
    "missing": lambda actual, wanted: not _present(actual, wanted),
}
OPS = tuple(_OPS)
NUMERIC_OPS = frozenset({"at_least", "at_most"})
UNARY_OPS = frozenset({"present", "missing"})
"""Those that take no value."""
