"""The queue, and the question whether it is still up to date."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routing import digests, reports, services
from routing.forms import QueueForm
from routing.queue import ORDER_LABELS, PAGE_SIZE, Tab, Wanted, read_page
from routing.viewers import Viewer
from routing.views.base import answer, is_fragment, page_for, person, show
from rubrics.models import Publication

TAB_LABELS = {
    Tab.MINE: "Mine",
    Tab.TEAM: "Team",
    Tab.UNASSIGNED: "Unassigned",
    Tab.SNOOZED: "Snoozed",
    Tab.CLOSED: "Closed",
}


@require_safe
@page_for(lambda viewer: viewer.sees_queue)
def queue(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The PQLs to work, hottest first."""
    return _queue(request, viewer, "_queue" if is_fragment(request) else "queue")


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


def _queue(request: HttpRequest, viewer: Viewer, template: str) -> HttpResponse:
    form = QueueForm(request.GET)
    wanted = form.wanted(viewer)
    at = timezone.now()
    # Counted before it is read: what changes in between makes the page look older, never newer.
    figures = reports.queue_figures(viewer)
    page = read_page(wanted, viewer=viewer, at=at)
    scores = [row.score for row in page.rows if row.score]
    changed = [score.changed_at for score in scores]
    context = {
        "form": form,
        "wanted": wanted,
        "tabs": _tabs(wanted, figures, viewer),
        "page": page,
        "of": None if wanted.is_filtered else figures.counts.get(wanted.tab),
        "unassigned": figures.counts[Tab.UNASSIGNED],
        "orders": ORDER_LABELS.items(),
        "products": reports.products(),
        "score_ids": ",".join(str(score.pk) for score in scores),
        "fingerprint": reports.fingerprint(figures.newest_change, changed),
        "shows_rep": wanted.tab is not Tab.MINE,
        "digests": digests.digests_for(viewer, at=at),
        "at": at,
        "section": "queue",
    }
    return show(request, viewer, f"routing/{template}.html", context)


def _tabs(wanted: Wanted, figures: reports.QueueFigures, viewer: Viewer) -> list[dict[str, object]]:
    labels = TAB_LABELS | ({Tab.TEAM: "Everyone"} if viewer.sees_all else {})
    return [
        {
            "key": tab.value,
            "label": label,
            "count": figures.counts.get(tab),
            "is_current": tab is wanted.tab,
            "is_loud": tab is Tab.UNASSIGNED and figures.counts[tab] > 0,
        }
        for tab, label in labels.items()
        if tab is not Tab.MINE or viewer.rep_id is not None
    ]
