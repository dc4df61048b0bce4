"""The shipped rubrics and lists: every number with its source."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from rubrics.measures import SpecError

FOLDER = Path(__file__).parent
# The same YAML, read ten times as fast where PyYAML was built with libyaml, as its wheels are.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def preset_names() -> list[str]:
    """The shipped presets by name."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load_preset(name: str) -> dict[str, Any]:
    """A shipped preset as a document, its lists filled in."""
    if name not in preset_names():
        raise SpecError("rubric", f"no preset {name!r}; there are {', '.join(preset_names())}")
    return deepcopy(_shipped_document(name))


@cache
def _shipped_document(name: str) -> dict[str, Any]:
    """Read once a process: what is shipped does not change under it."""
    return read_document(FOLDER / f"{name}.yaml")


def read_document(path: Path) -> dict[str, Any]:
    """A rubric file as a document, shipped lists filled in.

    Raises:
        SpecError: the file is no YAML mapping, or names a list that is not shipped.
    """
    try:
        document = read_yaml(path)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SpecError(path.name, f"cannot be read as YAML: {error}") from error
    if not isinstance(document, dict):
        raise SpecError(path.name, "is no rubric: it should be a mapping with `criteria:`")
    return fill_lists(document)


def read_yaml(path: Path) -> Any:
    """Whatever the file says.

    Raises:
        OSError, UnicodeDecodeError, yaml.YAMLError: it cannot be read.
    """
    return yaml.load(path.read_text(encoding="utf-8"), LOADER)  # noqa: S506 - a safe one


def fill_lists(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its shipped lists filled in.

    Raises:
        SpecError: it names a list that is not shipped.
    """
    lists = document.get("lists")
    lists = {} if lists is None else lists
    if not isinstance(lists, Mapping):
        raise SpecError("lists", "is a mapping such as {competitors: [rival.example]}")
    document["lists"] = {key: _values(key, raw) for key, raw in lists.items()}
    return document


def _values(key: str, raw: object) -> list[str]:
    if isinstance(raw, Mapping) and set(raw) <= {"shipped", "also"} and "shipped" in raw:
        return shipped_list(raw["shipped"], key) + _texts(key, raw.get("also", []))
    return _texts(key, raw)


def _texts(key: str, raw: object) -> list[str]:
    if not isinstance(raw, list):
        raise SpecError(f"lists.{key}", "is a list of values, or {shipped: personal}")
    for value in raw:
        # YAML reads a bare NO as false: it was meant as a country.
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SpecError(f"lists.{key}", f"{value!r} is no text; write it in quotes")
    return [str(value) for value in raw]


def shipped_list(name: object, key: str) -> list[str]:
    """One of the shipped lists of domains, for the list ``key``: personal, academic."""
    known = sorted(path.stem for path in (FOLDER / "lists").glob("*.yaml"))
    if name not in known:
        raise SpecError(f"lists.{key}", f"no shipped list {name!r}; there are {', '.join(known)}")
    return list(_shipped_values(str(name)))


@cache
def _shipped_values(name: str) -> tuple[str, ...]:
    return tuple(read_yaml(FOLDER / "lists" / f"{name}.yaml"))
