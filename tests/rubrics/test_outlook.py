"""What may come: next steps, what would make a lead a PQL, and until when it stays one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given

from leads.models import Lead, Product
from rubrics import explain, outlook
from rubrics.evidence import contacts
from rubrics.explain import Scored
from rubrics.mappers import Compiled
from rubrics.outlook import Until
from rubrics.scoring.advice import Advice
from tests.oracle.facts import Person
from tests.oracle.judging import judge
from tests.oracle.strategies import SIGNALS
from tests.rubrics.engine import candidates, compile_document, frozen_attributes, generated
from tests.rubrics.makers import (
    AT,
    make_hits,
    make_lead,
    make_product,
    rolled_back,
    store_persons,
)
from tests.rubrics.test_oracle_property import Spec, worlds

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "activity_signals": ["a", "b", "c"],
    "thresholds": {"total": 40, "fit": 15, "behavior": 20},
    "decay": {"mode": "periods", "points": 5, "period": "30d", "floor": 0, "silence": "larger"},
    "criteria": [
        {"key": "size", "measure": "number_in_range", "attribute": "account.employees",
         "tiers": [{"ranges": [[50, 500]], "points": 15, "label": "50 to 500 employees"}]},
        {"key": "invites", "name": "Invites", "measure": "count", "signals": ["a"],
         "tiers": [{"at_least": 1, "points": 10}, {"at_least": 2, "points": 15}]},
        {"key": "week", "name": "Week one", "measure": "count", "signals": ["b"],
         "window": {"first": "7d"}, "tiers": [{"points": 30}]},
        {"key": "recent", "name": "Recent", "measure": "count", "signals": ["a", "b"],
         "window": {"last": "20d"}, "per_unit": {"points": 5, "max": 4}},
        {"key": "idle", "name": "Days without a", "role": "silence", "measure": "days_since",
         "signals": ["a"], "per_period": {"points": -10, "period": "14d"}},
    ],
}  # fmt: skip


@pytest.fixture
def product() -> Product:
    return make_product(*SIGNALS)


@pytest.fixture
def version(product: Product) -> Compiled:
    return compile_document(DOCUMENT, product)


def make(product: Product, *hits: tuple[str, datetime], employees: object = 120) -> Lead:
    account = {} if employees is None else {"employees": employees}
    return make_lead(product, started_at=AT - 30 * DAY, account=account, hits=hits)


def now(version: Compiled, lead: Lead, at: datetime = AT) -> Scored:
    scored = explain.score_now(version, subject_id=lead.pk, at=at)
    assert scored is not None
    return scored


def test_contacts_are_the_last_hit_of_each_column(version: Compiled, product: Product) -> None:
    """One query: hits later than the moment, outside the window or of another lead do not count;
    and in the first week, which is over, nothing more would."""
    lead = make(product, ("a", AT - 25 * DAY), ("b", AT - 3 * DAY), ("a", AT + MICROSECOND))
    make(product, ("a", AT))
    with CaptureQueriesContext(connection) as queries:
        found = contacts(version, subject_id=lead.pk, at=AT)
    assert len(queries) == 1
    assert found.last == {1: AT - 25 * DAY, 3: AT - 3 * DAY, 4: AT - 25 * DAY}
    assert found.open == {1, 3, 4}
    early = contacts(version, subject_id=lead.pk, at=AT - 23 * DAY - MICROSECOND)
    assert early.open == {1, 2, 3, 4}


def test_contacts_of_who_does_not_try_the_product(version: Compiled) -> None:
    found = contacts(version, subject_id=0, at=AT)
    assert (found.last, found.open) == ({}, frozenset())


def test_detailed_lines(version: Compiled, product: Product) -> None:
    lead = make(product, ("a", AT - 3 * DAY), employees=None)
    told = outlook.detailed(now(version, lead), subject_id=lead.pk)
    assert [(line.key, line.measured, line.last_at, line.next_step) for line in told] == [
        ("size", "", None, "Once known: 0 to +15 points"),
        ("invites", "Did a", AT - 3 * DAY, "“Did a” once more: +5"),
        ("week", "Did b ×0 in the first 7 days", None, ""),
        ("recent", "Did a or Did b in the last 20 days", AT - 3 * DAY,
         "“Did a or Did b” once more in the last 20 days: +5"),
        ("idle", "No “Did a” for 3 days", AT - 3 * DAY, ""),
    ]  # fmt: skip


def test_advice_knows_what_hits_move(version: Compiled, product: Product) -> None:
    """A hit of a also counts among the recent ones; week one is over, so b gives only those."""
    lead = make(product, ("a", AT - 3 * DAY))
    told = outlook.advice(now(version, lead), subject_id=lead.pk)
    assert told.short == "10 short"
    best, *_ = told.suggestions
    assert best.words == "10 short: “Did a” once more (+5) makes the total 40"
    assert best.follows == "Recent +5"
    assert best.judgement.total == 40
    make_hits(product, lead.pk, [("a", AT)])
    scored = now(version, lead)
    assert scored.judgement.total == 40
    assert outlook.advice(scored, subject_id=lead.pk) == Advice()


def test_pql_until_a_hit_leaves_its_window(version: Compiled, product: Product) -> None:
    lead = make(product, ("a", AT - 5 * DAY), ("a", AT - DAY))
    until = outlook.pql_until(now(version, lead), subject_id=lead.pk)
    assert until == Until(AT + 13 * DAY, "No “Did a” for 14 days: −10")
    assert now(version, lead, AT + 13 * DAY - MICROSECOND).judgement.is_pql


def test_pql_for_good(version: Compiled, product: Product) -> None:
    lasting = {
        **DOCUMENT, "decay": {"mode": "none"}, "criteria": DOCUMENT["criteria"][:3],
    }  # fmt: skip
    lead = make(product, ("a", AT), ("b", AT - 29 * DAY))
    scored = now(compile_document(lasting, product), lead)
    assert scored.judgement.is_pql
    assert outlook.pql_until(scored, subject_id=lead.pk) is None


def test_pql_until_gives_a_bound_after_many_measurements(
    version: Compiled, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlook, "MOST_QUERIES", 0)
    lead = make(product, ("a", AT - 5 * DAY), ("a", AT - DAY))
    until = outlook.pql_until(now(version, lead), subject_id=lead.pk)
    assert until == Until(AT + 13 * DAY, is_exact=False)


def test_pql_until_a_number_fades(product: Product) -> None:
    """Two hits fade from 2 to 1.5: to the microsecond, though foretold a little early."""
    fading = {
        **DOCUMENT, "decay": {"mode": "none"}, "thresholds": {"total": 10, "fit": 0, "behavior": 1},
        "criteria": [{"key": "often", "measure": "weighted_count", "signals": ["a"],
                      "half_life": "30d", "tiers": [{"at_least": 1.5, "points": 10}]}],
    }  # fmt: skip
    lead = make(product, ("a", AT), ("a", AT))
    version = compile_document(fading, product)
    until = outlook.pql_until(now(version, lead), subject_id=lead.pk)
    assert until is not None
    assert until.is_exact
    assert abs(until.at - AT - 30 * DAY * 0.4150374992788438) < timedelta(milliseconds=1)
    assert not now(version, lead, until.at).judgement.is_pql
    assert now(version, lead, until.at - MICROSECOND).judgement.is_pql


@generated
@given(world=worlds(2))
def test_pql_until_equals_stepping(
    world: tuple[datetime, Spec, list[Person]], product: Product
) -> None:
    """Against the oracle: a PQL at every moment before, none at the moment itself."""
    at, document, people = world
    people = [frozen_attributes(person, at) for person in people]
    compiled = compile_document(document, product)
    with rolled_back():
        ids = store_persons(people, product)
        for lead_id, person in zip(ids, people, strict=True):
            scored = explain.score_now(compiled, subject_id=lead_id, at=at)
            assert scored is not None
            if not scored.judgement.is_pql:
                continue
            until = outlook.pql_until(scored, subject_id=lead_id)
            end = at + outlook.HORIZON if until is None else until.at
            if until is not None and until.is_exact:
                assert not judge(document, person, until.at).is_pql
            moments = [*candidates(person, at, end), end - MICROSECOND]
            for moment in moments:
                assert judge(document, person, moment).is_pql, (document, person, moment)
