"""The demo's golden leads come out as agreed, each for its own reason."""

from datetime import UTC, datetime

import pytest

from integrations.demo.golden import AGREED, keep_golden_leads
from integrations.demo.rubrics import publish_rubrics
from leads.models import Product
from rubrics.golden.checking import judge_golden_leads
from rubrics.mappers import compiled

AT = datetime(2026, 6, 3, 15, tzinfo=UTC)


@pytest.mark.django_db
def test_golden_leads_of_the_demo() -> None:
    product = Product.objects.create(key="demo", name="Demo")
    of_leads, _ = publish_rubrics(product, at=AT)
    keep_golden_leads(of_leads.rubric, by=None, at=AT)
    results = judge_golden_leads(compiled(of_leads.pk), list(of_leads.rubric.golden_leads.active()))
    assert [one.problems for one in results] == [()] * len(AGREED)
    champion, student, competitor, tourist = (one.judgement for one in results)
    assert champion and student and competitor and tourist  # noqa: PT018 - narrows them all
    assert student.behavior == competitor.behavior == champion.behavior
    assert student.fit < 15
    assert tourist.fit == champion.fit
