"""A general rules engine, zen-engine, judging the numbers that we measured: judging only.

The version becomes one decision: an expression per criterion, then caps, silence and verdict, in
the order of docs/scoring.md.
"""

import json
from collections.abc import Sequence
from typing import Any

import zen

from rubrics.scoring.points import sorted_tiers
from rubrics.scoring.types import Axis, Criterion, Mode, Role, Version

Verdict = tuple[int, int, int, bool]


class Decision:
    """The version as a decision of the engine."""

    def __init__(self, version: Version) -> None:
        graph = json.dumps(_graph(_expressions(version)))
        self.decision = zen.ZenEngine().create_decision(graph)

    def judge(self, numbers: dict[str, Any]) -> Verdict:
        """Fit, behavior, total and verdict of a lead, from :func:`numbers_of`."""
        found = self.decision.evaluate(numbers)["result"]
        return found["fit"], found["behavior"], found["total"], found["is_pql"]


def numbers_of(values: Sequence[float | None], idle_us: int) -> dict[str, Any]:
    """What the decision looks at. Unknown and no are both worth nothing to the standard preset."""
    return {"idle": idle_us, **{f"c{i}": value or 0 for i, value in enumerate(values)}}


def _expressions(version: Version) -> list[tuple[str, str]]:
    placed = [(f"p{i}", criterion) for i, criterion in enumerate(version.criteria)]
    fit = [key for key, c in placed if c.axis is Axis.FIT]
    actions = [key for key, c in placed if c.role is Role.ACTION and c.axis is Axis.BEHAVIOR]
    velocity = [key for key, c in placed if c.role is Role.VELOCITY]
    silence = [key for key, c in placed if c.role is Role.SILENCE]
    decay, least = version.decay, version.thresholds
    return [
        *((key, _points(criterion)) for key, criterion in placed),
        ("fit", f"min([max([{_sum(fit)}, 0]), {version.max_fit}])"),
        ("acted", f"min([max([{_sum(actions)}, 0]), {version.max_behavior}])"),
        ("raw", f"min([$.acted + {_sum(velocity)}, {version.max_behavior}])"),
        ("decayed", f"{decay.points} * floor(idle / {decay.period_us})"),
        ("lost", f"max([0 - ({_sum(silence)}), $.decayed])"),
        ("behavior", f"max([min([$.raw, {decay.floor}]), $.raw - $.lost])"),
        ("total", "$.fit + $.behavior"),
        (
            "is_pql",
            f"$.total >= {least.total} and $.fit >= {least.fit} and $.behavior >= {least.behavior}",
        ),
    ]


def _sum(keys: Sequence[str]) -> str:
    return " + ".join(f"$.{key}" for key in keys) or "0"


def _points(criterion: Criterion) -> str:
    """What the standard preset has: tiers, full periods, and so many points a burst."""
    if criterion.mode is Mode.PER_PERIOD:
        (column,) = criterion.columns
        return f"{criterion.points_each} * floor(c{column} / {int(criterion.unit_size)})"
    if criterion.role is Role.VELOCITY:
        (column,) = criterion.columns
        return f"{criterion.points_each} * min([c{column}, {criterion.max_units}])"
    chain = "0"
    # Columns are alternatives of which the best counts: the least is asked last, so put first.
    tiers = [tier for column in criterion.columns for tier in sorted_tiers(criterion, column)]
    for tier in sorted(tiers, key=lambda tier: tier.points):
        chain = f"(c{tier.column} >= {tier.threshold:.17g} ? {tier.points} : {chain})"
    return chain


def _graph(expressions: Sequence[tuple[str, str]]) -> dict[str, Any]:
    place = {"x": 0, "y": 0}
    entries = [{"id": key, "key": key, "value": value} for key, value in expressions]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "in", "type": "inputNode", "name": "in", "position": place},
            {
                "id": "score",
                "type": "expressionNode",
                "name": "score",
                "position": place,
                "content": {"expressions": entries},
            },
            {"id": "out", "type": "outputNode", "name": "out", "position": place},
        ],
        "edges": [
            {"id": "1", "type": "edge", "sourceId": "in", "targetId": "score"},
            {"id": "2", "type": "edge", "sourceId": "score", "targetId": "out"},
        ],
    }
