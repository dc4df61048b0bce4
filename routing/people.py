"""A lead's page: what they are worth and why, what they did, and who works them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from leads.models import Event, Lead, Trial
from routing import briefs, digests, reasons
from routing.charts import Chart, Point, step_chart
from routing.models import Note, Qualification, StateChange
from routing.models.qualification import CLOSED_STATES
from routing.reasons import missing
from routing.reports import score_history
from routing.viewers import Viewer
from rubrics import explain, outlook
from rubrics.explain import Scored
from rubrics.labels import band_of, tier_words
from rubrics.mappers import compiled
from rubrics.models import Publication, Score, ScoreChange
from rubrics.outlook import Until
from rubrics.scoring.advice import Advice
from rubrics.scoring.differences import Compared, compare
from rubrics.scoring.types import Axis, Band, Line
from rubrics.segments import segment_reason

EVENTS_A_PAGE = 25
HISTORY_ROWS = 50


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
    """What would make a lead a PQL; or, of a PQL, until when it is one (None: it stays one)."""

    advice: Advice | None
    until: Until | None


@dataclass(frozen=True, slots=True)
class Explained:
    """A score with its reasons, its past and what may come.

    ``score`` is the stored one or, where ``is_past``, one computed for a past moment and not
    saved. ``outlook`` is of the present only. ``seen_at`` is the moment from which is told how long
    ago something was: a score may stand for days.
    """

    score: Score
    is_past: bool
    seen_at: datetime
    outlook: Outlook | None
    segment: str
    band: Band | None
    tier: str
    fit: AxisLines
    behavior: AxisLines
    chart: Chart | None
    history: list[ScoreChange]
    maximum: int
    missing: list[str]
    criteria: frozenset[str]

    @property
    def axes(self) -> tuple[AxisLines, AxisLines]:
        return self.fit, self.behavior

    @property
    def has_unknowns(self) -> bool:
        return self.score.fit_high > self.score.fit


@dataclass(frozen=True, slots=True)
class Episode:
    """One qualification with its story and, against the score of now, what changed since.

    ``told`` is that in one sentence; ``again`` says how the one before it ended, if there was one.
    ``undo`` is the change that the viewer may still take back.
    """

    pql: Qualification
    changes: list[StateChange]
    since: list[Compared]
    told: str
    again: str
    undo: StateChange | None
    is_open: bool
    may_act: bool
    lost_by: Publication | None


def visible_leads(viewer: Viewer) -> QuerySet[Lead]:
    """Living leads that no other team works at the moment."""
    leads = Lead.objects.living()
    if viewer.sees_all:
        return leads
    return leads.exclude(qualifications__in=Qualification.objects.hidden_from(viewer))


def scores_of(lead: Lead) -> list[Score]:
    """A lead's scores, one a product; the one that counts first."""
    scores = Score.objects.filter(lead=lead).headline_first()
    return list(scores.select_related("rubric__product", "version"))


def explained(score: Score, *, at: datetime, as_of: datetime | None = None) -> Explained | None:
    """The score's lines, the chart of how it came to be, and what may come.

    Args:
        as_of: show what it was then instead; None is returned if there was nothing to score.
    """
    stored = explain.stored_score(score)
    if as_of is None:
        shown, row = stored, score
    else:
        found = explain.score_as_of(score.version_id, lead_id=score.lead_id, at=as_of)
        if found is None:
            return None
        shown, row = found, _as_row(found, score)
    lines = outlook.detailed(shown, lead_id=score.lead_id)
    changes = score_history(lead_id=score.lead_id, product_id=score.product_id)
    version = score.version
    points = [Point(change.at, change.fit, change.behavior, change.total) for change in changes]
    return Explained(
        score=row,
        is_past=as_of is not None,
        seen_at=as_of or at,
        outlook=_outlook(stored, score, at) if as_of is None else None,
        segment=segment_reason(score) if as_of is None else "",
        band=band_of(row),
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
        criteria=frozenset(c.key for c in shown.version.version.criteria),
    )


def _as_row(scored: Scored, like: Score) -> Score:
    """A score of a past moment in the form of the stored one; never saved."""
    names = ("fit", "fit_low", "fit_high", "behavior", "total", "is_pql", "band", "tier")
    numbers = {name: getattr(scored.judgement, name) for name in names}
    return Score(
        lead_id=like.lead_id, rubric=like.rubric, version=like.version, at=scored.at, **numbers
    )


