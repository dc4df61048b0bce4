"""Leads as of their own moments: nothing later is seen of hits, attributes or segments."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leads.models import AttributeChange, Lead, Product
from rubrics.backtests.examples import Asked
from rubrics.backtests.reading import judge_past, see_past
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from tests.rubrics.makers import AT, make_lead, make_product
from tests.rubrics.scored import DOCUMENT

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def product() -> Product:
    return make_product("used", "recent")


def version(product: Product, **values: Any) -> Compiled:
    return compile_for(parse_document({**DOCUMENT, **values}), product_id=product.pk)


def know(lead: Lead, name: str, value: Any, at: datetime) -> None:
    AttributeChange.objects.create(lead=lead, name=name, value=value, known_at=at, confirmed_at=at)


def test_see_past_sees_nothing_later(product: Product) -> None:
    lead = make_lead(
        product,
        started_at=AT - 30 * DAY,
        hits=[("used", AT - 5 * DAY), ("recent", AT), ("used", AT + DAY)],
    )
    know(lead, "title", "VP", AT - 9 * DAY)
    know(lead, "title", "CEO", AT + DAY)
    know(lead, "email", "somebody@example.com", AT - 9 * DAY)
    know(lead, "about", "x" * 61, AT - 9 * DAY)
    know(lead, "tools", ["Slack", "Jira"], AT - 9 * DAY)
    small = version(product)
    (seen,) = see_past([small, small], [Asked(lead.pk, AT - timedelta(microseconds=1), True)])
    assert [row.values for row in seen.measured] == [(1.0, 0.0), (1.0, 0.0)]
    assert seen.signals == (small.names.signal_ids["used"],)
    assert seen.attributes == {"lead.title": "VP", "lead.tools": ["Slack", "Jira"]}


def test_judge_past_those_of_the_segment_only(product: Product) -> None:
    leads = [make_lead(product, started_at=AT - 30 * DAY) for _ in range(2)]
    know(leads[0], "plan", "team", AT - DAY)
    know(leads[1], "plan", "team", AT + DAY)
    segment = {
        "name": "Teams",
        "order": 1,
        "when": [{"measure": "value_in_list", "attribute": "lead.plan", "values": ["team"]}],
    }
    asked = [Asked(lead.pk, AT, False) for lead in leads]
    found = judge_past([version(product, segment=segment)], asked)
    assert [one.subject_id for one, _ in found] == [leads[0].pk]
    assert [one.subject_id for one, _ in judge_past([version(product)], asked)] == [
        lead.pk for lead in leads
    ]
    assert judge_past([version(product)], []) == []
