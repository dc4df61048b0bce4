"""Why somebody scores what they do, and what may come: of a lead and of an account, one way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from routing.charts import Chart, Point, step_chart
from routing.reasons import missing
from routing.reports import score_history
from rubrics import explain, outlook
from rubrics.evidence import counting
from rubrics.explain import Scored
from rubrics.labels import band_of, next_band_words, tier_words
from rubrics.mappers import compiled
from rubrics.models import AccountScore, AccountScoreChange, Score, ScoreChange
from rubrics.outlook import Until
from rubrics.scoring.advice import Advice
from rubrics.scoring.types import Axis, Band, Line
from rubrics.segments import segment_reason

HISTORY_ROWS = 50
AnyScore = Score | AccountScore


@dataclass(frozen=True, slots=True)
class AxisLines:
    """One axis of a score: the lines that count, those that could, and the sum."""

    axis: Axis
    score: int
    maximum: int
    counting: list[Line]
    not_yet: list[Line]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would make it a PQL; or, of a PQL, until when it is one (None: it stays one)."""

    advice: Advice | None
    until: Until | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A score with its reasons, its past and what may come.

    ``score`` is the stored one or, where ``is_past``, one computed for a past moment and not
    saved. ``outlook`` is of the present only. ``seen_at`` is the moment from which is told how long
    ago something was: a score may stand for days. ``counting`` are the lines that have events.
    """

    score: AnyScore
    is_past: bool
    seen_at: datetime
    outlook: Outlook | None
    segment: str
    band: Band | None
    next_band: str
    tier: str
    fit: AxisLines
    behavior: AxisLines
    chart: Chart | None
    history: Sequence[ScoreChange | AccountScoreChange]
    maximum: int
    missing: list[str]
    counting: frozenset[str]

    @property
    def axes(self) -> tuple[AxisLines, ...]:
        """Both; of a rubric that has no fit part, behavior alone."""
        return tuple(axis for axis in (self.fit, self.behavior) if axis.maximum)

    @property
    def is_of_account(self) -> bool:
        return isinstance(self.score, AccountScore)

    @property
    def address(self) -> str:
        """The page that shows it."""
        kind = "account" if self.is_of_account else "lead"
        return reverse(f"routing:{kind}-show", args=[self.score.subject_id])

    @property
    def evidence_page(self) -> str:
        """The name of the page of the hits behind a line."""
        return f"routing:{'account' if self.is_of_account else 'lead'}-evidence"

    @property
    def has_unknowns(self) -> bool:
        return self.score.fit_high > self.score.fit


def explained(score: AnyScore, *, at: datetime, as_of: datetime | None = None) -> Explained | None:
    """The score's lines, the chart of how it came to be, and what may come.

    Args:
        as_of: show what it was then instead; None is returned if there was nothing to score.
    """
    stored = explain.stored_score(score)
    if as_of is None:
        shown, row = stored, score
    else:
        found = explain.score_as_of(score.version_id, subject_id=score.subject_id, at=as_of)
        if found is None:
            return None
        shown, row = found, _as_row(found, score)
    lines = outlook.detailed(shown, subject_id=score.subject_id)
    changes = score_history(score)
    version = score.version
    points = [Point(change.at, change.fit, change.behavior, change.total) for change in changes]
    return Explained(
        score=row,
        is_past=as_of is not None,
        seen_at=as_of or at,
        outlook=_outlook(stored, score, at) if as_of is None else None,
        segment=segment_reason(score) if as_of is None else "",
        band=band_of(row),
        next_band=next_band_words(row),
        tier=tier_words(row),
        fit=axis_lines(Axis.FIT, row.fit, version.max_fit, lines),
        behavior=axis_lines(Axis.BEHAVIOR, row.behavior, version.max_behavior, lines),
        chart=step_chart(
            points,
            until=max(at, score.at),
            threshold=version.min_total,
            top=shown.version.version.max_total,
        ),
        history=changes[::-1][:HISTORY_ROWS],
        maximum=shown.version.version.max_total,
        missing=missing(row),
        counting=counting(shown.version),
    )


def _as_row(scored: Scored, like: AnyScore) -> AnyScore:
    """A score of a past moment in the form of the stored one; never saved."""
    names = ("fit", "fit_low", "fit_high", "behavior", "total", "is_pql", "band", "tier")
    numbers = {name: getattr(scored.judgement, name) for name in names}
    of = {"rubric": like.rubric, "version": like.version, "at": scored.at}
    if isinstance(like, AccountScore):
        return AccountScore(account_id=like.account_id, **of, **numbers)
    return Score(lead_id=like.lead_id, **of, **numbers)


def advice_now(score: AnyScore, *, at: datetime) -> Advice | None:
    """What would make it a PQL, from what is measured now; None if it is one, or gone."""
    now = explain.score_now(compiled(score.version_id), subject_id=score.subject_id, at=at)
    if now is None or now.judgement.is_pql:
        return None
    return outlook.advice(now, subject_id=score.subject_id)


def _outlook(stored: Scored, score: AnyScore, at: datetime) -> Outlook | None:
    """From what is measured now: the stored score may be older, though its result is not."""
    now = explain.score_now(stored.version, subject_id=score.subject_id, at=at)
    if now is None:
        return None
    if now.judgement.is_pql:
        return Outlook(None, outlook.pql_until(now, subject_id=score.subject_id))
    return Outlook(outlook.advice(now, subject_id=score.subject_id), None)


def axis_lines(axis: Axis, score: int, maximum: int, lines: Sequence[Line]) -> AxisLines:
    mine = [line for line in lines if line.axis is axis]
    counting = [line for line in mine if line.points]
    # A criterion that can only take points is nothing to look forward to.
    not_yet = [line for line in mine if not line.points and (line.best_points > 0)]
    not_yet.sort(key=lambda line: -line.best_points)
    return AxisLines(axis, score, maximum, counting, not_yet)
