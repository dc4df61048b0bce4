"""What a rep does with a PQL by one click: a POST that calls one service."""

from collections.abc import Callable

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from routing import services
from routing.models import Qualification, StateChange
from routing.viewers import Viewer
from routing.views.base import answer, page_for, person

Verb = Callable[[Qualification, User], object]

# The verbs that need nothing but a click, and what is said when they are done.
_PLAIN: dict[str, tuple[Verb, str]] = {
    "accept": (
        lambda pql, by: services.accept(pql, by=by, at=timezone.now()),
        "Accepted {lead}. It is yours to work.",
    ),
    "wake": (
        lambda pql, by: services.unsnooze(pql, by=by, at=timezone.now()),
        "{lead} is back in the queue.",
    ),
    "contacted": (
        lambda pql, by: services.mark_contacted(pql, by=by, at=timezone.now()),
        "Marked {lead} as contacted.",
    ),
}


@require_POST
@page_for(lambda viewer: viewer.may_work)
def work(request: HttpRequest, viewer: Viewer, pk: int, verb: str) -> HttpResponse:
    """Accept, wake, contacted."""
    if verb not in _PLAIN:
        raise Http404
    pql = found(viewer, pk)
    act, done = _PLAIN[verb]
    return attempt(request, viewer, pql, lambda by: act(pql, by), done)


@require_POST
@page_for(lambda viewer: viewer.may_work)
def undo(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Take back what was done within the last minute."""
    pqls = Qualification.objects.seen_by(viewer)
    changes = StateChange.objects.select_related("qualification__lead")
    change = get_object_or_404(changes.filter(qualification__in=pqls), pk=pk)
    try:
        pql = services.undo(change, by=person(request), at=timezone.now())
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    state = pql.get_state_display().lower()
    return answer(request, f"Undone. {pql.lead} is {state} again.")


def found(viewer: Viewer, pk: int) -> Qualification:
    """A PQL the viewer may see; 404 for any other."""
    visible = Qualification.objects.seen_by(viewer).select_related("lead", "rep__user")
    return get_object_or_404(visible, pk=pk)


def attempt(
    request: HttpRequest,
    viewer: Viewer,
    pql: Qualification,
    act: Callable[[User], object],
    done: str,
    *,
    is_for_mates: bool = False,
) -> HttpResponse:
    """Do it if the viewer may, and say how it went; with the way to undo it."""
    if not is_for_mates and not viewer.may_act_on(pql):
        return answer(request, f"This PQL is {pql.rep}'s to work.", is_refusal=True)
    by, last = person(request), pql.changes.last()
    try:
        act(by)
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    change = pql.changes.last_by(by.pk)
    is_new = change is not None and change != last
    undo_url = reverse("routing:undo", args=[change.pk]) if change and is_new else ""
    return answer(request, done.replace("{lead}", str(pql.lead)), undo=undo_url)
