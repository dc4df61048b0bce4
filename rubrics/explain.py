"""Reads of the judgement: why a score is what it is, what it was, and what changed since."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from rubrics.mappers import Compiled, compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import subjects_of
from rubrics.models import AccountScore, Score
from rubrics.scoring.differences import Difference, Snapshot, difference
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Axis, Judgement, Line, Measured


@dataclass(frozen=True)
class Scored:
    """A score computed for a moment, with its reasons; nothing of it is stored."""

    at: datetime
    version: Compiled
    measured: Measured
    judgement: Judgement

    @cached_property
    def lines(self) -> list[Line]:
        """Told when somebody asks: who looks ahead goes through dozens of scores for one's sake."""
        return lines(self.version.version, self.measured, self.judgement, self.version.describe)


def breakdown(score: Score | AccountScore) -> list[Line]:
    """The stored score's lines; those of an axis sum to it. No query once the version is known."""
    return stored_score(score).lines


def stored_score(score: Score | AccountScore) -> Scored:
    """The stored score as it was judged, again from the stored measures: the same numbers, the
    same result. No queries once the version is known."""
    return judged(compiled(score.version_id), _stored_measures(score), score.at)


def _stored_measures(score: Score | AccountScore) -> Measured:
    silence = score.at - score.last_activity_at
    return Measured(tuple(score.measures), silence // timedelta(microseconds=1))


def judged(version: Compiled, measured: Measured, at: datetime) -> Scored:
    """What these numbers are worth, with reasons."""
    return Scored(at, version, measured, version.judge(measured))


def top_reasons(score: Score, count: int = 3) -> list[Line]:
    """The lines that give the most points, behavior before fit: what a rep should see first."""
    version, measured = compiled(score.version_id), _stored_measures(score)
    judgement = version.judge(measured)
    # Only these are told: a list asks for the reasons of thirty leads.
    earned = zip(version.version.criteria, judgement.points, strict=True)
    best = [(one.axis, -points, one.key) for one, points in earned if points > 0]
    best.sort(key=lambda one: (one[0] is Axis.FIT, one[1]))
    only = {(axis, key) for axis, _, key in best[:count]}
    told = lines(version.version, measured, judgement, version.describe, only=only)
    given = [line for line in told if line.points > 0]
    given.sort(key=lambda line: (line.axis is Axis.FIT, -line.points))
    return given[:count]


def score_now(version: Compiled, *, subject_id: int, at: datetime) -> Scored | None:
    """:func:`score_as_of` the present: from the newest attributes, as live scoring reads them."""
    return _measured(version, subject_id, at, as_of=False)


def score_as_of(version_id: int, *, subject_id: int, at: datetime) -> Scored | None:
    """What the lead, or the account, was worth at ``at`` by this version; None if it does not try
    the product. An account by the leads that belonged to it then."""
    return _measured(compiled(version_id), subject_id, at, as_of=True)


def _measured(version: Compiled, subject_id: int, at: datetime, *, as_of: bool) -> Scored | None:
    for _, measured in measure(
        version.version,
        subjects_of(version.version.subject, [subject_id], at),
        product_id=version.product_id,
        names=version.names,
        as_of=as_of,
    ):
        return judged(version, measured, at)
    return None


def compare(then: Scored, now: Scored) -> Difference:
    """What changed from one score of a lead or an account to another: two moments, or versions."""
    return difference(_snapshot(then), _snapshot(now))


def _snapshot(scored: Scored) -> Snapshot:
    result = scored.judgement
    return Snapshot(
        version=scored.version.label,
        fit=result.fit,
        behavior=result.behavior,
        total=result.total,
        is_pql=result.is_pql,
        lines=tuple(scored.lines),
    )
