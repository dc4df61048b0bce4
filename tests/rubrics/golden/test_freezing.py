"""A real lead as facts of a golden lead: the same score, and no more of the person than counts."""

from datetime import timedelta
from typing import Any

import pytest

from leads.attributes import write_statements
from leads.models import Account, AttributeChange, Hit, Lead, Product, Signal, Trial
from rubrics.golden.freezing import Frozen, freeze, frozen_words
from rubrics.golden.shape import MOST_HITS
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, DOCUMENT

pytestmark = pytest.mark.django_db

CRITERIA: list[dict[str, Any]] = [
    *DOCUMENT["criteria"],
    {"key": "kinds", "measure": "distinct_values", "signals": ["used"], "per_unit": {"points": 1}},
    {"key": "session", "measure": "most_in_session", "signals": ["used"],
     "per_unit": {"points": 1}},
    {"key": "largest", "measure": "largest_value", "signals": ["recent"],
     "tiers": [{"at_least": 50, "points": 2}]},
    {"key": "title", "axis": "fit", "measure": "text_matches", "attribute": "lead.title",
     "keywords": ["VP"], "tiers": [{"points": 7}]},
    {"key": "mail", "axis": "fit", "measure": "email_domain_in", "domains": ["acme.example"],
     "tiers": [{"points": 3}]},
    {"key": "size", "axis": "fit", "measure": "number_in_range", "attribute": "account.employees",
     "ranges": [[100, 900]], "tiers": [{"points": 4}]},
    {"key": "grown", "axis": "fit", "measure": "attribute_growth", "period": "90d",
     "attribute": "account.employees", "tiers": [{"at_least": 50, "points": 5}]},
]  # fmt: skip


@pytest.fixture
def rich(product: Product) -> RubricVersion:
    return load_rubric({**DOCUMENT, "criteria": CRITERIA}, product=product, by=None, at=AT)


def freeze_by(version: RubricVersion, subject: Lead | Account) -> Frozen:
    return freeze([compiled(version.pk)], subject, at=AT)


def tell(account: Account, **known: Any) -> None:
    for name, values in known.items():
        write_statements("account", {account.pk: {name: values}})
    account.refresh_from_db()


def test_the_facts_score_as_the_lead_does_and_tell_no_more(rich: RubricVersion) -> None:
    lead = make_lead(
        rich.rubric.product,
        started_at=AT - 20 * DAY,
        ends_at=AT + 10 * DAY,
        lead={"email": "ann.secret@acme.example", "title": "VP Sales", "phone": "555"},
        account={"employees": 150, "industry": "SaaS"},
        hits=[
            ("used", AT - 3 * DAY, "secret report", "s-1"),
            ("used", AT - 2 * DAY, "other", "s-1"),
            ("used", AT - 2 * DAY, "secret report", "s-2"),
            ("recent", AT - DAY, 62.5),
        ],
    )
    account = lead.account
    assert account is not None
    growth = [(AT - 200 * DAY, 80), (AT - 10 * DAY, 150)]
    tell(account, employees=growth)
    frozen = freeze_by(rich, lead)
    assert frozen.is_faithful
    assert (frozen.live.fit, frozen.judgement.points) == (19, (15, 3, 2, 2, 2, 7, 3, 4, 5))
    assert frozen.facts == {
        "lead": {
            "email": "x@acme.example",
            "title": "VP Sales",
            "signed_up": "20d",
            "trial_ends": "-10d",
        },
        "account": {"employees": 150},
        "earlier": [
            {"ago": "200d", "account": {"employees": 80}},
            {"ago": "10d", "account": {"employees": 150}},
        ],
        "hits": [
            {"signal": "used", "ago": "3d", "value": "value 1", "session": "session 1"},
            {"signal": "used", "ago": "2d", "value": "value 2", "session": "session 1"},
            {"signal": "used", "ago": "2d", "value": "value 1", "session": "session 2"},
            {"signal": "recent", "ago": "1d", "value": 62.5},
        ],
    }
    assert list(frozen_words(frozen.facts)) == ["5 things known", "4 hits"]


def test_ages_are_exact_only_where_a_minute_counts(version: RubricVersion) -> None:
    """Within seconds of leaving the week it is inside; rounded to the minute it would not be."""
    second = timedelta(seconds=1)
    near = make_lead(
        version.rubric.product, hits=[("recent", AT - 7 * DAY + second)], started_at=AT - 9 * DAY
    )
    far = make_lead(
        version.rubric.product, hits=[("recent", AT - 6 * DAY - second)], started_at=AT - 9 * DAY
    )
    assert freeze_by(version, far).facts["hits"][0]["ago"] == "6d"
    kept = freeze_by(version, near)
    assert kept.is_faithful
    assert kept.facts["hits"][0]["ago"].endswith("m")


