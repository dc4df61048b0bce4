"""The reasons of a score as routing keeps and compares them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rubrics import explain
from rubrics.models import Score
from rubrics.scoring.types import Axis, Line


@dataclass(frozen=True, slots=True)
class Compared:
    """One line then and now; ``None`` where it did not exist."""

    label: str
    axis: Axis
    then: int | None
    now: int | None

    @property
    def difference(self) -> int:
        return (self.now or 0) - (self.then or 0)


def freeze(score: Score) -> list[dict[str, Any]]:
    """What a qualification keeps of its score's lines."""
    return [
        {
            "key": line.key,
            "axis": line.axis.value,
            "label": line.label,
            "points": line.points,
            "reason": line.reason,
        }
        for line in explain.breakdown(score)
    ]


def thaw(breakdown: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines a qualification kept, as lines again."""
    return [
        Line(line["key"], Axis[line["axis"].upper()], line["label"], line["points"], line["reason"])
        for line in breakdown
    ]


def compare(then: Iterable[Line], now: Iterable[Line]) -> list[Compared]:
    """The lines that differ between two breakdowns, fit before behavior, in their order."""
    before = {(line.axis, line.key): line for line in then}
    after = {(line.axis, line.key): line for line in now}
    keys = [*before, *(key for key in after if key not in before)]
    told = [
        Compared(
            (after.get(key) or before[key]).label,
            key[0],
            before[key].points if key in before else None,
            after[key].points if key in after else None,
        )
        for key in keys
    ]
    differing = [line for line in told if line.difference]
    return sorted(differing, key=lambda line: line.axis is not Axis.FIT)
