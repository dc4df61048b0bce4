"""The small rubric that tests of scoring leads work with."""

from datetime import datetime, timedelta
from typing import Any

from leads.models import Lead, LeadChange, Product
from rubrics.models import RubricVersion, Score
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from tests.rubrics.makers import AT
from tests.stock import written_once

DAY = timedelta(days=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "signals": {"used": {}, "recent": {}},
    "thresholds": {"total": 10, "fit": 0, "behavior": 10},
    "decay": {"points": 5, "period": "30d", "floor": 0},
    "criteria": [
        {"key": "used", "measure": "count", "signals": ["used"], "per_unit": {"points": 5}},
        {"key": "recent", "measure": "count", "signals": ["recent"], "window": {"last": "7d"},
         "tiers": [{"points": 3}]},
    ],
}  # fmt: skip


@written_once
def publish_small(product: Product) -> RubricVersion:
    """Publish it for the product."""
    draft = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


def mark(*leads: Lead, at: datetime = AT) -> None:
    """What ingest leaves behind when a lead changed."""
    for lead in leads:
        change, created = LeadChange.objects.get_or_create(lead=lead, defaults={"changed_at": at})
        if not created:
            change.generation += 1
            change.attempts = 0
            change.save(update_fields=["generation", "attempts"])


def results() -> dict[int, int]:
    return dict(Score.objects.values_list("lead_id", "total"))
