"""A chunk of leads: derive each stored score again, and find what is not as it should be.

A chunk is read in one snapshot. In every snapshot a lead without an open change has the score
that its facts give (docs/adr/0009), so whatever differs there is wrong and no coincidence.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError

from rubrics.mappers import Compiled, compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds, Moments
from rubrics.models import RubricVersion
from rubrics.models.proof import MismatchKind
from rubrics.proof.reading import (
    one_snapshot,
    read_expected,
    read_open_changes,
    read_stored,
    told_ahead,
)
from rubrics.proof.results import (
    Difference,
    Result,
    Stored,
    differences,
    is_same,
    result_of,
    verdict_differences,
)
from rubrics.scores import plan_for_bulk

# What one lead or version can be the cause of. A lost connection is nobody's fault and goes up.
CAUSED = (ArithmeticError, DatabaseError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class Finding:
    """One score that is not what the facts give."""

    kind: MismatchKind
    subject_id: int
    rubric_id: int
    version_id: int | None = None
    at: datetime | None = None
    differences: tuple[Difference, ...] = ()


@dataclass(slots=True)
class Tally:
    """What a chunk came to, in scores. Those ``waiting`` are about to be written anew."""

    checked: int = 0
    waiting: int = 0
    overdue: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, other: "Tally") -> "Tally":
        return Tally(
            self.checked + other.checked,
            self.waiting + other.waiting,
            self.overdue + other.overdue,
            self.findings + other.findings,
        )


def compare_leads(lead_ids: Sequence[int], *, at: datetime, rubric_id: int | None = None) -> Tally:
    """Compare the scores of these leads, all or those by one rubric, with the facts.

    Args:
        at: now. Scores that are not due by then must still be what this moment gives.

    Raises:
        django.db.OperationalError: the database is away or overloaded.
    """
    try:
        with one_snapshot():
            return _compare(lead_ids, at, rubric_id)
    except (OperationalError, InterfaceError):
        raise
    except CAUSED as error:
        if len(lead_ids) == 1:
            return _underivable(lead_ids, rubric_id, error)
    middle = len(lead_ids) // 2  # find who is the cause; the others are compared
    first, second = lead_ids[:middle], lead_ids[middle:]
    return compare_leads(first, at=at, rubric_id=rubric_id).add(
        compare_leads(second, at=at, rubric_id=rubric_id)
    )


def _underivable(lead_ids: Sequence[int], rubric_id: int | None, error: Exception) -> Tally:
    said = ("Derived again", "", f"{type(error).__name__}: {error}")
    rows = read_stored(lead_ids, rubric_id)
    found = [_finding(MismatchKind.UNDERIVABLE, row, said) for row in rows]
    return Tally(checked=len(rows), findings=found)


def _finding(kind: MismatchKind, row: Stored, *found: Difference) -> Finding:
    return Finding(kind, row.subject_id, row.rubric_id, row.version_id, row.at, found)


def _compare(lead_ids: Sequence[int], at: datetime, rubric_id: int | None) -> Tally:
    plan_for_bulk()
    open_changes = read_open_changes(lead_ids, at)
    expected = read_expected(lead_ids, rubric_id)
    tally = Tally()
    by_version: dict[int, list[Stored]] = defaultdict(list)
    for row in read_stored(lead_ids, rubric_id):
        version_id = expected.pop((row.subject_id, row.rubric_id), None)
        if not open_changes.get(row.subject_id, True):
            tally.waiting += 1
            continue
        tally.checked += 1
        if row.subject_id in open_changes:
            tally.findings.append(_finding(MismatchKind.GIVEN_UP, row))
        elif version_id is None:
            tally.findings.append(_finding(MismatchKind.SUPERFLUOUS, row))
        elif version_id != row.version_id:
            tally.findings.append(_other_version(row, version_id))
        else:
            by_version[version_id].append(row)
    for (lead_id, missing_rubric), version_id in expected.items():
        if not open_changes.get(lead_id, True):
            tally.waiting += 1
            continue
        tally.checked += 1
        kind = MismatchKind.GIVEN_UP if lead_id in open_changes else MismatchKind.MISSING
        tally.findings.append(Finding(kind, lead_id, missing_rubric, version_id))
    for version_id, rows in by_version.items():
        _compare_rows(compiled(version_id), rows, at, tally)
    return tally


def _other_version(row: Stored, version_id: int) -> Finding:
    numbers = RubricVersion.objects.in_bulk([row.version_id, version_id])
    was, should_be = (f"{numbers[pk].number}" for pk in (row.version_id, version_id))
    return _finding(MismatchKind.VERSION, row, ("Version", was, should_be))


def _compare_rows(spec: Compiled, rows: Sequence[Stored], at: datetime, tally: Tally) -> None:
    """Compare scores by one version: with their own moment, and if not due with ``at``."""
    then = _as_of_their_moments(spec, rows)
    still_valid = {row.subject_id for row in rows if row.at <= at and not _is_due(row, at)}
    now = _derive(spec, LeadIds(sorted(still_valid), at), as_of=False)
    for row in rows:
        tally.overdue += _is_due(row, at)
        derived, today = then[row.subject_id], now.get(row.subject_id)
        if not is_same(spec, row.result, derived):
            found = differences(spec, row.at, row.result, derived)
            tally.findings.append(_finding(MismatchKind.DIFFERS, row, *found))
        elif today is not None and today.verdict != row.result.verdict:
            found = tuple(verdict_differences(spec, row.result, today))
            tally.findings.append(_finding(MismatchKind.OUTDATED, row, *found))


def _is_due(row: Stored, at: datetime) -> bool:
    due_us = row.result.due_us
    return due_us is not None and row.at + timedelta(microseconds=due_us) <= at


def _as_of_their_moments(spec: Compiled, rows: Sequence[Stored]) -> dict[int, Result]:
    """What each score's own moment gives: hits up to it, attributes as they were known then.

    Where something is stated as of a later moment, the newest attributes count, as they do when
    scoring: a sender's clock that runs ahead is no reason to wait.
    """
    moments = [(row.subject_id, row.at) for row in rows]
    derived = _derive(spec, Moments(moments), as_of=True)
    differing = [
        (row.subject_id, row.at)
        for row in rows
        if not is_same(spec, row.result, derived[row.subject_id])
    ]
    if differing and (ahead := told_ahead(differing)):
        again = [moment for moment in differing if moment[0] in ahead]
        derived |= _derive(spec, Moments(again), as_of=False)
    return derived


def _derive(spec: Compiled, subjects: LeadIds | Moments, *, as_of: bool) -> dict[int, Result]:
    found = measure(
        spec.version, subjects, product_id=spec.product_id, names=spec.names, as_of=as_of
    )
    return {lead_id: result_of(measured, spec.judge(measured)) for lead_id, measured in found}
