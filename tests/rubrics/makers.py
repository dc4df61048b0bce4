"""Rows for tests of the engine: a product with signals, and the oracle's leads in the database."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from leads.models import Account, AttributeChange, Hit, Lead, Product, Signal, Trial
from rubrics.golden import hit_values
from tests.oracle.facts import ELSEWHERE, NO_ACTIVITY, Known, Person, latest

AT = datetime(2026, 3, 31, 12, tzinfo=UTC)
FOREVER = datetime(9000, 1, 1, tzinfo=UTC)
_event_ids = itertools.count(-1, -1)  # negative: no event of the real ones


def make_product(*signals: str, key: str = "app") -> Product:
    """A product with signals of these keys."""
    product = Product.objects.create(key=key, name=key.capitalize())
    Signal.objects.bulk_create(
        Signal(product=product, key=signal, name=f"Did {signal}") for signal in signals
    )
    return product


def make_hits(product: Product, lead_id: int, hits: Iterable[tuple[Any, ...]]) -> list[Hit]:
    """Hits as ``(signal, moment[, value[, session]])``, in this order of arrival."""
    ids = dict(Signal.objects.filter(product=product).values_list("key", "pk"))
    return Hit.objects.bulk_create(
        Hit(
            lead_id=lead_id,
            signal_id=ids[signal],
            occurred_at=moment,
            event_id=next(_event_ids),
            **hit_values(value, session),
        )
        for signal, moment, value, session in (padded(hit) for hit in hits)
    )


def padded(hit: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*hit, None, None)[:4]


def make_lead(
    product: Product,
    *,
    started_at: datetime = AT,
    ends_at: datetime | None = None,
    lead: Mapping[str, Any] | None = None,
    account: Mapping[str, Any] | None = None,
    hits: Iterable[Any] = (),
) -> Lead:
    """A lead trying the product; attributes without a history."""
    company = Account.objects.create(attributes=dict(account)) if account is not None else None
    made = Lead.objects.create(account=company, attributes=dict(lead or {}))
    Trial.objects.create(lead=made, product=product, started_at=started_at, ends_at=ends_at)
    make_hits(product, made.pk, hits)
    return made


def store_persons(persons: Sequence[Person], product: Product) -> list[int]:
    """Write the oracle's leads, each with companies of its own; return the leads' ids."""
    return _store(persons, [_store_companies(person.companies) for person in persons], product)


def store_colleagues(people: Sequence[Person], product: Product) -> dict[str, int]:
    """Write leads who share their companies (those of the first); return the accounts' ids."""
    accounts = _store_companies(people[0].companies)
    _store(people, [accounts] * len(people), product)
    return {name: account.pk for name, account in accounts.items()}


def _store_companies(companies: Mapping[str, list[Known]]) -> dict[str, Account]:
    """Accounts with their whole history; the newest values on the rows."""
    accounts = {
        name: Account.objects.create(attributes=newest(rows)) for name, rows in companies.items()
    }
    AttributeChange.objects.bulk_create(
        _row(known, known.value, account=account)
        for name, account in accounts.items()
        for known in _newest_per_moment(companies[name])
    )
    return accounts


def _store(
    persons: Sequence[Person], employers: Sequence[Mapping[str, Account]], product: Product
) -> list[int]:
    """Write leads with their whole history; the newest values on the rows."""
    leads: list[Lead] = []
    history: list[AttributeChange] = []
    for person, accounts in zip(persons, employers, strict=True):
        employer = accounts.get(person.employer(FOREVER))
        lead = Lead(account=employer, attributes=newest(person.history))
        leads.append(lead)
        lead.save()
        for known in _newest_per_moment(person.history):
            value = known.value
            if known.name == "$account":
                value = accounts[value].pk if isinstance(value, str) else None
            history.append(_row(known, value, lead=lead))
    AttributeChange.objects.bulk_create(history)
    Trial.objects.bulk_create(
        Trial(lead=lead, product=product, started_at=p.started_at, ends_at=p.ends_at)
        for lead, p in zip(leads, persons, strict=True)
    )
    ids = _signal_ids(product)
    Hit.objects.bulk_create(
        Hit(
            lead=lead,
            signal_id=ids[hit.signal],
            occurred_at=hit.at,
            event_id=next(_event_ids),
            **hit_values(hit.value, hit.session),
        )
        for lead, person in zip(leads, persons, strict=True)
        for hit in person.hits
    )
    return [lead.pk for lead in leads]


def _signal_ids(product: Product) -> dict[str, int]:
    """The product's signals, and those of the oracle's other products."""
    others = {key: Product(key=key, name=key) for key in ELSEWHERE.values()}
    if not Product.objects.filter(key__in=others).exists():
        Product.objects.bulk_create(others.values())
        Signal.objects.bulk_create(
            Signal(product=others[owner], key=key, name=key, is_activity=key not in NO_ACTIVITY)
            for key, owner in ELSEWHERE.items()
        )
    wanted = Q(product=product) | Q(product__key__in=others)
    return dict(Signal.objects.filter(wanted).values_list("key", "pk"))


def newest(history: list[Known]) -> dict[str, object]:
    """The newest value of each attribute, those taken away left out."""
    names = {known.name for known in history} - {"$account"}
    values = {name: latest(history, name, FOREVER) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _newest_per_moment(history: list[Known]) -> list[Known]:
    """One row per name and moment: of equal moments the first stated, as the oracle reads it."""
    seen: dict[tuple[str, datetime], Known] = {}
    for known in history:
        seen.setdefault((known.name, known.since), known)
    return list(seen.values())


def _row(known: Known, value: object, **owner: Any) -> AttributeChange:
    return AttributeChange(
        name=known.name, value=value, known_at=known.since, confirmed_at=known.since, **owner
    )


@contextmanager
def rolled_back() -> Iterator[None]:
    """Whatever is written inside is gone afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
