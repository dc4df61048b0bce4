"""Property values as a catalogue may show them: kinds and shapes, never personal data. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

MOST_SHOWN = 12
LONGEST_SHOWN = 40
SHARED_BY = 2
"""A text is shown once events of so many people have it: then it is a category, not a detail."""
ONE_PERSON = "text of one person"
DEEPEST = 3

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|www\.", re.I)
_PHONE = re.compile(r"\+?[\d\s().\-/]{7,24}")
_ADDRESS = re.compile(r"(\d{1,3}\.){3}\d{1,3}|([0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}", re.I)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?=[^\s]*\d)[A-Za-z0-9_\-]{20,}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?")
# Names of properties that hold what belongs to one person, whatever the value looks like.
_PERSONAL = re.compile(
    r"(^|[._])(e?mail|phone|mobile|(first|last|full|user|display)_?name|name|address|street|city|zip"
    r"|postal_?code|birth\w*|ip|password|secret|token|api_?key|ssn|iban|card\w*|message|comment|note"
    r"|text|body|query|search\w*)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class PropertyFacts:
    """What a sample of events says of one property.

    ``filled`` of ``of`` events have it. ``values`` are shown values with their number of events;
    ``shapes`` what stands for those that are not shown.
    """

    name: str
    types: tuple[str, ...]
    filled: int
    of: int
    values: tuple[tuple[str, int], ...]
    shapes: tuple[str, ...]

    @property
    def fill(self) -> int:
        """In percent, never 100 or 0 unless it is so."""
        if self.filled in (0, self.of):
            return 100 if self.filled else 0
        return min(max(round(100 * self.filled / self.of), 1), 99)


def describe_properties(events: Iterable[tuple[int, dict[str, Any]]]) -> list[PropertyFacts]:
    """What the properties of these events (lead id, properties) are; the best filled first."""
    count = 0
    filled: Counter[str] = Counter()
    types: defaultdict[str, Counter[str]] = defaultdict(Counter)
    texts: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    shapes: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for lead_id, properties in events:
        count += 1
        for name, value in flatten(properties):
            if value is None or value == "":
                continue
            filled[name] += 1
            types[name][type_word(value)] += 1
            shape = shape_of(name, value)
            if shape is None:
                texts[name][shown(value)].append(lead_id)
            else:
                shapes[name][shape] += 1
    return [
        _facts(name, filled[name], count, types[name], texts[name], shapes[name])
        for name in sorted(filled, key=lambda name: (-filled[name], name))
    ]


def _facts(
    name: str,
    filled: int,
    of: int,
    types: Counter[str],
    texts: dict[str, list[int]],
    shapes: Counter[str],
) -> PropertyFacts:
    values: Counter[str] = Counter()
    for text, leads in texts.items():
        if "text" not in types or len(set(leads)) >= SHARED_BY:
            values[text] = len(leads)
        else:
            shapes[ONE_PERSON] += len(leads)
    return PropertyFacts(
        name=name,
        types=tuple(word for word, _ in types.most_common()),
        filled=filled,
        of=of,
        values=tuple(values.most_common(MOST_SHOWN)),
        shapes=tuple(shape for shape, _ in shapes.most_common(3)),
    )


def flatten(properties: dict[str, Any], prefix: str = "", depth: int = 1) -> Iterator[Any]:
    """Yield (dotted name, value); objects are gone into, lists are one value."""
    for key, value in properties.items():
        name = f"{prefix}{key}"
        if "@" in name:
            continue
        if isinstance(value, dict) and value and depth < DEEPEST:
            yield from flatten(value, f"{name}.", depth + 1)
        else:
            yield name, value


def shown_properties(
    properties: dict[str, Any], shared: Container[tuple[str, str]]
) -> list[tuple[str, str]]:
    """An event's properties as they may be shown; texts only if they are among ``shared``."""
    told = []
    for name, value in flatten(properties):
        if value is None:
            continue
        shape = shape_of(name, value)
        if shape is None and type_word(value) == "text" and (name, shown(value)) not in shared:
            shape = ONE_PERSON
        told.append((name, shape or shown(value)))
    return told


def type_word(value: Any) -> str:
    """What kind of value it is, for people."""
    if isinstance(value, bool):
        return "yes or no"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, list):
        return "list"
    if isinstance(value, dict):
        return "object"
    return "date" if _DATE.fullmatch(str(value)) else "text"


def shape_of(name: str, value: Any) -> str | None:
    """What stands for a value that must not be shown; None if it may be."""
    if isinstance(value, bool):
        return None
    if isinstance(value, list):
        return "list of 1" if len(value) == 1 else f"list of {len(value)}"
    if isinstance(value, dict):
        return "object"
    if _PERSONAL.search(name):
        return "e-mail address" if _EMAIL.fullmatch(str(value).strip()) else "personal or free text"
    if isinstance(value, int | float):
        return "long number" if abs(value) >= 1e9 else None
    return _shape_of_text(str(value).strip())


def _shape_of_text(text: str) -> str | None:
    for pattern, shape in (
        (_EMAIL, "e-mail address"),
        (_URL, "web address"),
        (_ADDRESS, "IP address"),
        (_ID, "id"),
    ):
        if pattern.match(text) if pattern is _URL else pattern.fullmatch(text):
            return shape
    if _EMAIL.search(text):
        return "text with an e-mail address"
    if _DATE.fullmatch(text):
        return None
    if _PHONE.fullmatch(text) and sum(map(str.isdigit, text)) >= 7:
        return "phone number or long number"
    return "long text" if len(text) > LONGEST_SHOWN else None


def shown(value: Any) -> str:
    """A value that may be shown, as a form takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