def advice_now(score: Score, *, at: datetime) -> Advice | None:
    """What would make the lead a PQL, from what is measured now; None if it is one, or gone."""
    now = explain.score_now(compiled(score.version_id), lead_id=score.lead_id, at=at)
    if now is None or now.judgement.is_pql:
        return None
    return outlook.advice(now, lead_id=score.lead_id)


def _outlook(stored: Scored, score: Score, at: datetime) -> Outlook | None:
    """From what is measured now: the stored score may be older, though its result is not."""
    now = explain.score_now(stored.version, lead_id=score.lead_id, at=at)
    if now is None:
        return None
    if now.judgement.is_pql:
        return Outlook(None, outlook.pql_until(now, lead_id=score.lead_id))
    return Outlook(outlook.advice(now, lead_id=score.lead_id), None)


def episodes(lead: Lead, score: Score | None, viewer: Viewer, *, at: datetime) -> list[Episode]:
    """A lead's qualifications that the viewer may see, the open one first."""
    story = StateChange.objects.select_related("by", "rep__user").order_by("-at", "-pk")
    notes = Note.objects.select_related("by")
    found = list(
        Qualification.objects.filter(lead=lead)
        .seen_by(viewer)
        .select_related("rep__user", "product", "version__rubric", "lead", "sla_policy")
        .prefetch_related(
            Prefetch("changes", queryset=story), Prefetch("notes", queryset=notes), "decisions"
        )
        .order_by("-opened_at", "-pk")
    )
    now = explain.breakdown(score) if score else []
    hot = set(Score.objects.filter(lead=lead, is_pql=True).values_list("product", flat=True))
    lost = digests.lost_by(
        {(lead.pk, pql.product_id) for pql in found if pql.product_id not in hot}
    )
    told = []
    for pql in found:
        is_same = score is not None and pql.version.rubric_id == score.rubric_id
        since = compare(reasons.thaw(pql.breakdown), now) if is_same else []
        told.append(
            Episode(
                pql=pql,
                changes=list(pql.changes.all()),
                since=since,
                told=briefs.then_and_now(pql, score, since, at=at) if score and is_same else "",
                again=briefs.last_time(pql, found),
                undo=_undoable(pql, viewer, at),
                is_open=pql.state not in CLOSED_STATES,
                may_act=viewer.may_act_on(pql),
                lost_by=lost.get((lead.pk, pql.product_id)) if pql.closed_at is None else None,
            )
        )
    return sorted(told, key=lambda episode: not episode.is_open)


def _undoable(pql: Qualification, viewer: Viewer, at: datetime) -> StateChange | None:
    last = max(pql.changes.all(), key=lambda change: change.pk, default=None)
    if last is None or last.undo_until is None or at > last.undo_until:
        return None
    return last if viewer.may_undo(last) else None


def events_before(
    lead_id: int, before: tuple[datetime, int] | None
) -> tuple[Sequence[Event], bool]:
    """One page of a lead's events, newest first, and whether there are older ones."""
    events = Event.objects.timeline(lead_id).select_related("source")
    if before is not None:
        moment, pk = before
        events = events.filter(occurred_at__lte=moment).exclude(occurred_at=moment, pk__gte=pk)
    found = list(events[: EVENTS_A_PAGE + 1])
    return found[:EVENTS_A_PAGE], len(found) > EVENTS_A_PAGE


def trial_of(lead: Lead, score: Score | None) -> Trial | None:
    """The trial the score is about; any, if there is no score yet."""
    trials = Trial.objects.filter(lead=lead).select_related("product")
    if score is not None:
        trials = trials.filter(product=score.rubric.product_id)
    return trials.order_by("-started_at").first()


def axis_lines(axis: Axis, score: int, maximum: int, lines: Sequence[Line]) -> AxisLines:
    mine = [line for line in lines if line.axis is axis]
    counting = [line for line in mine if line.points]
    # A criterion that can only take points is nothing to look forward to.
    not_yet = [line for line in mine if not line.points and (line.best_points > 0)]
    not_yet.sort(key=lambda line: -line.best_points)
    return AxisLines(axis, score, maximum, counting, not_yet)
