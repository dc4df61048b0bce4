"""What people write down to be done about a lead, and whom they give it to, checked."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from leads.models import Lead
from routing.models import Qualification, Rep, Task
from routing.services.tasking import NOTE_LENGTH, TITLE_LENGTH
from routing.viewers import Viewer


class TaskForm(forms.Form):
    """What, by which day and, asked of managers alone, by whom.

    Others write tasks for themselves; who is no rep, for whoever works the PQL.
    """

    title = forms.CharField(
        max_length=TITLE_LENGTH, strip=True, error_messages={"required": "Say what is to be done."}
    )
    due_on = forms.DateField(
        error_messages={
            "required": "Choose the day it is due.",
            "invalid": "Write the day as a date.",
        }
    )
    rep = forms.ModelChoiceField(
        queryset=Rep.objects.none(),
        required=False,
        error_messages={"invalid_choice": "Choose a rep from the list."},
    )
    note = forms.CharField(max_length=NOTE_LENGTH, required=False, strip=True)

    def __init__(self, data: Any, *, lead: Lead, viewer: Viewer, at: datetime) -> None:
        self.own = Rep.objects.filter(pk=viewer.rep_id).first() if viewer.rep_id else None
        self.today = timezone.localdate(at)
        super().__init__(data, initial={"due_on": self.today, "rep": self.own})
        self.has_pql = Qualification.objects.open().filter(lead=lead).exists()
        if viewer.may_assign:
            self.fields["rep"].queryset = Rep.objects.tasked_by(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField
            self.fields["rep"].required = not self.has_pql
            self.fields["rep"].error_messages["required"] = "Choose who is to do it."
        else:
            del self.fields["rep"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("due_on") and given["due_on"] < self.today:
            self.add_error("due_on", "Choose a day that has not passed.")
        return {"rep": self.own, **given}


class GiveTaskForm(forms.Form):
    """Who is to do a task from now on: one of those whom the viewer may give tasks."""

    rep = forms.ModelChoiceField(
        queryset=Rep.objects.none(),
        error_messages={
            "required": "Choose who is to do it.",
            "invalid_choice": "Choose a rep from the list.",
        },
    )

    def __init__(self, data: Any, *, task: Task, viewer: Viewer) -> None:
        super().__init__(data, initial={"rep": task.owner})
        self.fields["rep"].queryset = Rep.objects.tasked_by(viewer)  # type: ignore[attr-defined]  # a ModelChoiceField
