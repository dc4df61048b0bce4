"""Tags that people put on a lead, and take off."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from leads.models import Lead
from routing import people, services
from routing.viewers import Viewer
from routing.views.base import answer, page_for, person


@require_POST
@page_for(lambda viewer: viewer.may_work and viewer.sees_leads)
def tag_on(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Put a tag on a lead."""
    lead, name = _asked(request, viewer, pk)
    try:
        is_new = services.put_tag(lead, name=name, by=person(request), at=timezone.now())
    except services.InvalidRequest as error:
        return answer(request, str(error), is_refusal=True)
    if not is_new:
        return answer(request, f"{lead} is tagged “{name}” already.")
    return answer(request, f"Tagged {lead} “{name}”.", undo=_address("tag-off", lead, name))


@require_POST
@page_for(lambda viewer: viewer.may_work and viewer.sees_leads)
def tag_off(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take a tag off a lead."""
    lead, name = _asked(request, viewer, pk)
    if not services.take_tag_off(lead, name=name):
        return answer(request, f"{lead} has no tag “{name}” any more.")
    return answer(request, f"Took “{name}” off {lead}.", undo=_address("tag-on", lead, name))


def _asked(request: HttpRequest, viewer: Viewer, pk: int) -> tuple[Lead, str]:
    """Undoing posts to an address that names the tag; forms send it."""
    lead = get_object_or_404(people.visible_leads(viewer), pk=pk)
    name = request.POST.get("name") or request.GET.get("name") or ""
    return lead, " ".join(name.replace("\x00", "").split())


def _address(which: str, lead: Lead, name: str) -> str:
    return f"{reverse(f'routing:{which}', args=[lead.pk])}?{urlencode({'name': name})}"
