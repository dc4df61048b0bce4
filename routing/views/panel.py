"""A lead beside the queue: enough to decide, without leaving the list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from routing import people
from routing.viewers import Viewer
from routing.views.base import page_for, show


@require_safe
@page_for(lambda viewer: viewer.sees_queue and viewer.sees_leads)
def panel(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Who it is, the scores with their reasons, what can be done, and the work so far."""
    lead = get_object_or_404(people.visible_leads(viewer).select_related("account"), pk=pk)
    at = timezone.now()
    score = next(iter(people.scores_of(lead)), None)
    context = {
        "lead": lead,
        "explained": people.explained(score, at=at) if score else None,
        "episodes": people.episodes(lead, score, viewer, at=at),
        "at": at,
    }
    return show(request, viewer, "routing/_panel.html", context)
