"""What a measure refuses, naming the field."""

from typing import Any

import pytest

from rubrics.measures import MEASURES, SpecError
from rubrics.scoring.types import DAY_US

USED = {"signals": ["used"]}


@pytest.mark.parametrize(
    ("measure", "raw", "field"),
    [
        pytest.param("weighted_count", USED, "half_life", id="no half-life"),
        pytest.param("weighted_count", {**USED, "half_life": "0d"}, "half_life", id="of nothing"),
        pytest.param("growth", USED, "period", id="no period"),
        pytest.param("growth", {**USED, "period": "7d", "as": "share"}, "as", id="as what"),
        pytest.param("growth", {"period": "7d"}, "signals", id="growth of what"),
        pytest.param("sequence", {"within": "1h"}, "steps", id="no steps"),
        pytest.param("sequence", {"steps": [["a"]], "within": "1h"}, "steps", id="one step"),
        pytest.param("sequence", {"steps": [["a"]] * 5, "within": "1h"}, "steps", id="five steps"),
        pytest.param(
            "sequence",
            {"steps": [["a"], []], "within": "1h"},
            "steps[2].signals",
            id="an empty step",
        ),
        pytest.param("sequence", {"steps": [["a"], ["b"]]}, "within", id="within what"),
        pytest.param("active_products", {"window": "month"}, "window", id="no such window"),
        pytest.param(
            "departments", {**USED, "attribute": "account.industry"}, "attribute", id="not of users"
        ),
        pytest.param(
            "departments",
            {**USED, "attribute": ["lead.a", "lead.b"]},
            "attribute",
            id="two",
        ),
        pytest.param("date_within", {"attribute": "account.x"}, "within", id="recent since when"),
        pytest.param("date_within", {"within": "90d"}, "attribute", id="which date"),
        pytest.param("attribute_growth", {"attribute": "account.x"}, "period", id="since when"),
    ],
)
def test_refused(measure: str, raw: dict[str, Any], field: str) -> None:
    with pytest.raises(SpecError) as refused:
        MEASURES[measure].parse(raw, "criteria.x", {})
    assert refused.value.where == f"criteria.x.{field}"


def test_canonical_parameters() -> None:
    """Lengths are microseconds; what does not matter is sorted away."""
    raw = {"steps": [["b", "a"], "c"], "within": "2d", "window": "trial"}
    assert MEASURES["sequence"].parse(raw, "x", {}) == {
        "signals": ("a", "b", "c"),
        "steps": (("a", "b"), ("c",)),
        "within": 2 * DAY_US,
        "window": ("trial", 0),
    }
    fading = MEASURES["weighted_count"].parse({**USED, "half_life": "7d"}, "x", {})
    assert fading["half_life"] == 7 * DAY_US
