"""The pilot's daily question."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from routing import pilots, services
from routing.models import Pilot, Rep
from routing.viewers import Viewer
from routing.views.base import answer, page_for


@require_POST
@page_for(lambda viewer: viewer.may_work)
def pilot_verdict(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One tap: were today's PQLs good?"""
    pilot = get_object_or_404(Pilot, pk=pk)
    rep = get_object_or_404(Rep, pk=viewer.rep_id)
    try:
        pilots.give_verdict(
            pilot, rep=rep, verdict=request.POST.get("verdict", ""), at=timezone.now()
        )
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, "Thank you. RevOps sees it beside the scores.")
