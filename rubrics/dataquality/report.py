"""A data audit read for one version: attributes, signals, what to instrument, and findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rubrics.benchmarks.worth import best, worst
from rubrics.dataquality.counts import Facts
from rubrics.dataquality.decisions import attributes_of
from rubrics.dataquality.findings import Finding, general_findings, version_findings
from rubrics.dataquality.maturity import Maturity, maturity_of
from rubrics.dataquality.signals import Missing, SignalRow, missing_events, signal_rows
from rubrics.mappers import Compiled, compiled
from rubrics.measures.attributes import attribute_words
from rubrics.models import DataAudit, RubricVersion
from rubrics.rows import document_of
from rubrics.scoring.types import Axis, Subject


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One fit criterion: of how many leads its attribute is known, and what hangs on it.

    ``flips``: PQL decisions that would be others if it alone were known, at best or at worst;
    None where the version has scored nobody.
    """

    criterion: str
    attributes: str
    known: int
    of: int
    most: int
    least: int
    flips: int | None

    @property
    def fill(self) -> int:
        """In percent; 0 and 100 only if it is so."""
        if not self.of:
            return 0
        if self.known in (0, self.of):
            return 100 if self.known else 0
        return min(max(round(100 * self.known / self.of), 1), 99)


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit says of one version. ``facts`` are those of the whole installation."""

    label: str
    version_id: int
    is_published: bool
    as_of: datetime
    subject: str
    attributes: Sequence[AttributeRow]
    signals: Sequence[SignalRow]
    missing: Sequence[Missing]
    maturity: Maturity
    findings: Sequence[Finding]
    facts: Facts


def report_of(audit: DataAudit, version: RubricVersion) -> Report:
    """Read a finished audit for a version.

    Raises:
        SpecError: a draft that cannot be scored yet.
    """
    ready = compiled(version.pk)
    document = document_of(version)
    facts = {**audit.facts, "as_of": audit.started_at.isoformat()}
    attributes = attribute_rows(ready, document, facts)
    signals = signal_rows(ready, document, facts)
    missing = missing_events(ready, document, signals)
    maturity = maturity_of(facts.get("names_month", 0))
    decisions = facts.get("versions", {}).get(str(version.pk), {})
    return Report(
        label=str(version),
        version_id=version.pk,
        is_published=not version.is_editable,
        as_of=audit.started_at,
        subject="accounts" if ready.version.subject is Subject.ACCOUNT else "leads",
        attributes=attributes,
        signals=signals,
        missing=missing,
        maturity=maturity,
        findings=[
            *version_findings(attributes, signals, missing, decisions),
            *general_findings(facts),
        ],
        facts=facts,
    )


def attribute_rows(
    version: Compiled, document: Mapping[str, Any], facts: Facts
) -> list[AttributeRow]:
    """The fit criteria, those with the most decisions and points at stake first."""
    decisions = facts.get("versions", {}).get(str(version.version_id))
    is_of_accounts = version.version.subject is Subject.ACCOUNT
    known = facts.get("account_attributes" if is_of_accounts else "attributes", {})
    everybody = facts.get("accounts" if is_of_accounts else "leads", 0)
    found = []
    for criterion, entry in zip(version.version.criteria, document["criteria"], strict=True):
        references = attributes_of(version.version, criterion)
        if criterion.axis is not Axis.FIT or not references:
            continue
        of, flips = everybody, None
        filled = max(known.get("|".join(each), 0) for each in references)
        if decisions:
            of, flips = decisions["scored"], decisions["flips"].get(criterion.key, 0)
            filled = of - decisions["unknown"].get(criterion.key, 0)
        found.append(
            AttributeRow(
                criterion=criterion.name,
                attributes=", ".join(attribute_words(each) for each in references),
                known=filled,
                of=of,
                most=best(entry),
                least=worst(entry),
                flips=flips,
            )
        )
    return sorted(found, key=lambda row: (-(row.flips or 0), -max(row.most, -row.least)))
