"""Golden leads for the small rubric: 5 points for each use, a PQL from 10 on."""

from typing import Any

from rubrics.golden.keeping import add_golden_lead
from rubrics.models import GoldenLead, Rubric
from tests.rubrics.makers import AT

BUSY: dict[str, Any] = {"hits": [{"signal": "used", "ago": "1d", "times": 3, "every": "1h"}]}
QUIET: dict[str, Any] = {"hits": [{"signal": "used", "ago": "1d"}]}


def keep(rubric: Rubric, **changes: Any) -> GoldenLead:
    """One that passes: three uses, and a PQL."""
    values: dict[str, Any] = {
        "name": "Busy VP",
        "why": "Sales sold to three like her.",
        "expect": {"pql": True},
        "facts": BUSY,
        "moment": AT,
        "by": None,
        "at": AT,
    }
    return add_golden_lead(rubric, **{**values, **changes})
