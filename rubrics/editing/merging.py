"""Two edits of the same part brought together, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Part = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both changed, to different values; None where one took it away."""

    field: str
    mine: Any
    theirs: Any


def merge(seen: Part, mine: Part, theirs: Part) -> tuple[dict[str, Any], list[Clash]]:
    """My edits on top of theirs, and the fields on which we differ.

    What only they changed is theirs, what only I changed is mine; what both changed is mine in
    the result, and a clash.
    """
    merged, clashes = {}, []
    for field in dict.fromkeys([*theirs, *mine, *seen]):
        was, my, their = (part.get(field) for part in (seen, mine, theirs))
        chosen = mine if my != was else theirs
        if my not in (was, their) and their != was:
            clashes.append(Clash(field, my, their))
        if field in chosen:
            merged[field] = chosen[field]
    return merged, clashes
