"""A case's lead or account as rows: trials, attributes with their history, hits."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.db import transaction

from leads.keys import hash_key
from leads.models import Account, AttributeChange, Hit, Lead, Product, Signal, Trial
from rubrics.measures import SpecError, duration_us

Case = Mapping[str, Any]
Owners = Mapping[str, Lead | Account]
MEMBERSHIP = "$account"
"""The attribute of a lead that is the account it belongs to."""

_AGE = re.compile(r"(-?)(\d[^+-]*?)(?:\s*([+-])\s*(\d+)\s*us)?")


@contextmanager
def leaving_no_trace() -> Iterator[None]:
    """Whatever is written inside is rolled back, whether it goes well or not."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


class CaseRows:
    """The rows of any number of cases of one product, gathered and then written together.

    A case that cannot be read adds none.
    """

    def __init__(self, product: Product) -> None:
        self._product = product
        self._signals = dict(Signal.objects.filter(product=product).values_list("key", "pk"))
        self._others: dict[tuple[str, str], Signal] = {}
        self._rows = _Rows()
        # Far below zero: no event's, and of nobody who judges golden leads at the same moment.
        self._event_ids = count(-(2**61) - secrets.randbelow(2**61))

    def add_lead(self, case: Case, at: datetime, where: str) -> Lead:
        """The lead of a case, with its account and hits."""
        if case.get("members"):
            raise SpecError(f"{where}.members", "goes with a rubric of `subject: account`")
        rows = _Rows()
        account = rows.add_account(case) if case.get("account") else None
        lead = self._add_person(case, account, at, where, rows)
        owners: Owners = {"lead": lead, "account": account} if account else {"lead": lead}
        rows.changes += _history(case, owners, at, where)
        self._rows.add(rows)
        return lead

    def add_account(self, case: Case, at: datetime, where: str) -> Account:
        """The account of a case, with its members and their hits."""
        for name in ("lead", "hits"):
            if case.get(name):
                raise SpecError(f"{where}.{name}", "stands with one of the members of an account")
        if not case.get("members"):
            raise SpecError(f"{where}.members", "list the account's leads, e.g. [{name: Ann}]")
        rows = _Rows()
        account = rows.add_account(case)
        for number, member in enumerate(case["members"], 1):
            here = f"{where}.members[{number}]"
            lead = self._add_person(member, account, at, here, rows)
            rows.changes += _history(member, {"lead": lead}, at, here)
        rows.changes += _history(case, {"account": account}, at, where)
        self._rows.add(rows)
        return account

    def write(self) -> None:
        """Write what was added, in the order it refers to each other."""
        rows = self._rows
        Account.objects.bulk_create(rows.accounts)
        Lead.objects.bulk_create(rows.leads)
        for change in rows.changes:
            if change.name == MEMBERSHIP and change.lead and change.lead.account:
                change.value = change.lead.account.pk
        Trial.objects.bulk_create(rows.trials)
        AttributeChange.objects.bulk_create(rows.changes)
        for hit in rows.hits:  # the table has no foreign keys that would see to it
            hit.lead_id = hit.lead.pk
        Hit.objects.bulk_create(rows.hits)

    def _add_person(
        self, case: Case, account: Account | None, at: datetime, where: str, rows: _Rows
    ) -> Lead:
        facts = dict(case.get("lead") or {})
        signed_up = at - age(facts.pop("signed_up", "60d"), f"{where}.lead.signed_up")
        trial_ends = facts.pop("trial_ends", None)
        ends_at = at - age(trial_ends, f"{where}.lead.trial_ends") if trial_ends else None
        if ends_at and ends_at < signed_up:
            raise SpecError(f"{where}.lead.trial_ends", "is before the sign-up")
        lead = Lead(
            account=account,
            name=str(case.get("name", ""))[:200],
            email=str(facts.get("email", "")).lower(),
            attributes=facts,
        )
        rows.leads.append(lead)
        products = {self._product: None}
        for signal in self._add_hits(case, lead, at, where, rows):
            products.setdefault(signal.product)
        rows.trials += [
            Trial(
                lead=lead, product=product, started_at=signed_up, start_is_stated=True,
                ends_at=ends_at if product == self._product else None,
            )
            for product in products
        ]  # fmt: skip
        return lead

    def _add_hits(
        self, case: Case, lead: Lead, at: datetime, where: str, rows: _Rows
    ) -> Iterator[Signal]:
        """Add a person's hits; yield the signals of other products among them."""
        for number, hit in enumerate(case.get("hits") or [], 1):
            here = f"{where}.hits[{number}]"
            key = hit.get("signal")
            if "product" in hit:
                signal = self._other_signal(str(hit["product"]), str(key))
                yield signal
                signal_id = signal.pk
            elif key in self._signals:
                signal_id = self._signals[key]
            else:
                raise SpecError(f"{here}.signal", f"the rubric has no signal {key!r}")
            first = at - age(hit.get("ago"), f"{here}.ago")
            every = age(hit.get("every", "0d"), f"{here}.every")
            rows.hits += [
                Hit(
                    lead=lead,
                    signal_id=signal_id,
                    occurred_at=first + repeat * every,
                    event_id=next(self._event_ids),
                    **hit_values(hit.get("value"), hit.get("session")),
                )
                for repeat in range(hit.get("times") or 1)
            ]

    def _other_signal(self, name: str, key: str) -> Signal:
        """A signal of another product, which the lead tries as well."""
        if (name, key) not in self._others:
            other, _ = Product.objects.get_or_create(
                key=f"{self._product.key}-{name}"[:60], defaults={"name": name}
            )
            signal, _ = Signal.objects.get_or_create(product=other, key=key)
            self._others[name, key] = signal
        return self._others[name, key]


