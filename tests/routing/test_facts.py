from datetime import timedelta

import pytest

from leads.models import Lead
from routing.facts import facts_of
from rubrics.models import AccountScore
from tests.factories.rubrics import AT, LeadFactory, ProductFactory, ScoreFactory, TrialFactory

pytestmark = pytest.mark.django_db

NOW = AT + timedelta(hours=1)


def test_facts_are_those_of_the_lead_its_account_and_its_score() -> None:
    score = ScoreFactory.create(fit=32, behavior=60, tier=1)
    lead, account = score.lead, score.lead.account
    assert account is not None
    TrialFactory.create(lead=lead, product=score.product, ends_at=AT + timedelta(days=4))
    AccountScore.objects.create(
        account=account, product=score.product, rubric=score.rubric, version=score.version,
        at=AT, fit=10, fit_low=10, fit_high=10, behavior=60, total=70, is_pql=False,
        last_activity_at=AT, measures=[], points=[], changed_at=AT,
    )  # fmt: skip

    key = (lead.pk, score.product_id)
    facts = facts_of([key], at=NOW)[key]

    assert (facts.at, facts.lead_id, facts.product, facts.rubric) == (
        NOW,
        lead.pk,
        "suite",
        "small",
    )
    assert (facts.fit, facts.behavior, facts.total, facts.tier) == (32, 60, 92, 1)
    assert (facts.account_id, facts.account_total) == (account.pk, 70)
    assert (facts.country, facts.region, facts.industry, facts.employees) == (
        "US", "NA", "SaaS", 120,
    )  # fmt: skip
    assert facts.trial_ends_at == AT + timedelta(days=4)
    assert facts.value("lead.title") == "VP Sales"
    assert facts.value("lead.email") == lead.email
    assert facts.value("account.domain") == account.domain


def test_facts_of_a_lead_nothing_is_known_of() -> None:
    lead = Lead.objects.create()
    product = ProductFactory.create()
    key = (lead.pk, product.pk)
    found = facts_of([key, (lead.pk + 1, product.pk), (lead.pk, 0)], at=NOW)
    assert list(found) == [key]
    assert found[key].total is None
    assert (dict(found[key].lead), dict(found[key].account)) == ({}, {})
    assert facts_of([], at=NOW) == {}


# The fixture has no type that can be imported.
def test_facts_of_many_cost_as_many_queries_as_of_one(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    scores = ScoreFactory.create_batch(3)
    keys = [(score.lead_id, score.product_id) for score in scores]
    facts_of(keys, at=NOW)  # compiles the version
    with django_assert_num_queries(5):
        assert len(facts_of(keys, at=NOW)) == 3


def test_facts_of_two_products_stand_apart() -> None:
    lead = LeadFactory.create()
    score = ScoreFactory.create(lead=lead)
    other = ProductFactory.create(key="other", name="Other")
    found = facts_of([(lead.pk, score.product_id), (lead.pk, other.pk)], at=NOW)
    assert [facts.total for facts in found.values()] == [92, None]
