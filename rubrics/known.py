"""The facts behind a score's fit: what its criteria looked at, and since when it is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from leads.models import AttributeChange
from rubrics.explain import Scored
from rubrics.measures import MEASURES, AttributeMeasure
from rubrics.measures.attributes import attribute_words
from rubrics.scoring.types import Line, Subject

EMPLOYER = "$account"


@dataclass(frozen=True, slots=True)
class Known:
    """A fact: a criterion's attribute as it was at the score's moment, in words."""

    words: str
    since: datetime


def with_facts(
    lines: Iterable[Line],
    scored: Scored,
    *,
    subject_id: int,
) -> list[Line]:
    """The score's lines; those of fit say what was found (``Company size 445``), and since when it
    is known. Of a lead at most two queries, of an account one."""
    facts = known(scored, subject_id=subject_id)
    of_line = {
        criterion.key: facts[column]
        for criterion in scored.version.version.criteria
        for column in reversed(criterion.columns)
        if column in facts
    }
    return [
        replace(line, measured=fact.words, known_at=fact.since)
        if (fact := of_line.get(line.key))
        else line
        for line in lines
    ]


def known(scored: Scored, *, subject_id: int) -> dict[int, Known]:
    """By column of the version the fact that it looked at; what was unknown is left out."""
    columns = {
        index: (kind, column.params)
        for index, column in enumerate(scored.version.version.columns)
        if isinstance(kind := MEASURES[column.measure], AttributeMeasure) and kind.unit == "flag"
    }
    wanted = {name for kind, params in columns.values() for name in kind.attribute(params)}
    values = _values(wanted, scored, subject_id) if wanted else {}
    found = {}
    for index, (kind, params) in columns.items():
        told = [values[name] for name in kind.attribute(params) if name in values]
        if told:
            subject = attribute_words(kind.attribute(params)).capitalize()
            words = f"{subject} {kind.tell(params, told[0].value)}"
            found[index] = Known(words, told[0].known_at)
    return found


def _values(wanted: set[str], scored: Scored, subject_id: int) -> Mapping[str, AttributeChange]:
    """By reference (``lead.title``) what was known at the moment, as the measures read it."""
    names: dict[str, set[str]] = {"lead": {EMPLOYER}, "account": set()}
    for reference in wanted:
        owner, name = reference.split(".", 1)
        names[owner].add(name)
    values: dict[str, AttributeChange] = {}
    account_id: int | None = subject_id
    if scored.version.version.subject is Subject.LEAD:
        values = _newest("lead", Q(lead=subject_id, name__in=names["lead"]), scored.at)
        employer = values.pop(f"lead.{EMPLOYER}", None)
        account_id = None if employer is None else employer.value
    if account_id is not None and names["account"]:
        values |= _newest("account", Q(account=account_id, name__in=names["account"]), scored.at)
    return values


def _newest(owner: str, whose: Q, at: datetime) -> dict[str, AttributeChange]:
    found = AttributeChange.objects.filter(whose, known_at__lte=at)
    newest = found.order_by("name", "-known_at").distinct("name")
    return {f"{owner}.{one.name}": one for one in newest if one.value not in (None, "")}
