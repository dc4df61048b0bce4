"""Accounts are scored by their leads' hits, whenever one of their leads changes, comes or goes."""

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from leads.merging import merge_leads
from leads.models import Account, AccountChange, Lead, LeadChange, Product
from leads.services import set_account_attributes, set_attributes
from rubrics import claims, scores
from rubrics.models import AccountScore, AccountScoreChange, RubricVersion
from rubrics.publishing import publish_now, retire_version
from rubrics.scoring.types import Subject
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, DOCUMENT, mark
from tests.stock import written_once

ACCOUNT_DOCUMENT: dict[str, Any] = {**DOCUMENT, "rubric": "companies", "subject": "account"}


def publish_for_accounts(product: Product, **sections: Any) -> RubricVersion:
    document = {**ACCOUNT_DOCUMENT, **sections}
    return publish_now(load_rubric(document, product=product, by=None, at=AT), by=None, at=AT)


@pytest.fixture
@written_once
def of_accounts(product: Product) -> RubricVersion:
    return publish_for_accounts(product)


def member(product: Product, account: Account | None, hits: int = 0) -> Lead:
    """A lead of the account that used the product so often."""
    lead = make_lead(product, hits=[("used", AT)] * hits)
    Lead.objects.filter(pk=lead.pk).update(account=account)
    return lead


def work(at: datetime = AT) -> None:
    while scores.score_due(at=at, limit=3) >= 3:
        pass


def totals() -> dict[int, int]:
    return dict(AccountScore.objects.values_list("account_id", "total"))


def test_account_is_scored_by_all_its_leads(product: Product, of_accounts: RubricVersion) -> None:
    acme, empty = Account.objects.create(), Account.objects.create()
    leads = [member(product, acme, hits=2), member(product, acme, hits=1), member(product, None, 9)]
    mark(*leads)
    work()
    assert totals() == {acme.pk: 15}
    assert not LeadChange.objects.exists()
    assert not AccountChange.objects.exists()
    change = AccountScoreChange.objects.get()
    assert (change.account_id, change.total, change.crossed) == (acme.pk, 15, True)
    assert empty.pk not in totals()


def test_nothing_is_asked_of_accounts_without_a_rubric_for_them(
    product: Product, version: RubricVersion
) -> None:
    mark(member(product, Account.objects.create(), hits=1))
    assert scores.score_due(at=AT) == 1
    assert not AccountChange.objects.exists()


def test_publishing_asks_for_every_account_that_tries_the_product(
    product: Product, of_accounts: RubricVersion
) -> None:
    acme, other = Account.objects.create(), Account.objects.create()
    member(product, acme, hits=1)
    Lead.objects.create(account=other)  # without a trial
    version = publish_for_accounts(product)
    assert [change.account for change in AccountChange.objects.all()] == [acme]
    assert not LeadChange.objects.exists()
    work()
    assert totals() == {acme.pk: 5}
    retire_version(version, by=None, at=AT)
    work()
    assert totals() == {}


def test_lead_that_changes_its_account_counts_where_it_is(
    product: Product, of_accounts: RubricVersion
) -> None:
    """Of statements for one moment only one stays in the history: the other account is told too."""
    accounts = [Account.objects.create() for _ in range(3)]
    lead = member(product, None, hits=2)
    for number, account in enumerate(accounts):
        set_attributes(lead=lead, attributes={"$account": account.pk}, at=AT)
        work()
        assert totals() == {account.pk: 10}, number
    set_attributes(lead=lead, attributes={"$account": None}, at=AT + DAY)
    work()
    assert totals() == {}


def test_merged_lead_leaves_its_account(product: Product, of_accounts: RubricVersion) -> None:
    acme, other = Account.objects.create(), Account.objects.create()
    winner, loser = member(product, acme, hits=1), member(product, other, hits=2)
    mark(winner, loser)
    work()
    assert totals() == {acme.pk: 5, other.pk: 10}
    merge_leads(winner=winner, loser=loser, reason="alias", at=AT)
    work()
    assert totals() == {acme.pk: 15}


def test_attribute_of_the_account_asks_for_its_score(product: Product) -> None:
    size = {"key": "size", "axis": "fit", "measure": "is_present", "attribute": "account.employees"}
    publish_for_accounts(product, criteria=[{**size, "tiers": [{"points": 7}]}])
    acme = Account.objects.create()
    mark(member(product, acme))
    work()
    assert totals() == {acme.pk: 0}
    set_account_attributes(account=acme, attributes={"employees": 3}, at=AT)
    work()
    assert totals() == {acme.pk: 7}


