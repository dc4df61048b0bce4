"""What narrows a list of PQLs, as the filters ask."""

from collections import Counter
from datetime import datetime

from django.db.models import Q

from leads.models import Lead
from routing.models import LeadTag, Task
from routing.models.qualification import QualificationQuerySet
from routing.models.task import TaskQuerySet, tomorrow
from routing.queue.wanted import Tab, Wanted, WithTask
from routing.viewers import Viewer
from rubrics.models import Band, RubricVersion

FEW = 10_000
"""So many PQLs are gathered and sorted for a page; of more, an index is followed."""
FEW_NAMED = 1_000
"""So many whom a search found are gathered; of more, a page soon fills from any index."""


def narrowed(
    found: QualificationQuerySet, wanted: Wanted, *, viewer: Viewer, at: datetime
) -> tuple[QualificationQuerySet, bool]:
    """Those of a tab that have everything that is asked for, and whether these are so few that they
    are to be gathered, as far as a glance at an index tells."""
    equal = {
        "product": wanted.product,
        "state": wanted.state,
        "rep": wanted.rep,
        "rep__team": wanted.team,
        "lead__account__attributes__country__iexact": wanted.country,
        "lead__account__attributes__industry__iexact": wanted.industry,
    }
    found = found.filter(**{name: value for name, value in equal.items() if value})
    are_few = wanted.task == WithTask.DUE and _are_few_due(at)
    if wanted.words:
        ids = Lead.objects.search_few(wanted.words)
        are_few |= ids is not None and len(ids) <= FEW_NAMED
        found = found.filter(Lead.objects.worded_among(ids, wanted.words, lead="lead"))
    if wanted.tag:
        found = found.filter(lead__in=LeadTag.objects.filter(name=wanted.tag).values("lead"))
    if wanted.task:
        found = found.filter(lead__in=_tasks(wanted, viewer, at).values("lead"))
    if wanted.born is not None:
        found = found.born_of(wanted.born)
    if wanted.lost is not None:
        found = found.lost_by(wanted.lost)
    now = _now(wanted)
    return (found.with_score().filter(now) if now else found), are_few


def _are_few_due(at: datetime) -> bool:
    due = Task.objects.filter(done_at=None, due_at__lt=tomorrow(at)).order_by()
    return due[: FEW + 1].count() <= FEW


def _now(wanted: Wanted) -> Q:
    """What is asked of the scores of now: in one piece, for one join."""
    now = Q()
    if wanted.rubric is not None:
        now &= Q(score__rubric=wanted.rubric)
    if wanted.tier is not None:
        now &= Q(score__tier=wanted.tier)
    if wanted.band:
        now &= in_band(wanted.band)
    if wanted.min_fit is not None:
        now &= _at_least("fit", wanted.min_fit)
    if wanted.min_total is not None:
        now &= _at_least("total", wanted.min_total)
    return now


def in_band(name: str) -> Q:
    """Scores in the band of this name; each version numbers its own from the lowest."""
    bands = Band.objects.filter(version__in=RubricVersion.objects.published())
    numbered: Counter[int] = Counter()
    found = Q(pk__in=[])
    for version_id, other in bands.order_by("at_least").values_list("version", "name"):
        if other == name:
            found |= Q(score__version=version_id, score__band=numbered[version_id])
        numbered[version_id] += 1
    return found


def _at_least(axis: str, bound: int) -> Q:
    return Q(**{f"score__{axis}__gte": bound}) | Q(score=None, **{f"{axis}__gte": bound})


def _tasks(wanted: Wanted, viewer: Viewer, at: datetime) -> TaskQuerySet:
    """In one's own tab one's own tasks; elsewhere everybody's that the viewer sees."""
    if wanted.task == WithTask.DUE:
        to_do = Task.objects.due_before(tomorrow(at))
    else:
        to_do = Task.objects.to_do()
    is_own = wanted.tab is Tab.MINE
    found = to_do.of_rep(viewer.rep_id) if is_own else to_do.seen_by(viewer)
    return found.order_by()
