"""Golden leads kept with a rubric: added, changed, taken away, each with its entry in the audit
log."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.text import slugify

from leads import audit
from leads.models import Account, Lead
from rubrics import checks
from rubrics.golden.checking import check_facts_for
from rubrics.golden.shape import CASE_FIELDS, check_expect, moment_of
from rubrics.measures import SpecError
from rubrics.models import GoldenLead, Rubric
from rubrics.scoring.types import Subject

FACT_FIELDS = ("lead", "account", "hits", "earlier", "members")
CHANGEABLE = ("name", "why", "expect", "facts", "at", "is_active")


@transaction.atomic
def add_golden_lead(
    rubric: Rubric,
    *,
    name: str,
    why: str,
    expect: Mapping[str, Any],
    facts: Mapping[str, Any],
    moment: datetime,
    by: AbstractBaseUser | None,
    at: datetime,
    key: str = "",
    is_active: bool = True,
    lead: Lead | None = None,
    account: Account | None = None,
) -> GoldenLead:
    """Keep a golden lead with a rubric; every version to come is checked against it.

    Args:
        moment: where the ages in its facts count back from.
        key: as good as unique; made of the name where there is none.

    Raises:
        SpecError: names the part that is wrong.
    """
    golden_lead = GoldenLead(
        rubric=rubric,
        key=_free_key(rubric, key or slugify(name)[:50] or "golden"),
        name=name,
        why=why,
        expect=dict(expect),
        facts=plain_facts(facts),
        at=moment,
        is_active=is_active,
        lead=lead,
        account=account,
        created_at=at,
        created_by_id=by.pk if by else None,
    )
    check_golden_lead(golden_lead)
    golden_lead.save()
    whole = [("", None, _told(golden_lead))]
    audit.record("added", about=golden_lead, by=by, at=at, changes=whole, reason=why)
    return golden_lead


@transaction.atomic
def change_golden_lead(
    golden_lead: GoldenLead, *, by: AbstractBaseUser | None, at: datetime, **changes: Any
) -> GoldenLead:
    """Change some of ``name, why, expect, facts, at, is_active`` (``at`` as ``moment``).

    Raises:
        SpecError: names the part that is wrong.
    """
    golden_lead = GoldenLead.objects.select_for_update(of=("self",)).get(pk=golden_lead.pk)
    before = _told(golden_lead)
    if "moment" in changes:
        changes["at"] = changes.pop("moment")
    if "facts" in changes:
        changes["facts"] = plain_facts(changes["facts"])
    for field, value in changes.items():
        assert field in CHANGEABLE, field
        setattr(golden_lead, field, value)
    check_golden_lead(golden_lead)
    if changed := list(audit.differences(before, _told(golden_lead))):
        golden_lead.save(update_fields=list(changes))
        reason = golden_lead.why
        audit.record("edited", about=golden_lead, by=by, at=at, changes=changed, reason=reason)
    return golden_lead


@transaction.atomic
def remove_golden_lead(
    golden_lead: GoldenLead, *, by: AbstractBaseUser | None, at: datetime
) -> None:
    """Forget a golden lead. What it was stays in the audit log."""
    whole = [("", _told(golden_lead), None)]
    audit.record("removed", about=golden_lead, by=by, at=at, changes=whole)
    golden_lead.delete()


@transaction.atomic
def import_golden_leads(
    rubric: Rubric, document: object, *, by: AbstractBaseUser | None, at: datetime
) -> list[GoldenLead]:
    """Keep the cases of a golden file with a rubric; those it has under their key are changed.

    The file's own ``rubric`` is not looked at: the cases are judged by the versions of this one.

    Raises:
        SpecError: names the part that is wrong; then none is kept.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("cases"), list):
        raise SpecError("cases", "is a list of cases; see docs/golden-leads.md")
    if document.get("lists"):
        raise SpecError("lists", "go into the rubric's own lists; leave them out here")
    return [
        _import_case(rubric, case, f"cases[{number}]", document.get("at"), by, at)
        for number, case in enumerate(document["cases"], 1)
    ]


