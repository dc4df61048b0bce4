"""What a product's rubrics give its leads, or accounts: derived from the facts, never stored."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rubrics.claims import TABLES
from rubrics.mappers import Compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds, AccountMoments, LeadIds, Moments, subjects_of
from rubrics.proof.reading import told_ahead
from rubrics.proof.results import Result, Stored, result_of
from rubrics.scoring.types import Subject
from rubrics.segments import Panel, choose

Several = LeadIds | Moments | AccountIds | AccountMoments


@dataclass(frozen=True, slots=True)
class Derived:
    """What somebody's score should say, and which version should have given it."""

    version: Compiled
    result: Result


def derive_now(panel: Panel, ids: Sequence[int], at: datetime) -> dict[int, Derived]:
    """Everybody of ``ids`` who should have a score by the panel, with what it is worth now."""
    several = subjects_of(panel.subject, ids, at)
    return dict(_derive(panel, several, as_of=False)) if ids else {}


def derive_then(panel: Panel, rows: Sequence[Stored]) -> dict[int, Derived]:
    """The same for stored scores as of their own moments: attributes as they were known then.

    Where that differs and something is stated as of a later moment, the newest attributes count,
    as they do when scoring: a sender's clock that runs ahead is no reason to wait.
    """
    if not rows:
        return {}
    found = dict(_derive(panel, _moments(panel, rows), as_of=True))
    differing = [row for row in rows if not is_same(row, found.get(row.subject_id))]
    ahead = told_ahead(TABLES[panel.subject], [(row.subject_id, row.at) for row in differing])
    again = [row for row in differing if row.subject_id in ahead]
    if again:
        newest = dict(_derive(panel, _moments(panel, again), as_of=False))
        for row in again:
            found.pop(row.subject_id, None)
        found |= newest
    return found


def is_same(row: Stored, derived: Derived | None) -> bool:
    """Whether a stored score is what was derived, to the last point and microsecond."""
    return (
        derived is not None
        and row.version_id == derived.version.version_id
        and row.result == derived.result
    )


def _moments(panel: Panel, rows: Sequence[Stored]) -> Moments | AccountMoments:
    moments = [(row.subject_id, row.at) for row in rows]
    return Moments(moments) if panel.subject is Subject.LEAD else AccountMoments(moments)


def _derive(panel: Panel, several: Several, *, as_of: bool) -> Iterator[tuple[int, Derived]]:
    """Choose the segment, measure and judge, as scoring does."""
    if panel.is_plain:
        yield from _derive_by(panel.versions[0], several, {}, as_of=as_of)
        return
    choice = choose(panel, several, as_of=as_of)
    for version in panel.versions:
        if ids := choice.ids[version.version_id]:
            part = _only(several, set(ids))
            yield from _derive_by(version, part, choice.next_us, as_of=as_of)


def _only(several: Several, ids: set[int]) -> Several:
    if isinstance(several, Moments | AccountMoments):
        return type(several)([moment for moment in several.moments if moment[0] in ids])
    return type(several)(sorted(ids), several.at)


def _derive_by(
    version: Compiled, several: Several, choice_next_us: dict[int, int], *, as_of: bool
) -> Iterator[tuple[int, Derived]]:
    found = measure(
        version.version, several, product_id=version.product_id, names=version.names, as_of=as_of
    )
    for subject_id, measured in found:
        judged = version.judge(measured)
        moments = (judged.next_us, choice_next_us.get(subject_id))
        next_us = min((moment for moment in moments if moment is not None), default=None)
        yield subject_id, Derived(version, result_of(measured, judged, next_us))
