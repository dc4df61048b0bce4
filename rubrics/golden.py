"""Golden leads: cases whose scores are known, run through the real engine (measure and judge).

A case is made of rows in a transaction that is rolled back, so the database is left as it was.
"""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction

from leads.keys import hash_key
from leads.models import Account, Hit, Lead, Product, Signal, Trial
from rubrics import checks
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.measures import SpecError, duration_us
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds
from rubrics.presets import load_preset
from rubrics.scoring.types import Judgement
from rubrics.services import ensure_signals

CASE_FIELDS = frozenset({"name", "lead", "account", "hits", "expect", "override"})
HIT_FIELDS = frozenset({"signal", "ago", "times", "every", "value", "session"})
EXPECTED = frozenset({"fit", "behavior", "total", "pql", "points"})


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case's name and what came out different from what was expected; empty is a pass."""

    name: str
    differences: tuple[str, ...]


def run_golden_file(document: Mapping[str, Any]) -> Iterator[CaseResult]:
    """Score every case of a golden file; yield the results in order.

    Raises:
        SpecError: the file is malformed; names the field.
    """
    rubric = load_preset(str(document.get("rubric")))
    for key, values in checks.mapping(document, "lists").items():
        added = checks.texts(values, f"lists.{key}")
        rubric["lists"][key] = [*rubric["lists"].get(key, []), *added]
    at = document.get("at")
    if not isinstance(at, datetime) or at.tzinfo is None:
        raise SpecError("at", "is a moment with a zone, e.g. 2026-03-31T12:00:00Z")
    cases = document.get("cases")
    if not isinstance(cases, list) or not cases:
        raise SpecError("cases", "list at least one case")
    for number, case in enumerate(cases, 1):
        _check_case(case, f"cases[{number}]")
        name = str(case.get("name") or f"case {number}")
        judgement, version = _score_case(rubric, case, at, f"cases[{number}]")
        yield CaseResult(name, tuple(_differences(case["expect"], judgement, version)))


def _check_case(case: object, where: str) -> None:
    """The shape of a case; what its parts mean is checked where they are used."""
    if not isinstance(case, Mapping):
        raise SpecError(where, "is a mapping with name, lead, account, hits and expect")
    checks.only(case, CASE_FIELDS, where)
    for name in ("lead", "account", "override", "expect"):
        _mapping(case, name, where)
    expect = case.get("expect")
    if not expect or set(expect) - EXPECTED:
        raise SpecError(f"{where}.expect", f"say any of {', '.join(sorted(EXPECTED))}")
    _mapping(expect, "points", f"{where}.expect")
    hits = case.get("hits") or []
    if not isinstance(hits, list):
        raise SpecError(f"{where}.hits", "is a list such as [{signal: logged_in, ago: 2d}]")
    for number, hit in enumerate(hits, 1):
        if not isinstance(hit, Mapping):
            raise SpecError(f"{where}.hits[{number}]", "is a mapping with signal and ago")
        checks.only(hit, HIT_FIELDS, f"{where}.hits[{number}]")
        checks.count_or_none(hit.get("times", 1), f"{where}.hits[{number}].times")


