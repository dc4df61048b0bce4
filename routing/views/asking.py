"""What needs an answer before it is done with a PQL: a question, then one service."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from routing import services
from routing.forms import (
    AssignForm,
    LostForm,
    NoteForm,
    RejectForm,
    SnoozeForm,
    TouchForm,
    WorthForm,
)
from routing.models import Qualification
from routing.viewers import Viewer
from routing.views.base import back, is_fragment, page_for, show
from routing.views.work import attempt, found


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, by which form; what the answers do, and what is said when that is done.

    ``is_for_managers``: only for who says who works what. ``is_for_mates``: also on PQLs that
    another rep of the team works.
    """

    form: type[forms.Form]
    heading: str
    button: str
    act: Callable[[Qualification, User, datetime, Any], object]
    done: str
    answer: Callable[[Any], str] | None = None
    is_for_managers: bool = False
    is_for_mates: bool = False


def _assign(pql: Qualification, by: User, at: datetime, form: AssignForm) -> object:
    given = form.cleaned_data
    return services.assign(
        pql, rep=given["rep"], by=by, at=at, note=given["note"], is_confirmed=form.is_confirmed
    )


def _snooze(pql: Qualification, by: User, at: datetime, form: SnoozeForm) -> object:
    return services.snooze(pql, by=by, at=at, until=form.until(at))


def _touch(pql: Qualification, by: User, at: datetime, form: TouchForm) -> object:
    return services.log_touch(pql, by=by, at=at, **form.cleaned_data)


QUESTIONS: dict[str, Question] = {
    "reject": Question(
        RejectForm,
        "Why reject {lead}?",
        "Reject",
        lambda pql, by, at, form: services.reject(pql, by=by, at=at, **form.cleaned_data),
        "Rejected {lead}. Thank you: the reason helps to tune the scoring.",
    ),
    "snooze": Question(
        SnoozeForm,
        "Snooze {lead}",
        "Snooze until then",
        _snooze,
        "Snoozed {lead} until {answer}.",
        answer=lambda form: _day(form.until(timezone.now())),
    ),
    "assign": Question(
        AssignForm,
        "Who takes {lead}?",
        "Assign",
        _assign,
        "Gave {lead} to {answer}.",
        answer=lambda form: str(form.cleaned_data["rep"]),
        is_for_managers=True,
    ),
    "touch": Question(
        TouchForm,
        "How did you reach out to {lead}?",
        "Log it",
        _touch,
        "Logged. {lead} is contacted.",
    ),
    "note": Question(
        NoteForm,
        "Note on {lead}",
        "Keep note",
        lambda pql, by, at, form: services.add_note(pql, by=by, at=at, **form.cleaned_data),
        "Kept your note on {lead}.",
        is_for_mates=True,
    ),
    "opportunity": Question(
        WorthForm,
        "What may {lead} be worth?",
        "Make it an opportunity",
        lambda pql, by, at, form: services.mark_opportunity(pql, by=by, at=at, **form.cleaned_data),
        "Made {lead} an opportunity.",
    ),
    "won": Question(
        WorthForm,
        "Won {lead}: what is it worth?",
        "Close as won",
        lambda pql, by, at, form: services.close_won(pql, by=by, at=at, **form.cleaned_data),
        "Closed {lead} as won. Well done.",
    ),
    "lost": Question(
        LostForm,
        "Why was {lead} lost?",
        "Close as lost",
        lambda pql, by, at, form: services.close_lost(pql, by=by, at=at, **form.cleaned_data),
        "Closed {lead} as lost.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@page_for(lambda viewer: viewer.may_work)
def ask(request: HttpRequest, viewer: Viewer, pk: int, verb: str) -> HttpResponse:
    """Ask what has to be known; once it is, do it."""
    question = QUESTIONS[verb]
    if question.is_for_managers and not viewer.may_assign:
        raise PermissionDenied
    pql, at = found(viewer, pk), timezone.now()
    posted = request.POST if request.method == "POST" else None
    form = question.form(posted, **extra(question, viewer, at))
    if not form.is_valid():
        return _asked(request, viewer, pql, form, verb)
    return attempt(
        request,
        viewer,
        pql,
        lambda by: question.act(pql, by, at, form),
        _said(question, form),
        is_for_mates=question.is_for_mates,
    )


def _said(question: Question, form: forms.Form) -> str:
    answer = question.answer(form) if question.answer else ""
    return question.done.replace("{answer}", answer)


def extra(question: Question, viewer: Viewer, at: datetime, count: int = 1) -> dict[str, Any]:
    """Who may be chosen depends on who asks, on the moment and on how many PQLs it is about."""
    if question.form is not AssignForm:
        return {}
    return {"viewer": viewer, "at": at, "count": count}


def _asked(
    request: HttpRequest, viewer: Viewer, pql: Qualification, form: forms.Form, verb: str
) -> HttpResponse:
    """The form, as a page of its own or as the inside of the dialog; 422 if it came back."""
    kind = "_dialog" if is_fragment(request) else "ask"
    question = QUESTIONS[verb]
    context = {
        "pql": pql,
        "address": reverse(f"routing:pql-{verb}", args=[pql.pk]),
        "form": form,
        "fields": f"routing/asks/_{verb}.html",
        "heading": question.heading.replace("{lead}", str(pql.lead)),
        "button": question.button,
        "next": back(request),
    }
    status = 422 if form.is_bound else 200
    return show(request, viewer, f"routing/{kind}.html", context, status=status)


def _day(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%A, %-d %B}"
