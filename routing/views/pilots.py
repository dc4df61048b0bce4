"""The pilot's daily question."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods

from routing import pilots, services
from routing.models import Pilot, Rep
from routing.models.pilot import Verdict
from routing.viewers import Viewer
from routing.views.base import answer, page_for, show


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_work)
def pilot_verdict(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """One tap: were the day's PQLs good? Links lead to the question; only the tap answers it."""
    pilot = get_object_or_404(Pilot, pk=pk)
    rep = get_object_or_404(Rep, pk=viewer.rep_id)
    at = timezone.now()
    if request.method != "POST":
        day = _day(request.GET.get("day", ""))
        asked = [one for one in pilots.asked_of(rep, at=at, day=day) if one.pilot == pilot]
        context = {
            "pilot": pilot,
            "asked": asked[0] if asked else None,
            "meant": request.GET.get("verdict", ""),
            "verdicts": Verdict.choices,
        }
        return show(request, viewer, "routing/pilot_verdict.html", context)
    given = request.POST
    try:
        pilots.give_verdict(
            pilot,
            rep=rep,
            verdict=given.get("verdict", ""),
            day=_day(given.get("day", "")),
            at=at,
        )
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, "Thank you. RevOps sees it beside the scores.")


def _day(text: str) -> date | None:
    """A date of the address; None, and so today, for anything else."""
    try:
        return parse_date(text)
    except ValueError:
        return None
