"""Six leads whose scores can be worked out by hand, and a draft that shifts some over the line.

The small rubric gives 5 a use and 3 for a recent one; 10 in all make a PQL. Everything happened
today, so nothing decays. The draft wants 12, gives 4 a use and 8 for a recent one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leads.models import Lead, Product
from rubrics.models import Preview, RubricVersion
from rubrics.previews import preview_some, start_preview
from rubrics.scores import score_due
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import DAY, DOCUMENT, mark

USES = {"a": (2, 0), "b": (3, 0), "c": (1, 1), "d": (2, 1), "e": (0, 0), "f": (1, 0)}
"""Uses and recent ones. Now 10, 15, 8, 13, 0, 5; then 8, 12, 12, 16, 0, 4."""

CRITERIA: list[dict[str, Any]] = [
    {"key": "used", "measure": "count", "signals": ["used"], "per_unit": {"points": 4}},
    {"key": "recent", "measure": "count", "signals": ["recent"], "window": {"last": "7d"},
     "tiers": [{"points": 8}]},
]  # fmt: skip
DRAFT: dict[str, Any] = {
    **DOCUMENT,
    "thresholds": {"total": 12, "fit": 0, "behavior": 0},
    "criteria": CRITERIA,
}


def scored_leads(product: Product) -> dict[str, Lead]:
    """Scored at AT; ``a`` signed up 100 days ago, ``b`` 60 days, the others today."""
    ages = {"a": 100, "b": 60}
    made = {
        name: make_lead(
            product,
            started_at=AT - ages.get(name, 0) * DAY,
            account={"country": "DE" if name in "abc" else "US"},
            hits=[("used", AT)] * used + [("recent", AT)] * recent,
        )
        for name, (used, recent) in USES.items()
    }
    mark(*made.values())
    while score_due(at=AT):
        pass
    return made


def make_draft(product: Product, **sections: Any) -> RubricVersion:
    return load_rubric({**DRAFT, **sections}, product=product, by=None, at=AT)


def run(version: RubricVersion, *, at: datetime = AT) -> Preview:
    """A preview, worked on to its end."""
    preview = start_preview(version, at=at)
    while preview_some(at=at, seconds=60):
        pass
    preview.refresh_from_db()
    return preview


def named(preview: Preview, leads: Mapping[str, Lead], movement: str) -> set[str]:
    """Who moves so, by the names of the fixture."""
    names = {lead.pk: name for name, lead in leads.items()}
    return {names[row.lead_id or 0] for row in preview.leads.filter(movement=movement)}