@dataclass(slots=True)
class _Rows:
    accounts: list[Account] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    changes: list[AttributeChange] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)

    def add_account(self, case: Case) -> Account:
        facts = dict(case.get("account") or {})
        account = Account(
            name="Golden account", domain=str(facts.get("domain", "")), attributes=facts
        )
        self.accounts.append(account)
        return account

    def add(self, rows: _Rows) -> None:
        self.accounts += rows.accounts
        self.leads += rows.leads
        self.trials += rows.trials
        self.changes += rows.changes
        self.hits += rows.hits


def _history(case: Case, owners: Owners, at: datetime, where: str) -> list[AttributeChange]:
    """What was known before; what is known now became so at the moment itself. That a lead
    belongs to its account is known, too: the account's id is filled in when there is one."""
    rows: dict[tuple[str, str, datetime], AttributeChange] = {}
    for here, known_at, facts in _moments(case, owners, at, where):
        for name in ("lead", "account"):
            if name not in owners and facts.get(name):
                raise SpecError(f"{where}.earlier", f"the case has no {name}")
            for key, value in (facts.get(name) or {}).items():
                if (name, key, known_at) in rows:
                    raise SpecError(here, f"tells {name}.{key} twice for the same moment")
                rows[name, key, known_at] = AttributeChange(
                    **{name: owners[name]}, name=key, value=value, known_at=known_at,
                    confirmed_at=at,
                )  # fmt: skip
    return list(rows.values())


def _moments(
    case: Case, owners: Owners, at: datetime, where: str
) -> Iterator[tuple[str, datetime, Mapping[str, Any]]]:
    """What was known from when on, each with its place in the file."""
    for number, entry in enumerate(case.get("earlier") or [], 1):
        here = f"{where}.earlier[{number}]"
        before = age(entry.get("ago"), f"{here}.ago")
        if before <= timedelta(0):
            raise SpecError(f"{here}.ago", "is a time before the moment, e.g. 90d")
        yield here, at - before, entry
    now = {name: dict(owner.attributes) for name, owner in owners.items()}
    if isinstance(lead := owners.get("lead"), Lead) and lead.account:
        now["lead"][MEMBERSHIP] = None
    yield where, at, now


def hit_values(value: object, session: object) -> dict[str, float | int | None]:
    """A hit's value and session in the form it is kept in."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "number": float(value) if is_number else None,  # type: ignore[arg-type]  # is_number
        "value_key": None if value is None else hash_key(str(value)),
        "session_key": None if session is None else hash_key(str(session)),
    }


def age(raw: object, where: str) -> timedelta:
    """``6d``, or ``6d + 1us`` and ``6d - 1us``: a microsecond older, and younger.

    A leading minus is a moment in the future.
    """
    match = _AGE.fullmatch(str(raw))
    if match is None:
        raise SpecError(where, f"{raw!r} is no age; write it as 6d, 48h or 30m")
    before, length, sign, extra = match.groups()
    whole = timedelta(microseconds=duration_us(length, where)) * (-1 if before else 1)
    nudge = timedelta(microseconds=int(extra or 0))
    return whole - nudge if sign == "-" else whole + nudge
