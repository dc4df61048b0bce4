"""Some leads, or accounts: derive each stored score again, find what is not as it should be.

A chunk is read in one snapshot. In every snapshot whoever has no open change has the score that
their facts give (docs/adr/0009), so whatever differs there is wrong and no coincidence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from rubrics.claims import Tables
from rubrics.models import RubricVersion
from rubrics.models.proof import MismatchKind
from rubrics.proof.deriving import Derived, derive_now, derive_then, is_same
from rubrics.proof.reading import one_snapshot, read_open_changes, read_stored
from rubrics.proof.results import Difference, Stored, differences, verdict_differences
from rubrics.scores import CAUSED, plan_for_bulk
from rubrics.segments import published_panels


@dataclass(frozen=True, slots=True)
class Finding:
    """One score that is not what the facts give."""

    kind: MismatchKind
    subject_id: int
    rubric_id: int | None = None
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


def compare(
    tables: Tables, ids: Sequence[int], *, at: datetime, rubric_id: int | None = None
) -> Tally:
    """Compare the scores of these leads, or accounts, with the facts.

    Args:
        at: now. Scores that are not due by then must still be what this moment gives.
        rubric_id: only scores that this rubric gave, or should have given.

    Raises:
        django.db.OperationalError: the database is away or overloaded.
    """
    try:
        with one_snapshot():
            return _Chunk(tables, ids, at, rubric_id).compare()
    except (OperationalError, InterfaceError):
        raise
    except CAUSED as error:
        if len(ids) == 1:
            return _underivable(tables, ids, error)
    middle = len(ids) // 2  # find who is the cause; the others are compared
    first = compare(tables, ids[:middle], at=at, rubric_id=rubric_id)
    return first.add(compare(tables, ids[middle:], at=at, rubric_id=rubric_id))


def _underivable(tables: Tables, ids: Sequence[int], error: Exception) -> Tally:
    said = ("Derived again", "", f"{type(error).__name__}: {error}")
    found = [_finding(MismatchKind.UNDERIVABLE, row, said) for row in read_stored(tables, ids)] or [
        Finding(MismatchKind.UNDERIVABLE, ids[0], differences=(said,))
    ]
    return Tally(checked=len(found), findings=found)


def _finding(kind: MismatchKind, row: Stored, *found: Difference) -> Finding:
    return Finding(kind, row.subject_id, row.rubric_id, row.version_id, row.at, found)


class _Chunk:
    """Some leads, or accounts, as one snapshot shows them."""

    def __init__(
        self, tables: Tables, ids: Sequence[int], at: datetime, rubric_id: int | None
    ) -> None:
        self.tables = tables
        self.ids = ids
        self.at = at
        self.rubric_id = rubric_id
        self.tally = Tally()

    def compare(self) -> Tally:
        plan_for_bulk()
        self.has_given_up = read_open_changes(self.tables, self.ids, self.at)
        settled = [owner_id for owner_id in self.ids if not self._waits(owner_id)]
        stored: dict[int, list[Stored]] = defaultdict(list)
        for row in read_stored(self.tables, self.ids):
            stored[row.product_id].append(row)
        for panel in published_panels():
            if panel.subject is self.tables.subject:
                rows = stored.pop(panel.product_id, [])
                then = derive_then(panel, [row for row in rows if not self._waits(row.subject_id)])
                self._judge_panel(rows, then, derive_now(panel, settled, self.at))
        for rows in stored.values():  # of products that nothing scores any more
            self._judge_panel(rows, {}, {})
        return self.tally

    def _waits(self, owner_id: int) -> bool:
        """Whether a new score is about to be written."""
        return not self.has_given_up.get(owner_id, True)

    def _judge_panel(
        self, rows: Iterable[Stored], then: Mapping[int, Derived], now: Mapping[int, Derived]
    ) -> None:
        missing = dict(now)
        for row in rows:
            today = missing.pop(row.subject_id, None)
            if not self._concerns(row.rubric_id, today):
                continue
            if self._waits(row.subject_id):
                self.tally.waiting += 1
                continue
            self.tally.checked += 1
            self.tally.overdue += _is_due(row, self.at)
            finding = self._judge(row, then.get(row.subject_id), today)
            if finding is not None:
                self.tally.findings.append(finding)
        for owner_id, derived in missing.items():
            if self._concerns(None, derived):
                self.tally.checked += 1
                kind = MismatchKind.MISSING
                if owner_id in self.has_given_up:
                    kind = MismatchKind.GIVEN_UP
                version = derived.version
                self.tally.findings.append(
                    Finding(kind, owner_id, version.rubric_id, version.version_id)
                )

    def _concerns(self, rubric_id: int | None, derived: Derived | None) -> bool:
        should_be = None if derived is None else derived.version.rubric_id
        return self.rubric_id is None or self.rubric_id in (rubric_id, should_be)

    def _judge(self, row: Stored, then: Derived | None, now: Derived | None) -> Finding | None:
        """Hold a stored score to its own moment and, unless it is due, to now."""
        if row.subject_id in self.has_given_up:
            return _finding(MismatchKind.GIVEN_UP, row)
        if then is None:
            return _finding(MismatchKind.SUPERFLUOUS, row)
        if then.version.version_id != row.version_id:
            return _finding(MismatchKind.VERSION, row, _versions(row, then))
        if not is_same(row, then):
            found = differences(then.version, row.at, row.result, then.result)
            return _finding(MismatchKind.DIFFERS, row, *found)
        is_to_hold = row.at <= self.at and not _is_due(row, self.at)
        return _judge_today(row, now) if is_to_hold else None


def _judge_today(row: Stored, now: Derived | None) -> Finding | None:
    """Nothing was due, so nothing that the score says may have changed."""
    if now is None or now.version.version_id != row.version_id:
        return _finding(MismatchKind.OUTDATED, row, _versions(row, now))
    if now.result.verdict != row.result.verdict:
        found = verdict_differences(now.version, row.result, now.result)
        return _finding(MismatchKind.OUTDATED, row, *found)
    return None


def _is_due(row: Stored, at: datetime) -> bool:
    due_us = row.result.due_us
    return due_us is not None and row.at + timedelta(microseconds=due_us) <= at


def _versions(row: Stored, derived: Derived | None) -> Difference:
    versions = RubricVersion.objects.select_related("rubric")
    was = str(versions.get(pk=row.version_id))
    return "Version", was, str(versions.get(pk=derived.version.version_id)) if derived else "none"