def test_account_scores_come_due(product: Product, of_accounts: RubricVersion) -> None:
    """The recent hit leaves its window after exactly 7 days; later a period of silence is over."""
    acme = Account.objects.create()
    lead = member(product, acme, hits=1)
    make_hits(product, lead.pk, [("recent", AT)])
    mark(lead)
    work()
    assert totals() == {acme.pk: 8}
    for days, total in ((7, 5), (30, 0)):
        due = AccountScore.objects.get().due_at
        assert due == AT + days * DAY
        assert scores.score_due(at=due - timedelta(microseconds=1)) == 0
        assert scores.score_due(at=due) == 1
        assert totals() == {acme.pk: total}


def test_rescore_of_accounts(product: Product, of_accounts: RubricVersion) -> None:
    accounts = [Account.objects.create() for _ in range(3)]
    for number, account in enumerate(accounts):
        member(product, account, hits=number)
        member(product, account, hits=1)
    assert scores.rescore(version=of_accounts, at=AT, after=accounts[0].pk) == 2
    assert totals() == {accounts[1].pk: 10, accounts[2].pk: 15}
    parts = scores.chunks(product.pk, subject=Subject.ACCOUNT, size=2)
    assert [(part.low, part.high, part.count) for part in parts] == [
        (accounts[0].pk, accounts[1].pk, 2),
        (accounts[2].pk, accounts[2].pk, 1),
    ]


def test_segments_of_accounts(product: Product, of_accounts: RubricVersion) -> None:
    large = {"measure": "is_present", "attribute": "account.large"}
    publish_for_accounts(
        product, rubric="large", segment={"name": "Large", "order": 1, "when": [large]}
    )
    accounts = [Account.objects.create(attributes=known) for known in ({}, {"large": True})]
    mark(*(member(product, account, hits=1) for account in accounts))
    work()
    chosen = AccountScore.objects.order_by("account").values_list("rubric__key", flat=True)
    assert list(chosen) == ["companies", "large"]


@pytest.mark.parametrize("seed", range(3))
def test_incremental_equals_fresh_in_any_order(
    product: Product, of_accounts: RubricVersion, seed: int
) -> None:
    """Leads act, come and go, merge; scored in between or once at the end: the same rows."""
    dice = random.Random(seed)
    accounts = [Account.objects.create() for _ in range(3)]
    leads = [member(product, dice.choice([*accounts, None])) for _ in range(6)]
    mark(*leads)
    for hour in range(25):
        moment = AT + timedelta(hours=hour * dice.choice([1, 30]))
        lead = dice.choice(leads)
        if hour in {9, 17}:
            loser = leads.pop()
            merge_leads(winner=leads[0], loser=loser, reason="alias", at=moment)
        elif dice.random() < 0.4:
            account = dice.choice([None, *(account.pk for account in accounts)])
            known_at = AT + dice.choice([-1, 0, 1]) * DAY
            set_attributes(lead=lead, attributes={"$account": account}, at=known_at)
        else:
            make_hits(product, lead.pk, [(dice.choice(["used", "recent"]), moment)])
            mark(lead, at=moment)
        if dice.random() < 0.5:
            scores.score_due(at=moment, limit=dice.choice([1, 2, 500]))
    last = AT + 90 * DAY
    work(last)
    fields = ("account_id", "total", "is_pql", "measures", "points", "last_activity_at", "due_at")
    incremental = list(AccountScore.objects.order_by("account_id").values_list(*fields))
    assert incremental
    AccountScore.objects.all().delete()
    scores.rescore(version=of_accounts, at=last)
    fresh = AccountScore.objects.order_by("account_id").values_list(*fields)
    for ours, theirs in itertools.zip_longest(incremental, fresh):
        assert ours == theirs


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_leads_and_accounts() -> None:
    """In parallel, with leads moving meanwhile, nothing is lost and nobody waits for another."""
    product = Product.objects.create(key="app", name="App")
    version = publish_for_accounts(product)
    accounts = [Account.objects.create() for _ in range(4)]
    leads = [member(product, accounts[number % 4], hits=1) for number in range(20)]
    mark(*leads)
    start = threading.Barrier(3)

    def scorer() -> None:
        start.wait()
        try:
            for _ in range(25):
                scores.score_due(at=AT, limit=3)
        finally:
            connection.close()

    def mover() -> None:
        start.wait()
        try:
            for number, lead in enumerate(leads[:10]):
                goal = accounts[(number + 1) % 4].pk
                set_attributes(lead=lead, attributes={"$account": goal}, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        for future in [pool.submit(scorer), pool.submit(scorer), pool.submit(mover)]:
            future.result(60)
    later = AT + claims.LEASE + timedelta(seconds=1)
    work(later)
    assert not AccountChange.objects.exists()
    found = totals()
    AccountScore.objects.all().delete()
    scores.rescore(version=version, at=later)
    assert totals() == found
