"""An account's score is explained as a lead's: lines, events, past moments, what may come."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from leads.attributes import ACCOUNT, write_statements
from leads.models import Account, Lead, Product
from rubrics import explain, outlook
from rubrics.evidence import contacts, evidence
from rubrics.explain import Scored
from rubrics.mappers import compiled
from rubrics.models import RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_hits
from tests.rubrics.teams import DAY, DOCUMENT, join, make_company, publish_companies
from tests.stock import written_once

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
@written_once
def version(product: Product) -> RubricVersion:
    return publish_companies(product)


@pytest.fixture
@written_once
def company(version: RubricVersion) -> Account:
    """Ann shared it; Bo, who joined ten days ago, only used it before he did."""
    product, acme = version.rubric.product, make_company(AT, employees=120, domain="acme.example")
    hits = [("used", AT - 5 * DAY), ("shared", AT - 3 * DAY), ("used", AT + DAY)]
    join(product, acme, "Ann", at=AT - 60 * DAY, hits=hits)
    join(product, acme, "Bo", at=AT - 10 * DAY, hits=[("used", AT - 40 * DAY)])
    return acme


def now(version: RubricVersion, company: Account, at: datetime = AT) -> Scored:
    scored = explain.score_now(compiled(version.pk), subject_id=company.pk, at=at)
    assert scored is not None
    return scored


def test_lines_say_what_was_measured_and_what_comes_next(
    version: RubricVersion, company: Account, django_assert_num_queries: Any
) -> None:
    scored = now(version, company)
    with django_assert_num_queries(2):
        told = outlook.detailed(scored, subject_id=company.pk)
    assert [(line.key, line.points, line.measured, line.next_step) for line in told] == [
        ("size", 15, "Company size 120", ""),
        ("users", 10, "Used it: 1 user in the last 30 days",
         "“Used it” by 1 more user in the last 30 days: +10"),
        ("share", 5, "Used it: 100 % of users", ""),
        ("shares", 5, "Shared it", "“Shared it” once more: +5"),
        ("domain", 0, "0 users with an e-mail of the account's domain",
         "5 users with an e-mail of the account's domain: +5"),
    ]  # fmt: skip
    assert [line.last_at for line in told] == [
        None, AT - 5 * DAY, AT - 5 * DAY, AT - 3 * DAY, None,
    ]  # fmt: skip
    assert told[0].known_at == AT - 100 * DAY


def test_contacts_of_all_who_belong_to_it_then(version: RubricVersion, company: Account) -> None:
    spec = compiled(version.pk)
    assert contacts(spec, subject_id=company.pk, at=AT).users == 2
    before = contacts(spec, subject_id=company.pk, at=AT - 10 * DAY - MICROSECOND)
    assert (before.users, before.last) == (1, {})
    assert contacts(spec, subject_id=0, at=AT).open == frozenset()


def found(version: RubricVersion, company: Account, key: str, at: datetime = AT) -> list[Any]:
    hits = evidence(version.pk, subject_id=company.pk, criterion_key=key, at=at)
    return [(hit.lead.name, hit.signal, hit.occurred_at) for hit in hits]


def test_evidence_is_of_all_its_people_and_says_whose(
    version: RubricVersion, company: Account
) -> None:
    """Newest first, only what counted; who has left since still counted then."""
    stranger = make_company(AT)
    join(version.rubric.product, stranger, "Cy", at=AT - DAY, hits=[("used", AT)])
    assert found(version, company, "share") == [
        ("Ann", "Used it", AT - 5 * DAY), ("Bo", "Used it", AT - 40 * DAY),
    ]  # fmt: skip
    assert found(version, company, "users") == [("Ann", "Used it", AT - 5 * DAY)]
    assert found(version, company, "size") == found(version, company, "domain") == []
    ann = Lead.objects.get(name="Ann")
    write_statements("lead", {ann.pk: {ACCOUNT: [(AT + DAY, None)]}})
    assert found(version, company, "users") == [("Ann", "Used it", AT - 5 * DAY)]
    assert found(version, company, "users", AT + DAY) == []


@pytest.mark.parametrize(
    ("at", "behavior", "share"),
    [
        pytest.param(AT - 60 * DAY, 0, 0, id="Ann has just joined"),
        pytest.param(AT - 10 * DAY - MICROSECOND, 0, 0, id="Bo is no member yet"),
        pytest.param(AT - 10 * DAY, 0, 50, id="with what he did before he joined"),
        pytest.param(AT - 5 * DAY, 15, 100, id="Ann used it at this very moment"),
        pytest.param(AT, 20, 100, id="and shared it since"),
    ],
)
def test_score_as_of(
    version: RubricVersion, company: Account, at: datetime, behavior: int, share: float
) -> None:
    scored = explain.score_as_of(version.pk, subject_id=company.pk, at=at)
    assert scored is not None
    assert (scored.judgement.behavior, scored.measured.values[2]) == (behavior, share)
    assert scored.judgement.behavior == sum(line.points for line in scored.lines[1:])


def test_score_as_of_nobody(version: RubricVersion) -> None:
    empty = Account.objects.create()
    assert explain.score_as_of(version.pk, subject_id=empty.pk, at=AT) is None


def test_two_moments_and_two_versions_compared(version: RubricVersion, company: Account) -> None:
    then = explain.score_as_of(version.pk, subject_id=company.pk, at=AT - 10 * DAY)
    now = explain.score_as_of(version.pk, subject_id=company.pk, at=AT)
    assert then is not None
    assert now is not None
    assert explain.compare(then, now).sentences == (
        "Total 15 → 35",
        "Behavior 0 → 20: Active users +10 (was 0): Used it: 1 user in the last 30 days;"
        " Share active +5 (was 0): Used it: 100 % of users; Shared +5 (was 0): Shared it",
    )
    fewer = {**DOCUMENT, "criteria": DOCUMENT["criteria"][:2]}
    draft = load_rubric(fewer, product=version.rubric.product, by=None, at=AT)
    other = explain.score_as_of(draft.pk, subject_id=company.pk, at=AT)
    assert other is not None
    assert "Shared gone (was +5)" in explain.compare(now, other).sentences[1]


def test_advice_is_what_its_people_can_do(version: RubricVersion, company: Account) -> None:
    """What is advised suffices once it is done: Bo uses it, or somebody shares it once more."""
    told = outlook.advice(now(version, company), subject_id=company.pk)
    assert [one.words for one in told.suggestions] == [
        "5 short: “Used it” by 1 more user in the last 30 days (+10) makes the total 45",
        "5 short: “Shared it” once more (+5) makes the total 40",
    ]
    bo = Lead.objects.get(name="Bo")
    make_hits(version.rubric.product, bo.pk, [("used", AT)])
    scored = now(version, company)
    assert (scored.judgement.total, scored.judgement.is_pql) == (45, True)


def test_nobody_is_advised_to_have_more_users_than_there_are(
    version: RubricVersion, product: Product
) -> None:
    """Who has yet to join may change other numbers too: the line says so, the advice does not."""
    acme = make_company(AT, employees=120)
    join(product, acme, "Ann", at=AT - DAY, hits=[("used", AT)])
    scored = now(version, acme)
    (_, users, *_) = outlook.detailed(scored, subject_id=acme.pk)
    assert users.next_step == "“Used it” by 1 more user in the last 30 days: +10"
    told = outlook.advice(scored, subject_id=acme.pk)
    assert [one.words for one in told.suggestions] == [
        "10 short: “Shared it” 2 times (+10) makes the total 40",
    ]
    small = make_company(AT, employees=5)
    join(product, small, "Cy", at=AT - DAY)
    told = outlook.advice(now(version, small), subject_id=small.pk)
    assert told.verdict == (
        "Fit is 0 and can be 0 at most, a PQL needs 15: nothing its people do makes it one"
    )


def test_pql_until_its_people_are_quiet(version: RubricVersion, company: Account) -> None:
    bo = Lead.objects.get(name="Bo")
    make_hits(version.rubric.product, bo.pk, [("used", AT - DAY)])
    until = outlook.pql_until(now(version, company), subject_id=company.pk)
    assert until is not None
    assert (until.at, until.is_exact) == (AT + 29 * DAY, True)
    assert now(version, company, until.at - MICROSECOND).judgement.is_pql
    assert not now(version, company, until.at).judgement.is_pql


def test_pql_until_measures_a_large_company_a_few_times_only(
    version: RubricVersion, company: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each measurement is of all its people: then the answer is a bound."""
    monkeypatch.setattr(outlook, "MOST_MEASURED", 1)
    bo = Lead.objects.get(name="Bo")
    make_hits(version.rubric.product, bo.pk, [("used", AT - n * DAY) for n in range(1, 9)])
    ann = Lead.objects.get(name="Ann")
    make_hits(version.rubric.product, ann.pk, [("used", AT - n * DAY) for n in range(1, 9)])
    until = outlook.pql_until(now(version, company), subject_id=company.pk)
    assert until is not None
    assert not until.is_exact
    assert until.at < AT + 29 * DAY
