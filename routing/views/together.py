"""One thing done to all the PQLs that are selected in the queue."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from routing import services
from routing.models import Qualification, StateChange
from routing.queue import PAGE_SIZE
from routing.services.together import Together, together
from routing.viewers import Viewer
from routing.views.asking import QUESTIONS, extra
from routing.views.base import answer, back, is_fragment, page_for, person, show

Act = Callable[[Qualification, User, datetime, Any], object]
PLAIN: dict[str, Act] = {
    "accept": lambda pql, by, at, _: services.accept(pql, by=by, at=at),
    "wake": lambda pql, by, at, _: services.unsnooze(pql, by=by, at=at),
}
DONE = {
    "accept": "accepted",
    "wake": "woken",
    "reject": "rejected",
    "snooze": "snoozed",
    "assign": "assigned",
}
HEADINGS = {
    "reject": "Why reject {these}?",
    "snooze": "Snooze {these}",
    "assign": "Who takes {these}?",
}


@require_POST
@page_for(lambda viewer: viewer.may_work)
def work_selected(request: HttpRequest, viewer: Viewer, verb: str) -> HttpResponse:
    """Accept, wake, reject, snooze or assign; asks first for what the verb needs to know."""
    if verb not in DONE:
        raise Http404
    if verb == "assign" and not viewer.may_assign:
        raise PermissionDenied
    ids = _ids(request.POST.getlist("pql"))
    visible = Qualification.objects.seen_by(viewer).select_related("lead", "rep__user")
    pqls = list(visible.filter(pk__in=ids).order_by("pk"))
    if not pqls:
        return answer(request, "Select PQLs first.", is_refusal=True)
    by, at, form = person(request), timezone.now(), None
    act = PLAIN.get(verb)
    if act is None:
        question = QUESTIONS[verb]
        # Not bound yet where the question is put for the first time.
        posted = None if "ask" in request.POST else request.POST
        form = question.form(posted, **extra(question, viewer, at, len(pqls)))
        if not form.is_valid():
            return _asked(request, viewer, verb, form, pqls)
        act = question.act
    theirs = [pql for pql in pqls if viewer.may_act_on(pql)]
    went = together(theirs, lambda pql: act(pql, by, at, form), by=by)
    went.refused += [
        (pql, f"it is {pql.rep}'s to work.") for pql in pqls if not viewer.may_act_on(pql)
    ]
    return _told(request, went, DONE[verb])


@require_POST
@page_for(lambda viewer: viewer.may_work)
def undo_selected(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Take back what was done to many within the last minute, each for itself."""
    ids = _ids(request.GET.get("changes", "").split(","))
    seen = Qualification.objects.seen_by(viewer)
    changes = StateChange.objects.filter(pk__in=ids, qualification__in=seen)
    by, at = person(request), timezone.now()
    of = {change.qualification_id: change for change in changes}
    pqls = Qualification.objects.filter(pk__in=of).select_related("lead")
    went = together(pqls, lambda pql: services.undo(of[pql.pk], by=by, at=at), by=by)
    words = went.told("undone") or "There is nothing to undo."
    return answer(request, words, is_refusal=not went.done)


def _asked(
    request: HttpRequest, viewer: Viewer, verb: str, form: forms.Form, pqls: list[Qualification]
) -> HttpResponse:
    """The question, once for all of them; 422 if it came back."""
    kind = "_dialog" if is_fragment(request) else "ask"
    these = f"{len(pqls)} PQL{'s' if len(pqls) > 1 else ''}"
    context = {
        "pqls": pqls,
        "address": reverse("routing:queue-selected", args=[verb]),
        "form": form,
        "fields": f"routing/asks/_{verb}.html",
        "heading": HEADINGS[verb].replace("{these}", these),
        "button": QUESTIONS[verb].button,
        "next": back(request),
    }
    status = 422 if form.is_bound else 200
    return show(request, viewer, f"routing/{kind}.html", context, status=status)


def _told(request: HttpRequest, went: Together, done: str) -> HttpResponse:
    changes = ",".join(str(change.pk) for change in went.changes)
    undo = f"{reverse('routing:queue-undo')}?changes={changes}" if changes else ""
    return answer(request, went.told(done), is_refusal=not went.done, undo=undo)


def _ids(words: list[str]) -> list[int]:
    """No more than a page shows can be selected."""
    return [int(word) for word in words[:PAGE_SIZE] if word.isdecimal() and len(word) < 18]
