"""Being there or not: a rep's own page, and their manager's view of the team."""

from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from routing import roster, services, sla
from routing.availability import hours_of
from routing.models import Rep
from routing.rep_forms import OFF_CHOICES, OffForm
from routing.viewers import Viewer
from routing.views.base import answer, page_for, show


@require_safe
@page_for(lambda viewer: viewer.sees_queue)
def availability(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Oneself, if one is a rep, and the people one leads."""
    at = timezone.now()
    shown = roster.roster(roster.reps_of(viewer).distinct(), at=at)
    mine = next((one for one in shown if one.rep.pk == viewer.rep_id), None)
    context = {
        "mine": mine,
        "team": [one for one in shown if one is not mine],
        "off_choices": OFF_CHOICES.items(),
        "zones": sorted(name for name in available_timezones() if "/" in name or name == "UTC"),
        "at": at,
        "section": "availability",
    }
    return show(request, viewer, "routing/availability.html", context)


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def rep_off(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Nothing new for a rep until later."""
    rep, at = _found(viewer, pk), timezone.now()
    form = OffForm(request.POST)
    if not form.is_valid():
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return answer(request, said, is_refusal=True)
    until = form.moment(rep, hours_of([rep])[rep.pk], at)
    try:
        services.set_off(rep, until=until, at=at)
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, f"{_who(viewer, rep)} off until {until:%a %-d %b, %H:%M}.")


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def rep_back(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A rep is there again."""
    rep = _found(viewer, pk)
    services.set_back(rep)
    return answer(request, f"{_who(viewer, rep)} back. New PQLs come again in working hours.")


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def rep_zone(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A rep's working hours go by another clock."""
    rep = _found(viewer, pk)
    try:
        sla.set_time_zone(rep, zone=request.POST.get("time_zone", ""))
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    return answer(request, f"Working hours are on the clock of {rep.time_zone} now.")


@require_POST
@page_for(lambda viewer: viewer.sees_queue)
def rep_resume(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """A paused rep is dealt to again, because somebody who leads them says so."""
    rep = _found(viewer, pk)
    if rep.pk == viewer.rep_id and not viewer.sees_all:
        return answer(
            request,
            "Accept, reject or snooze one of your PQLs: then you are back.",
            is_refusal=True,
        )
    sla.resume(rep)
    return answer(request, f"{rep} gets new PQLs again.")


def _found(viewer: Viewer, pk: int) -> Rep:
    return get_object_or_404(roster.reps_of(viewer).distinct().select_related("user"), pk=pk)


def _who(viewer: Viewer, rep: Rep) -> str:
    return "You are" if rep.pk == viewer.rep_id else f"{rep} is"