def _mapping(raw: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = raw.get(name) or {}
    if not isinstance(value, Mapping):
        raise SpecError(f"{where}.{name}", "is a mapping")
    return value


def _score_case(
    rubric: Mapping[str, Any], case: Mapping[str, Any], at: datetime, where: str
) -> tuple[Judgement, Compiled]:
    document = with_override(rubric, case.get("override") or {}, f"{where}.override")
    with transaction.atomic():
        try:
            product = Product.objects.create(key=f"golden-{uuid4().hex}", name="Golden leads")
            ensure_signals(document, product=product)
            version = compile_for(parse_document(document), product_id=product.pk)
            lead = _make_lead(case, product, at, where)
            _make_hits(case.get("hits") or [], lead, product, at, where)
            ((_, measured),) = measure(
                version.version,
                LeadIds([lead.pk], at),
                product_id=product.pk,
                names=version.names,
            )
            return version.judge(measured), version
        finally:
            transaction.set_rollback(True)


def with_override(
    rubric: Mapping[str, Any], override: Mapping[str, Any], where: str
) -> dict[str, Any]:
    """The document with a case's changes: sections merged, criteria changed or switched off."""
    document: dict[str, Any] = copy.deepcopy(dict(rubric))
    for section in override:
        if section != "criteria":
            document[section] = {
                **(document.get(section) or {}),
                **_mapping(override, section, where),
            }
            continue
        for key, change in _mapping(override, section, where).items():
            found = [i for i, c in enumerate(document["criteria"]) if c["key"] == key]
            if not found:
                raise SpecError(f"{where}.criteria.{key}", "no such criterion in the rubric")
            if change is False or change == "off":  # YAML reads a bare `off` as false
                del document["criteria"][found[0]]
            elif isinstance(change, Mapping):
                document["criteria"][found[0]] = _changed(document["criteria"][found[0]], change)
            else:
                raise SpecError(f"{where}.criteria.{key}", "is a mapping of changes, or off")
    return document


def _changed(criterion: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    either = {"share_of_base": "points_per_burst", "points_per_burst": "share_of_base"}
    dropped = {either[name] for name in change if name in either}
    return {**{k: v for k, v in criterion.items() if k not in dropped}, **change}


def _make_lead(case: Mapping[str, Any], product: Product, at: datetime, where: str) -> Lead:
    facts = dict(case.get("lead") or {})
    signed_up = at - _age(facts.pop("signed_up", "60d"), f"{where}.lead.signed_up")
    trial_ends = facts.pop("trial_ends", None)
    ends_at = at - _age(trial_ends, f"{where}.lead.trial_ends") if trial_ends else None
    if ends_at and ends_at < signed_up:
        raise SpecError(f"{where}.lead.trial_ends", "is before the sign-up")
    account = None
    if case.get("account"):
        account = Account.objects.create(name="Golden account", attributes=dict(case["account"]))
    lead = Lead.objects.create(
        account=account, email=str(facts.get("email", "")).lower(), attributes=facts
    )
    Trial.objects.create(
        lead=lead,
        product=product,
        started_at=signed_up,
        start_is_stated=True,
        ends_at=ends_at,
    )
    return lead


def _make_hits(
    hits: list[Mapping[str, Any]], lead: Lead, product: Product, at: datetime, where: str
) -> None:
    signals = dict(Signal.objects.filter(product=product).values_list("key", "pk"))
    rows: list[Hit] = []
    for number, hit in enumerate(hits, 1):
        here = f"{where}.hits[{number}]"
        if hit.get("signal") not in signals:
            raise SpecError(f"{here}.signal", f"the rubric has no signal {hit.get('signal')!r}")
        first = at - _age(hit.get("ago"), f"{here}.ago")
        every = _age(hit.get("every", "0d"), f"{here}.every")
        for repeat in range(hit.get("times") or 1):
            rows.append(
                Hit(
                    lead=lead,
                    signal_id=signals[hit["signal"]],
                    occurred_at=first + repeat * every,
                    event_id=-1 - len(rows),  # negative: no event of the real ones
                    **hit_values(hit.get("value"), hit.get("session")),
                )
            )
    Hit.objects.bulk_create(rows)


def hit_values(value: object, session: object) -> dict[str, float | int | None]:
    """A hit's value and session in the form it is kept in."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {
        "number": float(value) if is_number else None,  # type: ignore[arg-type]  # is_number
        "value_key": None if value is None else hash_key(str(value)),
        "session_key": None if session is None else hash_key(str(session)),
    }


def _age(raw: object, where: str) -> timedelta:
    """``6d`` as a span; a leading minus is a moment in the future."""
    text = str(raw)
    sign = -1 if text.startswith("-") else 1
    if not re.match(r"^-?\d", text):
        raise SpecError(where, f"{raw!r} is no age; write it as 6d, 48h or 30m")
    return sign * timedelta(microseconds=duration_us(text.lstrip("-"), where))


def _differences(
    expect: Mapping[str, Any], judgement: Judgement, version: Compiled
) -> Iterator[str]:
    got: dict[str, Any] = {
        "fit": judgement.fit,
        "behavior": judgement.behavior,
        "total": judgement.total,
        "pql": judgement.is_pql,
    }
    for name, wanted in expect.items():
        if name != "points" and got[name] != wanted:
            yield f"{name} is {got[name]}, expected {wanted}"
    keys = [criterion.key for criterion in version.version.criteria]
    points = dict(zip(keys, judgement.points, strict=True))
    for key, wanted in (expect.get("points") or {}).items():
        if key not in points:
            yield f"points.{key}: the rubric has no such criterion"
        elif points[key] != wanted:
            yield f"points.{key} is {points[key]}, expected {wanted}"
