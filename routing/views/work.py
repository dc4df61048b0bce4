"""What a rep does with a PQL: each a POST that calls one service."""

from collections.abc import Callable

from django import forms
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from routing import services
from routing.forms import AssignForm, RejectForm, SnoozeForm
from routing.models import Qualification, StateChange
from routing.viewers import Viewer
from routing.views.base import answer, back, is_fragment, page_for, person, show

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
    "opportunity": (
        lambda pql, by: services.mark_opportunity(pql, by=by, at=timezone.now()),
        "Made {lead} an opportunity.",
    ),
    "won": (
        lambda pql, by: services.close_won(pql, by=by, at=timezone.now()),
        "Closed {lead} as won.",
    ),
    "lost": (
        lambda pql, by: services.close_lost(pql, by=by, at=timezone.now()),
        "Closed {lead} as lost.",
    ),
}


@require_POST
@page_for(lambda viewer: viewer.may_work)
def work(request: HttpRequest, viewer: Viewer, pk: int, verb: str) -> HttpResponse:
    """Accept, wake, contacted, opportunity, won, lost."""
    if verb not in _PLAIN:
        raise Http404
    pql = _found(viewer, pk)
    act, done = _PLAIN[verb]
    return _attempt(request, viewer, pql, lambda by: act(pql, by), done)


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_work)
def reject(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask for the reason, then hand the PQL back."""
    pql = _found(viewer, pk)
    form = RejectForm(_posted(request))
    if not form.is_valid():
        return _ask(request, viewer, pql, form, "reject")
    given = form.cleaned_data
    return _attempt(
        request,
        viewer,
        pql,
        lambda by: services.reject(
            pql, by=by, at=timezone.now(), reason=given["reason"], note=given["note"]
        ),
        "Rejected {lead}. Thank you: the reason helps to tune the scoring.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_work)
def snooze(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask until when, then take the PQL out of the queue."""
    pql = _found(viewer, pk)
    form = SnoozeForm(_posted(request))
    if not form.is_valid():
        return _ask(request, viewer, pql, form, "snooze")
    at = timezone.now()
    until = form.until(at)
    day = f"{timezone.localtime(until):%A, %-d %B}"
    return _attempt(
        request,
        viewer,
        pql,
        lambda by: services.snooze(pql, by=by, at=at, until=until),
        "Snoozed {lead} until " + day + ".",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_work and viewer.sees_all)
def assign(request: HttpRequest, viewer: Viewer, pk: int) -> HttpResponse:
    """Ask for the rep, then give them the PQL."""
    pql = _found(viewer, pk)
    at = timezone.now()
    form = AssignForm(_posted(request), at=at)
    if not form.is_valid():
        return _ask(request, viewer, pql, form, "assign")
    rep = form.cleaned_data["rep"]
    return _attempt(
        request,
        viewer,
        pql,
        lambda by: services.assign(pql, rep=rep, by=by, at=at),
        "Gave {lead} to " + str(rep) + ".",
    )


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


def _found(viewer: Viewer, pk: int) -> Qualification:
    visible = Qualification.objects.seen_by(viewer).select_related("lead", "rep__user")
    return get_object_or_404(visible, pk=pk)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What a form binds to: nothing on GET, so that it asks without complaining."""
    return request.POST if request.method == "POST" else None


def _ask(
    request: HttpRequest, viewer: Viewer, pql: Qualification, form: forms.Form, verb: str
) -> HttpResponse:
    """The form, as a page of its own or as the inside of the dialog; 422 if it came back."""
    kind = "_dialog" if is_fragment(request) else "ask"
    context = {"pql": pql, "form": form, "verb": verb, "next": back(request)}
    status = 422 if form.is_bound else 200
    return show(request, viewer, f"routing/{kind}.html", context, status=status)


def _attempt(
    request: HttpRequest,
    viewer: Viewer,
    pql: Qualification,
    act: Callable[[User], object],
    done: str,
) -> HttpResponse:
    if not viewer.may_act_on(pql):
        return answer(request, f"This PQL is {pql.rep}'s to work.", is_refusal=True)
    by = person(request)
    try:
        act(by)
    except services.RoutingError as error:
        return answer(request, str(error), is_refusal=True)
    change = pql.changes.last_by(by.pk)
    undo_url = reverse("routing:undo", args=[change.pk]) if change else ""
    return answer(request, done.replace("{lead}", str(pql.lead)), undo=undo_url)
