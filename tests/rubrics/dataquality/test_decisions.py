"""Which decisions hang on an unknown attribute: worked by hand."""

from typing import Any

import pytest

from rubrics.dataquality.counts import add_up
from rubrics.dataquality.decisions import StoredFit, attributes_of, count_decisions
from rubrics.documents import parse_document
from rubrics.scoring.types import Version

DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "signals": {"used": {}},
    "thresholds": {"total": 40, "fit": 15, "behavior": 20},
    "decay": {"mode": "none"},
    "criteria": [
        {"key": "size", "axis": "fit", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "title", "axis": "fit", "measure": "text_matches", "attribute": "lead.title",
         "tiers": [{"keywords": ["VP"], "points": 10}, {"keywords": ["student"], "points": -10}]},
        {"key": "used", "measure": "count", "signals": ["used"], "per_unit": {"points": 5}},
    ],
}  # fmt: skip


@pytest.fixture
def version() -> Version:
    return parse_document(DOCUMENT)


def score(version: Version, size: float | None, title: int | None, behavior: int) -> StoredFit:
    """``title``: 1 a VP, -1 a student, 0 neither, None unknown."""
    measures: list[float | None] = [None] * len(version.columns)
    points = [15 if size else 0, {1: 10, -1: -10}.get(title or 0, 0), behavior]
    measures[version.criteria[0].columns[0]] = size
    vp, student = version.criteria[1].columns
    measures[vp] = None if title is None else float(title == 1)
    measures[student] = None if title is None else float(title == -1)
    fit = max(points[0] + points[1], 0)
    is_pql = fit >= 15 and behavior >= 20 and fit + behavior >= 40
    return StoredFit(measures, points, behavior, is_pql)


@pytest.mark.parametrize(
    ("size", "title", "behavior", "flips"),
    [
        pytest.param(1, 1, 30, {"size": 0, "title": 0}, id="all known: nothing hangs"),
        pytest.param(
            None, 0, 25, {"size": 1, "title": 0}, id="15 + 25: one, were it the right size"
        ),
        pytest.param(None, 0, 24, {"size": 0, "title": 0}, id="15 + 24: not even then"),
        pytest.param(1, None, 30, {"size": 0, "title": 1}, id="a student would be none: 5 + 30"),
        pytest.param(1, None, 15, {"size": 0, "title": 0}, id="behavior too low whatever it is"),
        pytest.param(None, None, 40, {"size": 1, "title": 0}, id="the title alone is 10 of 15"),
    ],
)
def test_flips(
    version: Version, size: float | None, title: int | None, behavior: int, flips: dict[str, int]
) -> None:
    found = count_decisions(version, [score(version, size, title, behavior)])
    assert found["flips"] == flips
    assert found["hanging"] == int(any(flips.values()))
    assert found["unknown"] == {"size": int(size is None), "title": int(title is None)}


def test_chunks_add_up_to_the_whole(version: Version) -> None:
    scores = [score(version, None, 0, 25), score(version, 1, None, 30), score(version, 1, 1, 30)]
    whole = count_decisions(version, scores)
    parts = add_up(count_decisions(version, scores[:1]), count_decisions(version, scores[1:]))
    assert whole == parts
    assert (whole["scored"], whole["pqls"], whole["hanging"]) == (3, 2, 2)


def test_attributes_of_a_criterion(version: Version) -> None:
    assert attributes_of(version, version.criteria[1]) == [("lead.title",)]
    assert attributes_of(version, version.criteria[2]) == []


def test_present_or_missing_counts_as_known_or_not() -> None:
    document = {**DOCUMENT, "criteria": [
        {"key": "phone", "axis": "fit", "measure": "is_present", "attribute": "lead.phone",
         "tiers": [{"points": 5}]},
    ]}  # fmt: skip
    version = parse_document(document)
    scores = [StoredFit([value], [0], 0, False) for value in (0.0, 1.0)]
    assert count_decisions(version, scores)["unknown"] == {"phone": 1}


def test_adding_up_joins_days_and_keeps_the_later_moment() -> None:
    ours = {"n": 1, "days": [3, 1], "last": "2026-01-02", "only": {"a": 1}}
    theirs = {"n": 2, "days": [2, 3], "last": "2026-01-01", "also": 5}
    both = {"n": 3, "days": [1, 2, 3], "last": "2026-01-02", "only": {"a": 1}, "also": 5}
    assert add_up(ours, theirs) == both
    assert add_up({}, ours) == ours
