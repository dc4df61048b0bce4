"""The shape of a case; what its parts mean is checked where they are used."""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rubrics import checks
from rubrics.golden.expected import EXPECTED
from rubrics.measures import SpecError

CASE_FIELDS = frozenset(
    {
        "key", "name", "why", "at", "lead", "account", "hits", "earlier", "members", "expect",
        "override",
    }
)  # fmt: skip
HIT_FIELDS = frozenset({"signal", "ago", "times", "every", "value", "session", "product"})
EARLIER_FIELDS = frozenset({"ago", "lead", "account"})
MEMBER_FIELDS = frozenset({"name", "lead", "hits"})
MOST_NAME, MOST_ADDRESS, MOST_TEXT = 100, 200, 2_000
"""Characters of an attribute's name, of an e-mail or domain, and of any other value."""
MOST_PRODUCT = 40
MOST_HITS = 5_000
"""Of one case, so that checking a hundred of them stays quick."""


def moment_of(raw: object, where: str) -> datetime:
    """A moment that ages count back from.

    Raises:
        SpecError: it is none, or has no zone.
    """
    if not isinstance(raw, datetime) or raw.tzinfo is None:
        raise SpecError(where, "is a moment with a zone, e.g. 2026-03-31T12:00:00Z")
    return raw


def check_case(case: object, where: str) -> None:
    """Refuse what is no case.

    Raises:
        SpecError: names the part that is wrong.
    """
    if not isinstance(case, Mapping):
        raise SpecError(where, "is a mapping with name, lead, account, hits and expect")
    checks.only(case, CASE_FIELDS, where)
    _mapping(case, "override", where)
    check_expect(case.get("expect"), f"{where}.expect")
    check_facts(case, where)


def check_expect(expect: object, where: str) -> None:
    """Refuse what says nothing of a result, or nothing that a result has."""
    if not isinstance(expect or {}, Mapping):
        raise SpecError(where, "is a mapping")
    if not isinstance(expect, Mapping) or not expect or set(expect) - EXPECTED:
        raise SpecError(where, f"say any of {', '.join(sorted(EXPECTED))}")
    for name in ("points", "adjustments"):
        _mapping(expect, name, where)
    for name in ("total_at_least", "total_at_most"):
        if expect.get(name) is not None:
            checks.points(expect[name], f"{where}.{name}")
    for name in ("pql", "segment"):
        if expect.get(name) is not None:
            checks.flag(expect[name], f"{where}.{name}")
    least, most = expect.get("total_at_least"), expect.get("total_at_most")
    if least is not None and most is not None and most < least:
        raise SpecError(f"{where}.total_at_most", "is less than the least")


def check_facts(case: Mapping[str, Any], where: str) -> None:
    """Refuse facts that no lead, or account, could have."""
    for name in ("lead", "account"):
        _attributes(case, name, where)
    count = _check_hits(case, where)
    for at, entry in _entries(case, "earlier", where, "{ago: 90d, account: {employees: 40}}"):
        checks.only(entry, EARLIER_FIELDS, at)
        for name in ("lead", "account"):
            _attributes(entry, name, at)
    for at, entry in _entries(case, "members", where, "{name: Ann, hits: [...]}"):
        checks.only(entry, MEMBER_FIELDS, at)
        checks.words(entry.get("name"), f"{at}.name", MOST_ADDRESS)
        _attributes(entry, "lead", at)
        count += _check_hits(entry, at)
    if count > MOST_HITS:
        raise SpecError(f"{where}.hits", f"are {count}; {MOST_HITS} at most, times included")


def _check_hits(owner: Mapping[str, Any], where: str) -> int:
    """How many hits these are."""
    count = 0
    for at, hit in _entries(owner, "hits", where, "{signal: logged_in, ago: 2d}"):
        checks.only(hit, HIT_FIELDS, at)
        count += checks.count_or_none(hit.get("times", 1), f"{at}.times") or 1
        _value(hit.get("value"), f"{at}.value")
        _value(hit.get("session"), f"{at}.session")
        if not 0 < len(str(hit.get("product", "x"))) <= MOST_PRODUCT:
            raise SpecError(f"{at}.product", f"is a name of at most {MOST_PRODUCT} characters")
    return count


def _entries(
    owner: Mapping[str, Any], name: str, where: str, example: str
) -> list[tuple[str, Mapping[str, Any]]]:
    """The entries of a list, each with its place."""
    raw = owner.get(name) or []
    if not isinstance(raw, list):
        raise SpecError(f"{where}.{name}", f"is a list such as [{example}]")
    for number, entry in enumerate(raw, 1):
        if not isinstance(entry, Mapping):
            raise SpecError(f"{where}.{name}[{number}]", f"is a mapping such as {example}")
    return [(f"{where}.{name}[{number}]", entry) for number, entry in enumerate(raw, 1)]


def _mapping(raw: Mapping[str, Any], name: str, where: str) -> None:
    if not isinstance(raw.get(name) or {}, Mapping):
        raise SpecError(f"{where}.{name}", "is a mapping")


def _attributes(raw: Mapping[str, Any], name: str, where: str) -> None:
    """What is known of somebody: names and values that a source could have told."""
    _mapping(raw, name, where)
    for key, value in (raw.get(name) or {}).items():
        at = f"{where}.{name}.{key}"
        if not isinstance(key, str) or not 0 < len(key) <= MOST_NAME or key.startswith("$"):
            raise SpecError(at, f"is no name of an attribute; {MOST_NAME} characters at most")
        _value(value, at, MOST_ADDRESS if key in ("email", "domain") else MOST_TEXT)


def _value(value: object, where: str, most: int = MOST_TEXT) -> None:
    """What JSON can say, and the database keep."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            _value(str(key), where)
            _value(one, f"{where}.{key}")
    elif isinstance(value, list):
        for one in value:
            _value(one, where)
    elif isinstance(value, str):
        if len(value) > most or "\0" in value:
            raise SpecError(where, f"is a text of at most {most} characters")
    elif isinstance(value, float) and not math.isfinite(value):
        raise SpecError(where, f"{value} is no number")
    elif value is not None and not isinstance(value, bool | int | float):
        raise SpecError(where, f"{value!r} is no text or number; write dates in quotes")