def test_signals_and_attributes_of_a_draft_are_kept_too(version: RubricVersion) -> None:
    criteria = [{**CRITERIA[0], "signals": ["new"]}, CRITERIA[5]]
    document = {**DOCUMENT, "signals": {"new": {}}, "criteria": criteria}
    draft = load_rubric(document, product=version.rubric.product, by=None, at=AT)
    lead = make_lead(
        version.rubric.product, lead={"title": "VP"}, hits=[("new", AT - DAY)], started_at=AT - DAY
    )
    frozen = freeze([compiled(version.pk), compiled(draft.pk)], lead, at=AT)
    assert frozen.facts["hits"] == [{"signal": "new", "ago": "1d"}]
    assert frozen.facts["lead"]["title"] == "VP"


def test_other_products_count_where_the_rubric_asks_for_them(product: Product) -> None:
    document = {
        **DOCUMENT,
        "cross_product": {"points": 6, "within": "30d", "products": 2},
    }
    draft = load_rubric(document, product=product, by=None, at=AT)
    other = Product.objects.create(key="other", name="Other")
    Signal.objects.create(product=other, key="opened", name="Opened")
    lead = make_lead(product, hits=[("used", AT - DAY)])
    Trial.objects.create(lead=lead, product=other, started_at=AT)
    make_hits(other, lead.pk, [("opened", AT - DAY)])
    frozen = freeze_by(draft, lead)
    assert frozen.is_faithful
    assert frozen.judgement.behavior == 11
    assert frozen.facts["hits"][1] == {"signal": "opened", "ago": "1d", "product": "product 1"}


def test_an_account_is_kept_with_its_members(product: Product) -> None:
    document = {
        **DOCUMENT,
        "subject": "account",
        "criteria": [
            {"key": "users", "measure": "active_users", "signals": ["used"],
             "per_unit": {"points": 4}},
            {"key": "domain", "measure": "users_on_domain", "tiers": [{"points": 3}]},
            {"key": "departments", "measure": "departments", "signals": ["used"],
             "tiers": [{"at_least": 2, "points": 2}]},
        ],
    }  # fmt: skip
    draft = load_rubric(document, product=product, by=None, at=AT)
    account = Account.objects.create(name="Acme", attributes={"domain": "acme.example"})
    for name, department in (("ann", "Sales"), ("ben", "Support")):
        member = make_lead(
            product,
            started_at=AT - 9 * DAY,
            lead={"email": f"{name}@acme.example", "department": department, "title": "VP"},
            hits=[("used", AT - DAY)],
        )
        Lead.objects.filter(pk=member.pk).update(account=account)
    frozen = freeze_by(draft, account)
    assert frozen.is_faithful
    assert frozen.judgement.points == (8, 3, 2)
    assert frozen.facts["members"][1] == {
        "name": "Member 2",
        "lead": {"department": "Support", "email": "x@acme.example", "signed_up": "9d"},
        "hits": [{"signal": "used", "ago": "1d"}],
    }
    assert next(iter(frozen_words(frozen.facts))) == "2 members"


def test_what_cannot_be_kept_is_refused(version: RubricVersion) -> None:
    stranger = Lead.objects.create(name="Stranger")
    with pytest.raises(SpecError, match="does not score Stranger"):
        freeze_by(version, stranger)
    with pytest.raises(SpecError, match="scores leads"):
        freeze_by(version, Account.objects.create(name="Acme"))
    busy = make_lead(version.rubric.product)
    signal = Signal.objects.get(key="used")
    Hit.objects.bulk_create(
        Hit(lead=busy, signal=signal, occurred_at=AT, event_id=-number)
        for number in range(1, MOST_HITS + 2)
    )
    with pytest.raises(SpecError, match=r"did 5,001 things that count; 5,000 at most"):
        freeze_by(version, busy)


def test_freezing_leaves_no_trace(version: RubricVersion) -> None:
    lead = make_lead(version.rubric.product, hits=[("used", AT)], account={"employees": 1})
    before = Lead.objects.count(), AttributeChange.objects.count(), Hit.objects.count()
    freeze_by(version, lead)
    assert before == (
        Lead.objects.count(), AttributeChange.objects.count(), Hit.objects.count(),
    )  # fmt: skip
