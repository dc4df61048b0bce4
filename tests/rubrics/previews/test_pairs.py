"""Which threshold makes or unmakes a PQL, and how it is told."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from rubrics.models import PreviewLead
from rubrics.previews.pairs import Pair, Worth
from rubrics.scoring.types import Thresholds

NOW, STRICTER = Thresholds(80, 15, 40), Thresholds(80, 20, 90)


def worth(fit: int, behavior: int, asks: Thresholds, total: int | None = None) -> Worth:
    version: Any = SimpleNamespace(version=SimpleNamespace(thresholds=asks))
    total = fit + behavior if total is None else total
    is_pql = total >= asks.total and fit >= asks.fit and behavior >= asks.behavior
    return Worth(version, fit, fit, behavior, total, is_pql, None, None)


def told(now: Worth | None, then: Worth | None, *lines: dict[str, Any]) -> str:
    pair = Pair(1, timedelta(), now, then)
    return PreviewLead(gates=[gate._asdict() for gate in pair.deciding], lines=list(lines)).why


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        (worth(18, 84, NOW), worth(18, 84, STRICTER),
         "Fit: 18, needs 20 instead of 15; Behavior: 84, needs 90 instead of 40"),
        (worth(18, 84, STRICTER), worth(18, 84, NOW),
         "Fit: 18, needs 15 instead of 20; Behavior: 84, needs 40 instead of 90"),
        (worth(18, 70, NOW), worth(18, 70, NOW, total=78), "Total: 78 instead of 88, needs 80"),
        (worth(30, 90, NOW), worth(30, 90, STRICTER), ""),
        (None, worth(30, 90, NOW), ""),
        (worth(30, 90, NOW), None, ""),
    ],
)  # fmt: skip
def test_the_threshold_that_decides_is_named(
    now: Worth | None, then: Worth | None, words: str
) -> None:
    assert told(now, then) == words


def test_beside_other_points_a_threshold_is_named_if_it_asks_for_something_else() -> None:
    lines = {"label": "Used", "now": 10, "then": 12}
    assert told(worth(18, 84, NOW), worth(18, 86, STRICTER), lines) == (
        "Used +2. Fit: 18, needs 20 instead of 15; Behavior: 86 instead of 84, needs 90 instead of "
        "40"
    )
    assert told(worth(18, 70, NOW), worth(18, 60, NOW), lines | {"then": 0}) == "Used −10"
