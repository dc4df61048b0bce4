"""What a comparison of two rubrics is made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rubrics.scoring.words import joined

Document = Mapping[str, Any]
MOST_NAMED = 8


class Kind(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"

    @property
    def label(self) -> str:
        """For people."""
        return "Order only" if self is Kind.MOVED else self.value.capitalize()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference as a sentence without its full stop; ``key`` is the criterion it is about."""

    kind: Kind
    text: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """The differences of one part of a rubric."""

    title: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences between two rubrics."""

    groups: tuple[ChangeGroup, ...]

    @property
    def changes(self) -> list[Change]:
        """All of them in one list."""
        return [change for group in self.groups for change in group.changes]

    @property
    def changes_scores(self) -> bool:
        """Whether anything besides order differs."""
        return any(change.kind is not Kind.MOVED for change in self.changes)

    @property
    def summary(self) -> str:
        """``3 changed, 1 added``; says so if nothing differs."""
        kinds = [change.kind for change in self.changes]
        counted = [
            f"{kinds.count(kind)} {'in another order' if kind is Kind.MOVED else kind.value}"
            for kind in Kind
            if kind in kinds
        ]
        return joined(counted) or "Nothing differs"


def named(values: Collection[str]) -> str:
    """``“a”, “b” and 3 more``."""
    shown = [f"“{value}”" for value in list(values)[:MOST_NAMED]]
    if rest := len(values) - len(shown):
        shown.append(f"{rest} more")
    return joined(shown)


def added_and_removed(before: Sequence[Any], after: Sequence[Any]) -> str:
    """``2 added (“a” and “b”), 1 removed (“c”)``; "" if they hold the same."""
    came = [str(value) for value in after if value not in before]
    went = [str(value) for value in before if value not in after]
    parts = [
        f"{len(values)} {word} ({named(values)})"
        for values, word in ((came, "added"), (went, "removed"))
        if values
    ]
    return ", ".join(parts)
