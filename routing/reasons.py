"""The reasons of a score as routing keeps and shows them."""

from functools import lru_cache
from importlib import import_module
from typing import Any

from rubrics.models import Criterion, Score
from rubrics.scoring.types import Axis, Line


def lines_of(score: Score) -> list[Line]:
    """Every line of a score: fit, then behavior; the lines of an axis sum to it."""
    try:
        services = import_module("rubrics.services")
    except ImportError:
        return _plain_lines(score)
    return list(services.breakdown(score))


def top_reasons(score: Score, count: int = 3) -> list[Line]:
    """The lines that speak loudest for this lead."""
    earned = [line for line in lines_of(score) if line.points > 0]
    return sorted(earned, key=lambda line: -line.points)[:count]


def thaw(breakdown: list[dict[str, Any]]) -> list[Line]:
    """The lines a qualification kept, as lines again."""
    return [
        Line(line["key"], Axis[line["axis"].upper()], line["label"], line["points"], line["reason"])
        for line in breakdown
    ]


def thawed_top(breakdown: list[dict[str, Any]], count: int = 3) -> list[Line]:
    """The loudest of the lines a qualification kept, for when there is no score any more."""
    earned = [line for line in thaw(breakdown) if line.points > 0]
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
        for line in lines_of(score)
    ]


@lru_cache(maxsize=64)
def _criteria(version_id: int) -> list[Criterion]:
    return list(Criterion.objects.filter(version_id=version_id))


def _plain_lines(score: Score) -> list[Line]:
    pairs = zip(_criteria(score.version_id), score.points, strict=True)
    return [
        Line(c.key, Axis[c.axis.upper()], c.name, points, c.name, best_points=max(points, 10))
        for c, points in pairs
    ]
