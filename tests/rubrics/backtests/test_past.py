"""What became of past leads, and of accounts: the first outcomes, and where the facts end."""

import pytest

from leads.models import Lead, Outcome, Product
from rubrics.backtests.examples import Past
from rubrics.backtests.past import (
    count_past,
    is_anybody_there,
    known_span,
    read_ages,
    read_past,
    sample_ages,
)
from tests.rubrics.backtests.test_examples import DAY, SINCE, question
from tests.rubrics.makers import AT, make_lead, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return make_product("used")


def add(product: Product | None, lead: Lead, kind: str, days: int) -> None:
    Outcome.objects.create(product=product, lead=lead, kind=kind, occurred_at=SINCE + days * DAY)


def test_read_past_first_outcomes_of_this_product_or_of_none(product: Product) -> None:
    leads = [make_lead(product, started_at=SINCE + number * DAY) for number in range(3)]
    make_lead(product, started_at=SINCE - DAY)
    other = make_product(key="other")
    add(product, leads[0], "converted", 30)
    add(None, leads[0], "closed_won", 20)
    add(product, leads[0], "closed_lost", 25)
    add(other, leads[1], "converted", 5)
    add(product, leads[1], "opportunity", 6)
    asked = question(product_id=product.pk)
    assert read_past(asked, after=0, limit=2) == (
        [
            Past(leads[0].pk, SINCE, SINCE + 20 * DAY, SINCE + 25 * DAY),
            Past(leads[1].pk, SINCE + DAY),
        ],
        leads[1].pk,
        2,
    )
    last = leads[2].pk
    assert read_past(asked, after=leads[1].pk, limit=2) == ([Past(last, SINCE + 2 * DAY)], last, 1)
    assert read_past(asked, after=last, limit=2) == ([], None, 0)
    with_opportunities = question(product_id=product.pk, kinds=("opportunity",))
    assert read_past(with_opportunities, after=0, limit=2).past[1].converted_at == SINCE + 6 * DAY
    assert count_past(asked) == 3
    assert is_anybody_there(asked)
    assert not is_anybody_there(question(product_id=other.pk))


def test_known_span_ends_with_the_last_fact(product: Product) -> None:
    assert known_span(product.pk, at=AT) is None
    lead = make_lead(product, started_at=SINCE)
    assert known_span(product.pk, at=AT) == (SINCE, SINCE)
    add(product, lead, "converted", 30)
    assert known_span(product.pk, at=AT) == (SINCE, SINCE + 30 * DAY)
    add(product, lead, "closed_won", 300)
    assert known_span(product.pk, at=AT) == (SINCE, SINCE + 30 * DAY)


def test_read_ages_are_spread_as_conversions_were(product: Product) -> None:
    asked = question(product_id=product.pk)
    assert read_ages(asked) == ()
    for days in (10, 20):
        add(product, make_lead(product, started_at=SINCE), "converted", days)
    assert read_ages(asked) == (10 * DAY,) * 10 + (20 * DAY,) * 10
    assert sample_ages(asked, most=9) == read_ages(asked)
    assert sample_ages(asked, most=1) == (20 * DAY,) * 20