def _import_case(
    rubric: Rubric,
    case: object,
    where: str,
    moment: object,
    by: AbstractBaseUser | None,
    at: datetime,
) -> GoldenLead:
    if not isinstance(case, Mapping):
        raise SpecError(where, "is a mapping with name, lead, account, hits and expect")
    checks.only(case, CASE_FIELDS, where)
    if case.get("override"):
        raise SpecError(f"{where}.override", "a golden lead is judged by the version as it is")
    name = checks.words(case.get("name"), f"{where}.name", 120)
    values: dict[str, Any] = {
        "name": name or where,
        "why": checks.words(case.get("why"), f"{where}.why", 300) or "As in the golden file.",
        "expect": case.get("expect") or {},
        "facts": {field: case[field] for field in FACT_FIELDS if case.get(field)},
        "moment": moment_of(case.get("at", moment), f"{where}.at"),
    }
    key = checks.key(case["key"], f"{where}.key") if case.get("key") else slugify(name)[:50]
    known = rubric.golden_leads.filter(key=key).first() if key else None
    try:
        if known is None:
            return add_golden_lead(rubric, **values, key=key, by=by, at=at)
        return change_golden_lead(known, **values, by=by, at=at)
    except SpecError as error:
        raise SpecError(f"{where}.{error.where}", error.problem) from error


def golden_file(rubric: Rubric, document: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """The active golden leads as a file that can be imported, and run by itself.

    Args:
        document: the rubric that the file is to be checked with.
    """
    golden_leads = list(rubric.golden_leads.active())
    newest = max((one.at for one in golden_leads), default=at)
    return {
        "rubric": dict(document),
        "at": newest,
        "cases": [
            {
                "key": one.key,
                "name": one.name,
                "why": one.why,
                "at": one.at,
                **one.facts,
                "expect": one.expect,
            }
            for one in golden_leads
        ],
    }


def plain_facts(facts: Any) -> Any:
    """Facts as JSON: YAML reads a bare date as one, which JSON has none of."""
    if isinstance(facts, Mapping):
        return {str(key): plain_facts(value) for key, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [plain_facts(value) for value in facts]
    return facts.isoformat() if isinstance(facts, date) else facts


def subject_of(rubric: Rubric) -> Subject:
    """Whom the rubric scores, by its newest version."""
    newest = rubric.versions.order_by("-number").values_list("subject", flat=True).first()
    return Subject(newest or Subject.LEAD)


def check_golden_lead(golden_lead: GoldenLead) -> None:
    """Refuse one that says nothing, or whose facts nobody could have; it need not be saved.

    Raises:
        SpecError: names the part that is wrong.
    """
    rubric = golden_lead.rubric
    checks.words(golden_lead.name, "name", 120)
    if not golden_lead.name.strip():
        raise SpecError("name", "say in words who this is")
    if not golden_lead.why.strip():
        raise SpecError("why", "say why it must come out so")
    checks.words(golden_lead.why, "why", 300)
    check_expect(golden_lead.expect, "expect")
    if not isinstance(golden_lead.facts, Mapping):
        raise SpecError("facts", "are a mapping such as {lead: {title: VP}, hits: [...]}")
    checks.only(golden_lead.facts, FACT_FIELDS, "facts")
    check_facts_for(golden_lead.facts, rubric.product, subject_of(rubric), golden_lead.at)


def _told(golden_lead: GoldenLead) -> dict[str, Any]:
    """What the audit log keeps of one: everything but what follows from it."""
    return {
        "name": golden_lead.name,
        "why": golden_lead.why,
        "expect": golden_lead.expect,
        "facts": golden_lead.facts,
        "moment": golden_lead.at.isoformat(),
        "is_active": golden_lead.is_active,
    }


def _free_key(rubric: Rubric, key: str) -> str:
    taken = set(rubric.golden_leads.filter(key__startswith=key).values_list("key", flat=True))
    number, free = 1, key
    while free in taken:
        number += 1
        free = f"{key}-{number}"
    return free
