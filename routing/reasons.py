"""The reasons of a score as routing keeps and shows them."""

from typing import Any

from rubrics.explain import breakdown
from rubrics.models import Score
from rubrics.scoring.types import Axis, Line


def thaw(kept: list[dict[str, Any]]) -> list[Line]:
    """The lines a qualification kept, as lines again."""
    return [
        Line(line["key"], Axis[line["axis"].upper()], line["label"], line["points"], line["reason"])
        for line in kept
    ]


def thawed_top(kept: list[dict[str, Any]], count: int = 3) -> list[Line]:
    """The loudest of the lines a qualification kept, for when there is no score any more."""
    earned = [line for line in thaw(kept) if line.points > 0]
    return sorted(earned, key=lambda line: -line.points)[:count]


def frozen_breakdown(score: Score) -> list[dict[str, Any]]:
    """What a qualification keeps of its score's lines."""
    return [
        {
            "key": line.key,
            "axis": line.axis.value,
            "label": line.label,
            "points": line.points,
            "reason": line.reason,
        }
        for line in breakdown(score)
    ]
