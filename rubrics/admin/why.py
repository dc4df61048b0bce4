"""The question before something is done to everybody's score: what will happen, and why do it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from leads.admin.base import AppAdmin, Form, change_url
from rubrics.errors import GateRefused, PublicationEnded, VersionNotPublishable, VersionNotRetirable
from rubrics.measures import SpecError

REFUSALS = (PublicationEnded, VersionNotPublishable, VersionNotRetirable, SpecError)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked before it is done. ``text`` says what will happen, in whole sentences."""

    title: str
    text: str
    button: str
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Why, and why in spite of what speaks against it."""

    reason: str
    override: str


class WhyForm(Form):
    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Kept in the audit log, for whoever wonders later.",
        widget=UnfoldAdminTextInputWidget,
    )
    override = forms.CharField(
        label="Why all the same",
        max_length=500,
        required=False,
        help_text="What stands above is set aside. Your name and this reason are kept in the "
        "audit log.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, needs_reason: bool) -> None:
        super().__init__(data)
        self.fields["reason"].required = needs_reason
        if not needs_reason:
            self.fields["reason"].label = "Why (optional)"
        if data is None or "override" not in data:
            self.fields["override"].widget = forms.HiddenInput()

    def ask_for_override(self, refusal: GateRefused) -> None:
        """Say what stands against it, and ask for a reason to go on where that may be done."""
        for problem in refusal.problems:
            self.add_error(None, f"{problem[:1].upper()}{problem[1:]}".rstrip(".") + ".")
        if refusal.may_override:
            self.fields["override"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
        else:
            self.add_error(None, "This needs somebody who may set that aside: a superuser.")


def ask_why(
    model_admin: AppAdmin,
    request: HttpRequest,
    obj: Model,
    question: Question,
    run: Callable[[Answer], HttpResponse],
) -> HttpResponse:
    """GET asks, POST does it; what the service refuses is said, and nothing typed is lost."""
    posted = request.POST if request.method == "POST" else None
    form = WhyForm(posted, needs_reason=question.needs_reason)
    if posted is not None and form.is_valid():
        try:
            return run(Answer(form.cleaned_data["reason"], form.cleaned_data["override"]))
        except GateRefused as refusal:
            form.ask_for_override(refusal)
        except REFUSALS as error:
            model_admin.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(change_url(obj))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": question.title,
        "text": question.text,
        "button": question.button,
        "form": form,
        "opts": model_admin.opts,
        "original": obj,
        "back": change_url(obj),
    }
    return TemplateResponse(request, "admin/rubrics/form.html", context)
