"""The shape of a case; what its parts mean is checked where they are used."""

from collections.abc import Mapping
from typing import Any

from rubrics import checks
from rubrics.golden.expected import EXPECTED
from rubrics.measures import SpecError

CASE_FIELDS = frozenset(
    {"name", "lead", "account", "hits", "earlier", "members", "expect", "override"}
)
HIT_FIELDS = frozenset({"signal", "ago", "times", "every", "value", "session", "product"})
EARLIER_FIELDS = frozenset({"ago", "lead", "account"})
MEMBER_FIELDS = frozenset({"name", "lead", "hits"})


def check_case(case: object, where: str) -> None:
    """Refuse what is no case.

    Raises:
        SpecError: names the part that is wrong.
    """
    if not isinstance(case, Mapping):
        raise SpecError(where, "is a mapping with name, lead, account, hits and expect")
    checks.only(case, CASE_FIELDS, where)
    for name in ("lead", "account", "override", "expect"):
        _mapping(case, name, where)
    expect = case.get("expect")
    if not expect or set(expect) - EXPECTED:
        raise SpecError(f"{where}.expect", f"say any of {', '.join(sorted(EXPECTED))}")
    for name in ("points", "adjustments"):
        _mapping(expect, name, f"{where}.expect")
    _check_hits(case, where)
    for at, entry in _entries(case, "earlier", where, "{ago: 90d, account: {employees: 40}}"):
        checks.only(entry, EARLIER_FIELDS, at)
        for name in ("lead", "account"):
            _mapping(entry, name, at)
    for at, entry in _entries(case, "members", where, "{name: Ann, hits: [...]}"):
        checks.only(entry, MEMBER_FIELDS, at)
        _mapping(entry, "lead", at)
        _check_hits(entry, at)


def _check_hits(owner: Mapping[str, Any], where: str) -> None:
    for at, hit in _entries(owner, "hits", where, "{signal: logged_in, ago: 2d}"):
        checks.only(hit, HIT_FIELDS, at)
        checks.count_or_none(hit.get("times", 1), f"{at}.times")


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
