"""Reads a rubric file, and says in which line a mistake is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from rubrics.measures import SpecError
from rubrics.presets import LOADER, fill_lists, load_preset, preset_names
from rubrics.rows import whole_document

MOST_BYTES = 1_000_000
MOST_NODES = 100_000
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class RubricFileError(SpecError):
    """A file that is no rubric: the field, the fix, and the line (from 1) where there is one."""

    def __init__(self, where: str, problem: str, line: int | None = None) -> None:
        super().__init__(where, problem)
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line}: {super().__str__()}" if self.line else super().__str__()


@dataclass(frozen=True)
class RubricFile:
    """What a file says: ``document`` with its shipped lists filled in, ``whole`` with everything
    it leaves out as well. ``lines`` are those of its criteria, by key; a preset has none."""

    document: dict[str, Any]
    whole: dict[str, Any]
    lines: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: dict[str, Any]) -> "RubricFile":
        """The file of a document that was read already.

        Raises:
            SpecError: it is no whole rubric.
        """
        return cls(document, whole_document(document))


def read_rubric(name: str) -> dict[str, Any]:
    """The document of :func:`read_file`."""
    return read_file(name).document


def read_file(name: str) -> RubricFile:
    """A rubric file, or the shipped preset of that name; ``.yaml`` is a file in any case.

    Raises:
        RubricFileError: the file cannot be read, or is no rubric.
        SpecError: there is no such preset.
    """
    path = Path(name)
    is_file = path.is_file() and name not in preset_names()
    if path.suffix not in (".yaml", ".yml") and not is_file:
        return RubricFile.of(load_preset(name))
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RubricFileError(path.name, f"cannot be read: {error}") from error
    return parse_text(text)


def parse_text(text: str) -> RubricFile:
    """Read and check the text of a rubric file.

    Raises:
        RubricFileError: it is no YAML, says something twice, or is no rubric.
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise RubricFileError("file", f"is larger than {MOST_BYTES // 1_000_000} MB")
    try:
        root = yaml.compose(text, LOADER)
        _check_nodes(root)
        document = yaml.load(text, LOADER)  # noqa: S506 - a safe one
    except RubricFileError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = f"is no YAML: {error.problem or error.context}"
        raise RubricFileError("file", problem, mark.line + 1 if mark else None) from error
    except (yaml.YAMLError, ValueError) as error:  # a sign that YAML forbids; no such date
        raise RubricFileError("file", f"is no YAML: {error}") from error
    except RecursionError as error:
        raise RubricFileError("file", "is nested too deeply") from error
    if not isinstance(document, dict):
        raise RubricFileError("file", "is no rubric: it should be a mapping with `criteria:`", 1)
    try:
        file = RubricFile.of(fill_lists(document))
    except SpecError as error:
        raise RubricFileError(error.where, error.problem, _line(root, error.where)) from error
    keys = [str(entry["key"]) for entry in file.whole["criteria"]]
    lines = {key: _line(root, f"criteria.{key}.key") or 1 for key in keys}
    return RubricFile(file.document, file.whole, lines)


def _check_nodes(root: yaml.Node | None) -> None:
    """Refuse what YAML would quietly drop, a key given twice, and what would never end."""
    pending, seen = [root] if root is not None else [], 0
    while pending:
        node = pending.pop()
        seen += 1
        if seen > MOST_NODES:
            raise RubricFileError("file", f"has more than {MOST_NODES} values")
        if isinstance(node, yaml.SequenceNode):
            pending += node.value
        if not isinstance(node, yaml.MappingNode):
            continue
        names: set[str] = set()
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in names:
                line = key.start_mark.line + 1
                raise RubricFileError(key.value, "stands twice; keep one of them", line)
            names.add(str(key.value))
            pending.append(value)


def _line(root: yaml.Node | None, where: str) -> int | None:
    """The line of a field such as ``criteria.invites.tiers[1].points``, or of what holds it."""
    node, line = root, 1
    for name, number in _STEP.findall(where.removeprefix("document.")):
        found = _entry(node, int(number) - 1) if number else _named(node, name)
        if found is None:
            break
        line, node = found
    return line


def _entry(node: yaml.Node | None, index: int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and index < len(node.value):
        entry: yaml.Node = node.value[index]
        return entry.start_mark.line + 1, entry
    return None


def _named(node: yaml.Node | None, name: str) -> tuple[int, yaml.Node] | None:
    """The value of a key of a mapping; of a list the entry that has it as its ``key``."""
    for key, value in _pairs(node):
        if getattr(key, "value", None) == name:
            return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            if any(k.value == "key" and v.value == name for k, v in _pairs(entry)):
                return entry.start_mark.line + 1, entry
    return None


def _pairs(node: yaml.Node | None) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
