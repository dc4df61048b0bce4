"""Counts that add up, chunk by chunk. Pure."""

from typing import Any

Facts = dict[str, Any]
"""JSON: numbers (added up), ISO moments (the later counts), lists (joined), and facts of facts."""


def add_up(ours: Facts, theirs: Facts) -> Facts:
    """The facts of both chunks together; the order of chunks makes no difference."""
    return ours | {
        key: _together(ours[key], value) if key in ours else value for key, value in theirs.items()
    }


def _together(ours: Any, theirs: Any) -> Any:
    if ours is None or theirs is None:
        return theirs if ours is None else ours
    if isinstance(ours, dict):
        return add_up(ours, theirs)
    if isinstance(ours, list):
        return sorted({*ours, *theirs})
    return max(ours, theirs) if isinstance(ours, str) else ours + theirs
