"""Facts and golden files as YAML that people edit."""

from typing import Any

import yaml

from rubrics.measures import SpecError
from rubrics.presets import LOADER

MOST_CHARACTERS = 400_000
MOST_PARTS = 100_000
"""Of what the text stands for: a YAML alias repeats what it names, and aliases of aliases more."""


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
