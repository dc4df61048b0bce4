"""A product whose leads' scores and outcomes can be worked out by hand."""

from datetime import datetime, timedelta

import pytest

from leads.models import AttributeChange, Lead, Outcome, Product
from rubrics.models import RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead, make_product
from tests.rubrics.scored import DOCUMENT
from tests.stock import written_once

DAY = timedelta(days=1)
SINCE = AT - 200 * DAY


@pytest.fixture
@written_once
def product() -> Product:
    return make_product("used", "recent")


@pytest.fixture
@written_once
def version(product: Product) -> RubricVersion:
    """5 points a use, 3 for a recent one; 10 in all, of behavior, make a PQL. A draft."""
    return load_rubric(DOCUMENT, product=product, by=None, at=AT)


def add_lead(
    product: Product, *, uses: int, converted: int | None, started_at: datetime = SINCE
) -> Lead:
    """A lead that used the product so often in its first days, and converted so many days after
    its sign-up, or not; in a team plan if it used it at all."""
    lead = make_lead(product, started_at=started_at, hits=[("used", started_at + DAY)] * uses)
    AttributeChange.objects.create(
        lead=lead,
        name="plan",
        value="team" if uses else "solo",
        known_at=started_at,
        confirmed_at=started_at,
    )
    if converted is not None:
        at = started_at + converted * DAY
        Outcome.objects.create(lead=lead, product=product, kind="converted", occurred_at=at)
    return lead


@pytest.fixture
@written_once
def leads(product: Product) -> list[Lead]:
    """Forty looked at after 14 days, a day apart: of 20 that used it twice, 15 convert; of 20 that
    did not, 3. And one that converted too early, and a last one whose time is not over."""
    groups = [(2, 15), (0, 3)]
    made = [
        add_lead(
            product,
            uses=uses,
            converted=30 if number < positives else None,
            started_at=SINCE + number * DAY,
        )
        for uses, positives in groups
        for number in range(20)
    ]
    early = add_lead(product, uses=2, converted=5)
    late = add_lead(product, uses=2, converted=None, started_at=AT - 10 * DAY)
    return [*made, early, late]
