"""A case's lead or account as rows: trials, attributes with their history, hits."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from leads.keys import hash_key
from leads.models import Account, AttributeChange, Hit, Lead, Product, Signal, Trial
from rubrics.measures import SpecError, duration_us

Case = Mapping[str, Any]

_event_ids = count(-1, -1)  # negative: no event of the real ones
_AGE = re.compile(r"(-?)(\d[^+-]*?)(?:\s*([+-])\s*(\d+)\s*us)?")


def make_lead(case: Case, product: Product, at: datetime, where: str) -> Lead:
    """The lead of a case, with its account and hits."""
    if case.get("members"):
        raise SpecError(f"{where}.members", "goes with a rubric of `subject: account`")
    account = _make_account_row(case) if case.get("account") else None
    lead = _make_member(case, account, product, at, where)
    _make_history(case, lead, account, at, where)
    return lead


def make_account(case: Case, product: Product, at: datetime, where: str) -> Account:
    """The account of a case, with its members and their hits."""
    for name in ("lead", "hits"):
        if case.get(name):
            raise SpecError(f"{where}.{name}", "stands with one of the members of an account")
    if not case.get("members"):
        raise SpecError(f"{where}.members", "list the account's leads, e.g. [{name: Ann}]")
    account = _make_account_row(case)
    for number, member in enumerate(case["members"], 1):
        _make_member(member, account, product, at, f"{where}.members[{number}]")
    _make_history(case, None, account, at, where)
    return account


def _make_account_row(case: Case) -> Account:
    facts = dict(case.get("account") or {})
    domain = str(facts.get("domain", ""))
    return Account.objects.create(name="Golden account", domain=domain, attributes=facts)


def _make_member(
    case: Case, account: Account | None, product: Product, at: datetime, where: str
) -> Lead:
    facts = dict(case.get("lead") or {})
    signed_up = at - age(facts.pop("signed_up", "60d"), f"{where}.lead.signed_up")
    trial_ends = facts.pop("trial_ends", None)
    ends_at = at - age(trial_ends, f"{where}.lead.trial_ends") if trial_ends else None
    if ends_at and ends_at < signed_up:
        raise SpecError(f"{where}.lead.trial_ends", "is before the sign-up")
    lead = Lead.objects.create(
        account=account,
        name=str(case.get("name", "")),
        email=str(facts.get("email", "")).lower(),
        attributes=facts,
    )
    Trial.objects.create(
        lead=lead, product=product, started_at=signed_up, start_is_stated=True, ends_at=ends_at
    )
    _make_hits(case, lead, product, signed_up, at, where)
    return lead


def _make_history(
    case: Case, lead: Lead | None, account: Account | None, at: datetime, where: str
) -> None:
    """What was known before; what is known now became so at the moment itself."""
    rows: list[AttributeChange] = []
    owners = {"lead": lead, "account": account}
    moments = [
        (at - age(entry.get("ago"), f"{where}.earlier[{number}].ago"), entry)
        for number, entry in enumerate(case.get("earlier") or [], 1)
    ]
    now = {name: owner.attributes for name, owner in owners.items() if owner is not None}
    for known_at, facts in [*moments, (at, now)]:
        for name, owner in owners.items():
            if owner is None and facts.get(name):
                raise SpecError(f"{where}.earlier", f"the case has no {name}")
            rows += [
                AttributeChange(
                    **{name: owner}, name=key, value=value, known_at=known_at, confirmed_at=at
                )
                for key, value in (facts.get(name) or {}).items()
            ]
    AttributeChange.objects.bulk_create(rows)


def _make_hits(
    case: Case, lead: Lead, product: Product, signed_up: datetime, at: datetime, where: str
) -> None:
    signals = dict(Signal.objects.filter(product=product).values_list("key", "pk"))
    others: dict[tuple[str, str], int] = {}
    rows: list[Hit] = []
    for number, hit in enumerate(case.get("hits") or [], 1):
        here = f"{where}.hits[{number}]"
        key = hit.get("signal")
        if "product" in hit:
            name = (str(hit["product"]), str(key))
            if name not in others:
                others[name] = _other_signal(*name, lead, product, signed_up)
            signal_id = others[name]
        elif key in signals:
            signal_id = signals[key]
        else:
            raise SpecError(f"{here}.signal", f"the rubric has no signal {key!r}")
        first = at - age(hit.get("ago"), f"{here}.ago")
        every = age(hit.get("every", "0d"), f"{here}.every")
        rows += [
            Hit(
                lead=lead,
                signal_id=signal_id,
                occurred_at=first + repeat * every,
                event_id=next(_event_ids),
                **hit_values(hit.get("value"), hit.get("session")),
            )
            for repeat in range(hit.get("times") or 1)
        ]
    Hit.objects.bulk_create(rows)


def _other_signal(name: str, key: str, lead: Lead, product: Product, signed_up: datetime) -> int:
    """A signal of another product, which the lead tries as well."""
    other, _ = Product.objects.get_or_create(
        key=f"{product.key}-{name}"[:60], defaults={"name": name}
    )
    Trial.objects.get_or_create(lead=lead, product=other, defaults={"started_at": signed_up})
    return Signal.objects.get_or_create(product=other, key=key)[0].pk


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
