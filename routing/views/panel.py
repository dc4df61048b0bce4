"""A lead beside the queue: enough to decide, without leaving the list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from routing import people
from routing.explaining import explained
from routing.plays import reading as plays
from routing.viewers import Viewer
from routing.views.base import page_for, show
from routing.views.leads import brief_of_lead


@require_safe
@page_for(lambda viewer: viewer.sees_queue and viewer.sees_leads)
def panel(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """The lead's page in short: why it is a PQL, what can be done, and the work so far."""
    lead = get_object_or_404(people.visible_leads(viewer).select_related("account"), pk=pk)
    at = timezone.now()
    scores = people.scores_of(lead)
    score = next(iter(scores), None)
    context = {
        "lead": lead,
        "explained": explained(score, at=at) if score else None,
        **brief_of_lead(lead, scores, score, viewer, at=at),
        "plays": plays.of_lead(lead, viewer, at=at),
        "at": at,
    }
    return show(request, viewer, "routing/_panel.html", context)
