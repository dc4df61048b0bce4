"""A few leads with every kind of fact, scored by the engine."""

from datetime import timedelta

import pytest

from leads.models import Lead, Product
from leads.services import set_attributes
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.scores import score_due
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import DAY, DOCUMENT
from tests.stock import written_once

FIT = {
    "key": "titled", "axis": "fit", "name": "Title", "measure": "text_matches",
    "attribute": "lead.title", "tiers": [{"keywords": ["VP"], "points": 10}],
}  # fmt: skip


@pytest.fixture
@written_once
def version(product: Product) -> RubricVersion:
    document = {**DOCUMENT, "criteria": [*DOCUMENT["criteria"], FIT]}
    draft = load_rubric(document, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


@pytest.fixture
@written_once
def leads(product: Product, version: RubricVersion) -> list[Lead]:
    """Five leads with hits, one lead with none; scored at AT."""
    made = [
        make_lead(
            product,
            started_at=AT - 60 * DAY,
            hits=[("used", AT - number * 9 * DAY), ("recent", AT - 6 * DAY), ("used", AT + DAY)],
        )
        for number in range(1, 6)
    ]
    made.append(make_lead(product, started_at=AT - timedelta(hours=1)))
    for lead in made:
        set_attributes(lead=lead, attributes={"title": "VP Sales"}, at=AT - 10 * DAY)
    score_due(at=AT)
    return made
