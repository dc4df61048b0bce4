"""A lead's page: what they are worth and why, what they did, and who works them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from leads.models import Event, Lead, Trial
from routing import briefs, digests, reasons
from routing.models import Note, Qualification, StateChange
from routing.models.qualification import CLOSED_STATES
from routing.viewers import Viewer
from rubrics import explain
from rubrics.models import Publication, Score
from rubrics.scoring.differences import Compared, compare

EVENTS_A_PAGE = 25


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
