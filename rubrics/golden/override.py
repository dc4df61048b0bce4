"""What a case changes in the rubric."""

import copy
from collections.abc import Mapping
from typing import Any

from rubrics.measures import SpecError

WHOLE = frozenset({"subject", "bands", "activity_signals"})
"""Sections that are replaced, not merged."""


def with_override(
    rubric: Mapping[str, Any], override: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """The document with a case's changes: sections merged or replaced, criteria changed, and
    either of them switched off.

    Raises:
        SpecError: names the part of the override that is wrong.
    """
    document: dict[str, Any] = copy.deepcopy(dict(rubric))
    for section, change in override.items():
        at = f"{where}.{section}"
        if section == "criteria":
            _change_criteria(document, _mapping(change, at), at)
        elif _is_off(change):
            document.pop(section, None)
        elif section in WHOLE:
            document[section] = change
        else:
            document[section] = {**(document.get(section) or {}), **_mapping(change, at)}
    return document


def _change_criteria(document: dict[str, Any], changes: Mapping[str, Any], where: str) -> None:
    for key, change in changes.items():
        found = [i for i, c in enumerate(document["criteria"]) if c["key"] == key]
        if not found:
            raise SpecError(f"{where}.{key}", "no such criterion in the rubric")
        if _is_off(change):
            del document["criteria"][found[0]]
        elif isinstance(change, Mapping):
            document["criteria"][found[0]] = _changed(document["criteria"][found[0]], change)
        else:
            raise SpecError(f"{where}.{key}", "is a mapping of changes, or off")


def _is_off(change: object) -> bool:
    return change is False or change == "off"  # YAML reads a bare `off` as false


def _mapping(raw: object, where: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise SpecError(where, "is a mapping, or off")
    return raw


def _changed(criterion: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """A way of giving points that the change names takes the place of the one there was."""
    ways = ({"share_of_base", "points_per_burst"}, {"tiers", "per_unit", "per_period"})
    dropped = {name for way in ways if way & change.keys() for name in way}
    return {**{k: v for k, v in criterion.items() if k not in dropped}, **change}
