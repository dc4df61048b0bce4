"""The reasons of a score as routing keeps them."""

from collections.abc import Iterable, Mapping
from typing import Any

from rubrics import explain
from rubrics.models import AccountScore, Score
from rubrics.scoring.types import Axis, Line


def freeze(score: Score) -> list[dict[str, Any]]:
    """What a qualification keeps of its score's lines."""
    return [
        {
            "key": line.key,
            "axis": line.axis.value,
            "label": line.label,
            "points": line.points,
            "reason": line.reason,
            "proxy_for": line.proxy_for,
        }
        for line in explain.breakdown(score)
    ]


def thaw(breakdown: Iterable[Mapping[str, Any]]) -> list[Line]:
    """The lines a qualification kept, as lines again."""
    return [
        Line(
            line["key"],
            Axis[line["axis"].upper()],
            line["label"],
            line["points"],
            line["reason"],
            proxy_for=line.get("proxy_for", ""),
        )
        for line in breakdown
    ]


def missing(score: Score | AccountScore) -> list[str]:
    """Which thresholds are not met, in words."""
    version = score.version
    gaps = (
        ("total", version.min_total - score.total),
        ("fit", version.min_fit - score.fit),
        ("behavior", version.min_behavior - score.behavior),
    )
    return [f"{gap} {axis} short" for axis, gap in gaps if gap > 0]
