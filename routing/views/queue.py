"""The queue, and the question whether it is still up to date."""

from collections.abc import Sequence

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from leads.models import Source
from routing import digests, reports, services
from routing.explaining import advice_now
from routing.forms import QueueForm
from routing.models import SavedView
from routing.people import visible_leads
from routing.queue import (
    ORDER_LABELS,
    PAGE_SIZE,
    TAB_LABELS,
    TASK_LABELS,
    NearMiss,
    Page,
    Row,
    Tab,
    Wanted,
    orders_of,
    read_near_misses,
    read_page,
)
from routing.queue.maxima import common
from routing.viewers import Viewer
from routing.views.base import answer, is_fragment, page_for, person, show
from routing.views.chips import chips_of
from rubrics.labels import TIERS
from rubrics.models import Publication, Score

ADVICE_CACHED_S = 600


@require_safe
@page_for(lambda viewer: viewer.sees_queue)
def queue(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The PQLs to work, hottest first; without a wish, as their default view shows them."""
    if is_fragment(request):
        return _queue(request, viewer, "_queue")
    views = list(SavedView.objects.for_viewer(viewer))
    default = next((view for view in views if view.is_default and viewer.owns(view)), None)
    if default and not request.GET:
        return redirect(f"{reverse('routing:queue')}?{default.query}")
    return _queue(request, viewer, "queue", views)


@require_safe
@page_for(lambda viewer: viewer.sees_queue)
def queue_pulse(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """204 while what the page shows is still so; else what it should show now."""
    raw = request.GET.get("scores", "").split(",")
    score_ids = [int(word) for word in raw[:PAGE_SIZE] if word.isdecimal() and len(word) < 18]
    if reports.fingerprint_now(score_ids) == request.GET.get("seen"):
        return HttpResponse(status=204)
    return _queue(request, viewer, "_queue")


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def digest_away(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put away what a version that went live did to the queue."""
    publication = get_object_or_404(Publication.objects.flipped(), pk=pk)
    services.put_digest_away(publication, by=person(request), at=timezone.now())
    return answer(request, "Put away.")


@require_safe
@page_for(lambda viewer: viewer.sees_queue and viewer.sees_leads)
def queue_advice(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """What would make this lead a PQL, cheapest first. Computed when its row is looked at."""
    score = get_object_or_404(Score.objects.filter(lead__in=visible_leads(viewer)), pk=pk)
    key = f"advice-{score.pk}-{score.revision}"
    advice = cache.get_or_set(key, lambda: _advice(score), ADVICE_CACHED_S)
    return show(request, viewer, "routing/_advice.html", {"advice": advice})


def _advice(score: Score) -> list[str]:
    """In words; nothing for a score that went away, or a lead that became a PQL meanwhile."""
    told = advice_now(score, at=timezone.now())
    if told is None:
        return []
    # How much is short stands in the row already.
    return [one.words.removeprefix(f"{told.short}: ") for one in told.suggestions] or [told.verdict]


def _queue(
    request: HttpRequest, viewer: Viewer, template: str, views: Sequence[SavedView] = ()
) -> HttpResponse:
    form = QueueForm(request.GET)
    wanted = form.wanted(viewer)
    at = timezone.now()
    # Counted before it is read: what changes in between makes the page look older, never newer.
    figures = reports.queue_figures(viewer, at=at)
    page: Page[Row] | Page[NearMiss]
    if wanted.tab is Tab.NEAR_MISS and viewer.sees_leads:
        page = read_near_misses(wanted, at=at)
    else:
        page = read_page(wanted, viewer=viewer, at=at, holds=figures.counts.get(wanted.tab))
    scores = [row.score for row in page.rows if row.score]
    changed = [score.changed_at for score in scores]
    choices = reports.choices()
    context = {
        "form": form,
        "wanted": wanted,
        "tabs": _tabs(wanted, figures, viewer),
        "page": page,
        "maxima": common(row.maxima for row in page.rows),
        "of": None if wanted.is_filtered else figures.counts.get(wanted.tab),
        "unassigned": figures.counts[Tab.UNASSIGNED],
        "why_nobodys": lambda: reports.why_nobodys(figures.newest_change),
        "orders": [(order.value, ORDER_LABELS[order]) for order in orders_of(wanted.tab)],
        "choices": choices,
        "reps": choices.reps_for(viewer),
        "tiers": TIERS.items(),
        "views": views,
        "query": wanted.query(),
        "chips": chips_of(request, wanted, choices),
        "score_ids": ",".join(str(score.pk) for score in scores),
        "fingerprint": reports.fingerprint(figures.newest_change, changed),
        "shows_rep": wanted.tab is not Tab.MINE,
        "due": reports.due_tasks(viewer, at=at),
        "task_labels": TASK_LABELS.items(),
        "lacks_sources": _lacks_sources,
        "digests": digests.digests_for(viewer, at=at),
        "at": at,
        "section": "queue",
    }
    return show(request, viewer, f"routing/{template}.html", context)


def _lacks_sources() -> bool:
    """Asked by the template where there is nothing else to show."""
    return not Source.objects.exists()


def _tabs(wanted: Wanted, figures: reports.QueueFigures, viewer: Viewer) -> list[dict[str, object]]:
    labels = TAB_LABELS | ({Tab.TEAM: "Everyone"} if viewer.sees_all else {})
    hidden = {Tab.MINE} if viewer.rep_id is None else set()
    if not viewer.sees_leads:
        hidden.add(Tab.NEAR_MISS)
    return [
        {
            "key": tab.value,
            "label": label,
            "count": figures.counts.get(tab),
            "is_current": tab is wanted.tab,
            "is_loud": tab is Tab.UNASSIGNED and figures.counts[tab] > 0,
        }
        for tab, label in labels.items()
        if tab not in hidden
    ]
