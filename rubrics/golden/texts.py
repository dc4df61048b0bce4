"""Facts and golden files as YAML that people edit."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from rubrics.measures import SpecError
from rubrics.presets import LOADER

MOST_CHARACTERS = 400_000
MOST_PARTS = 100_000
"""Of what the text stands for: a YAML alias repeats what it names, and aliases of aliases more."""


FACT_ORDER = ("name", "lead", "account", "earlier", "members", "hits")
HIT_ORDER = ("signal", "product", "ago", "times", "every", "value", "session")


class _Dumper(yaml.SafeDumper):
    """Short mappings such as hits stand on one line."""


def _mapping(dumper: yaml.SafeDumper, value: dict[str, Any]) -> yaml.Node:
    is_flat = all(not isinstance(one, dict | list) for one in value.values())
    return dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=is_flat)


_Dumper.add_representer(dict, _mapping)


def yaml_text(value: Any) -> str:
    """Facts, or what else of a golden lead, for a text area; nothing is an empty text."""
    if not value:
        return ""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def facts_text(facts: Mapping[str, Any]) -> str:
    """Facts as they are written by hand; the database keeps them in an order of its own."""
    told = copy.deepcopy(dict(facts))
    for owner in (told, *told.get("members", ())):
        if "hits" in owner:
            owner["hits"] = [_ordered(hit, HIT_ORDER) for hit in owner["hits"]]
    told["members"] = [_ordered(one, FACT_ORDER) for one in told.get("members", ())]
    return yaml_text({name: part for name, part in _ordered(told, FACT_ORDER).items() if part})


def _ordered(value: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    names = [*(name for name in order if name in value), *(n for n in value if n not in order)]
    return {name: value[name] for name in names}


def parse_yaml(text: str, where: str) -> Any:
    """What a text says; an empty one says nothing.

    Raises:
        SpecError: it is no YAML, or too much.
    """
    if len(text) > MOST_CHARACTERS:
        raise SpecError(where, f"has more than {MOST_CHARACTERS:,} characters")
    try:
        value = yaml.load(text, LOADER)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problem = getattr(error, "problem", None) or "it is not well-formed"
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise SpecError(where, f"cannot be read as YAML{line}: {problem}") from error
    _check_size(value, where)
    return value


def _check_size(value: Any, where: str) -> None:
    waiting, count = [value], 0
    while waiting:
        one = waiting.pop()
        count += 1
        if count > MOST_PARTS:
            raise SpecError(where, "stands for too much; leave something out")
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
