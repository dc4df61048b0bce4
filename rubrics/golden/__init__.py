"""Golden leads: cases whose scores are known, run through the real engine (measure and judge).

A case is made of rows in a transaction that is rolled back, so the database is left as it was.
The format: docs/golden-leads.md.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from leads.models import Product
from rubrics import checks
from rubrics.documents import parse_document
from rubrics.golden.expected import differences
from rubrics.golden.facts import CaseRows, hit_values, leaving_no_trace
from rubrics.golden.override import with_override
from rubrics.golden.shape import check_case, moment_of
from rubrics.mappers import compile_for
from rubrics.measures import SpecError
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds, LeadIds
from rubrics.presets import fill_lists, load_preset
from rubrics.scoring.types import Subject
from rubrics.signals import ensure_signals

__all__ = ["CaseResult", "hit_values", "run_golden_file", "with_override"]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case's name and what came out different from what was expected; empty is a pass."""

    name: str
    differences: tuple[str, ...]


def run_golden_file(document: Mapping[str, Any]) -> list[CaseResult]:
    """Score every case of a golden file; the results in order.

    Raises:
        SpecError: the file is malformed; names the field.
    """
    rubric = _rubric(document.get("rubric"))
    for key, values in checks.mapping(document, "lists").items():
        added = checks.texts(values, f"lists.{key}")
        rubric["lists"][key] = [*rubric["lists"].get(key, []), *added]
    at = moment_of(document.get("at"), "at")
    cases = document.get("cases")
    if not isinstance(cases, list) or not cases:
        raise SpecError("cases", "list at least one case")
    with leaving_no_trace():
        product = Product.objects.create(key=f"golden-{uuid4().hex}", name="Golden leads")
        ensure_signals(rubric, product=product)
        return [
            _run_case(case, f"cases[{number}]", rubric, product, at)
            for number, case in enumerate(cases, 1)
        ]


def _rubric(raw: object) -> dict[str, Any]:
    """A preset by its name, or a document that stands in the file itself."""
    if not isinstance(raw, Mapping):
        return load_preset(str(raw))
    document = fill_lists(copy.deepcopy(dict(raw)))
    parse_document(document)  # before anything is written
    return document


def _run_case(
    case: Any, where: str, rubric: Mapping[str, Any], product: Product, at: datetime
) -> CaseResult:
    check_case(case, where)
    at = moment_of(case.get("at", at), f"{where}.at")
    changed = with_override(rubric, case.get("override") or {}, f"{where}.override")
    with leaving_no_trace():
        if "signals" in (case.get("override") or {}):
            ensure_signals(changed, product=product)
        compiled = compile_for(parse_document(changed), product_id=product.pk)
        rows = CaseRows(product)
        subjects: AccountIds | LeadIds
        if compiled.version.subject is Subject.ACCOUNT:
            account = rows.add_account(case, at, where)
            rows.write()
            subjects = AccountIds([account.pk], at)
        else:
            lead = rows.add_lead(case, at, where)
            rows.write()
            subjects = LeadIds([lead.pk], at)
        ((_, measured),) = measure(
            compiled.version, subjects, product_id=product.pk, names=compiled.names
        )
    name = str(case.get("name") or where)
    return CaseResult(name, tuple(differences(case["expect"], measured, compiled)))
