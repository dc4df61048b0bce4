"""What a line of fit says was found: the value as of the score's moment, and since when."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leads.models import Account, AttributeChange, Lead, Product
from rubrics import explain
from rubrics.explain import Scored
from rubrics.known import with_facts
from rubrics.models import RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead, make_product

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "facts",
    "signals": {"a": {}},
    "lists": {"personal": ["gmail.com"]},
    "criteria": [
        {"key": "size", "measure": "number_in_range", "attribute": "account.employees",
         "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "industry", "measure": "value_in_list",
         "attribute": ["account.industry", "lead.industry"],
         "tiers": [{"values": ["SaaS"], "points": 5}]},
        {"key": "tools", "measure": "overlaps", "attribute": "account.technologies",
         "tiers": [{"any_of": ["Slack"], "points": 5}]},
        {"key": "mail", "measure": "email_domain_in",
         "tiers": [{"list": "personal", "points": -5}]},
        {"key": "phone", "measure": "is_present", "attribute": "lead.phone",
         "tiers": [{"points": 2}]},
        {"key": "used", "measure": "count", "signals": ["a"], "tiers": [{"points": 10}]},
    ],
}  # fmt: skip


@pytest.fixture
def product() -> Product:
    return make_product("a")


@pytest.fixture
def version(product: Product) -> RubricVersion:
    return load_rubric(DOCUMENT, product=product, by=None, at=AT)


def know(of: Lead | Account, at: datetime, facts: dict[str, Any]) -> None:
    owner = {"lead": of} if isinstance(of, Lead) else {"account": of}
    AttributeChange.objects.bulk_create(
        AttributeChange(**owner, name=name, value=value, known_at=at, confirmed_at=at)
        for name, value in facts.items()
    )


@pytest.fixture
def lead(product: Product) -> Lead:
    """Somebody whose company grew from 40 to 1,445 five days ago, and shrinks tomorrow."""
    lead = make_lead(product, started_at=AT - 30 * DAY, account={})
    company = lead.account
    assert company is not None
    person = {"$account": company.pk, "email": "ada@mail.example", "industry": "SaaS", "phone": ""}
    know(lead, AT - 20 * DAY, person)
    small = {"employees": 40, "industry": None, "technologies": ["Slack", "Jira"]}
    know(company, AT - 10 * DAY, small)
    know(company, AT - 5 * DAY, {"employees": 1445})
    know(company, AT + DAY, {"employees": 9})
    return lead


def scored(version: RubricVersion, lead: Lead, at: datetime) -> Scored:
    found = explain.score_as_of(version.pk, subject_id=lead.pk, at=at)
    assert found is not None
    return found


def told(lines: Any) -> list[tuple[str, str, datetime | None]]:
    return [(line.key, line.measured, line.known_at) for line in lines]


def test_lines_say_what_was_found_at_their_moment(
    version: RubricVersion, lead: Lead, django_assert_num_queries: Any
) -> None:
    """The newest value by then; of several attributes the first known; of an e-mail the domain."""
    now = scored(version, lead, AT)
    with django_assert_num_queries(2):
        lines = with_facts(now.lines, now, subject_id=lead.pk)
    assert told(lines[:6]) == [
        ("size", "Company size 1,445", AT - 5 * DAY),
        ("industry", "Industry SaaS", AT - 20 * DAY),
        ("tools", "Tools Slack, Jira", AT - 10 * DAY),
        ("mail", "Email at mail.example", AT - 20 * DAY),
        ("phone", "", None),
        ("used", "", None),
    ]
    then = scored(version, lead, AT - 6 * DAY)
    (size, *_) = with_facts(then.lines, then, subject_id=lead.pk)
    assert (size.measured, size.points) == ("Company size 40", 0)


def test_what_is_unknown_says_nothing(version: RubricVersion, lead: Lead) -> None:
    """Before anything was known, and for somebody without a company."""
    early = scored(version, lead, AT - 25 * DAY)
    assert {line.measured for line in with_facts(early.lines, early, subject_id=lead.pk)} == {""}
    AttributeChange.objects.filter(name="$account").delete()
    now = scored(version, lead, AT)
    lines = with_facts(now.lines, now, subject_id=lead.pk)
    assert [line.key for line in lines if line.known_at] == ["industry", "mail"]


def test_of_an_account_its_own_facts_alone(
    product: Product, lead: Lead, django_assert_num_queries: Any
) -> None:
    of_accounts = {**DOCUMENT, "subject": "account", "criteria": DOCUMENT["criteria"][::2]}
    of_accounts["criteria"] = [c for c in of_accounts["criteria"] if c["key"] != "phone"]
    version = load_rubric(of_accounts, product=product, by=None, at=AT)
    account_id = lead.account_id
    assert account_id is not None
    now = explain.score_as_of(version.pk, subject_id=account_id, at=AT)
    assert now is not None
    with django_assert_num_queries(1):
        lines = with_facts(now.lines, now, subject_id=account_id)
    assert [line.key for line in lines if line.known_at] == ["size", "tools"]
