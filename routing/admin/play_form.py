"""The form of a play: what it waits for and what it does, in fields instead of documents."""

from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from leads.admin.base import ModelForm
from leads.models import Signal
from routing.admin.conditions import ConditionsField
from routing.models import Play
from routing.models.lead_mark import Stage
from routing.models.play import TriggerKind
from routing.models.task import Priority
from routing.plays.actions import ACTIONS
from routing.plays.actions.alerts import TO
from routing.plays.destinations import DESTINATIONS
from routing.plays.triggers import TRIGGERS
from routing.plays.triggers.episodes import STATES

TRIGGER_FIELDS = ("at_least", "signals", "states", "points", "days")
NUMBERS = ("at_least", "points", "days", "task_priority", "task_hours", "stage_stage")


def _number(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminIntegerFieldWidget
    )


def _choice(label: str, choices: list[tuple[Any, str]], help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        required=False,
        widget=UnfoldAdminSelectWidget,
    )


def _listed(label: str, help_text: str) -> forms.CharField:
    """One of what there is; what there is not any more is shown, and refused with the reason."""
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminSelectWidget
    )


def _several(label: str, help_text: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


def _line(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=UnfoldAdminTextInputWidget
    )


def _lines(label: str, help_text: str = "") -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 6})
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)


def _switch(kind: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=ACTIONS[kind].label, required=False, widget=UnfoldBooleanSwitchWidget
    )


class PlayForm(ModelForm):
    """Fields named ``task_title`` belong to the action of that kind, which ``do_task`` switches."""

    at_least = _number("Total of at least", "Where a band begins, it is called by its name.")
    signals = _several("Signals", "One of them is enough.")
    states = _several("States", "One of them is enough. Acted on after a minute: it may be undone.")
    points = _number("Falls by at least", "Points, from the highest total in the days below.")
    days = _number("Days", "Within so many days; of a trial: so many days before it ends.")
    conditions = ConditionsField(
        required=False, help_text="All must hold when it acts. None: it always acts."
    )
    do_task = _switch("task")
    task_title = _line("Title", "Fields in braces are filled in, as in Messages: {first_name}.")
    task_note = _lines("Note")
    task_priority = _choice("Priority", list(Priority.choices))
    task_hours = _number("Due in", "Working hours of the rep.")
    do_alert = _switch("alert")
    alert_to = _choice("To", [(key, words.capitalize()) for key, words in TO.items()])
    alert_text = _line("Says", "Empty: what the play is for.")
    do_stage = _switch("stage")
    stage_stage = _choice("Stage", list(Stage.choices))
    stage_may_go_back = forms.BooleanField(
        label="Also backward",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Off: a customer never becomes a lead again.",
    )
    do_tag = _switch("tag")
    tag_name = _line("Tag")
    do_draft = _switch("draft")
    draft_subject = _line("Subject")
    draft_text = _lines("Text", "Shown on the lead's page. Nothing is sent by itself.")
    do_webhook = _switch("webhook")
    webhook_destination = _listed("Destination", "A webhook, as it is set up under Destinations.")

    class Meta:
        model = Play
        fields = (
            "name", "why", "product", "position", "severity", "trigger", "limit_days",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        signals = dict(Signal.objects.order_by("name").values_list("key", "name"))
        for key in self.instance.trigger_params.get("signals", []):
            signals.setdefault(key, f"{key} (there is no such signal)")
        choices = {
            "signals": list(signals.items()),
            "states": [(state.value, state.label) for state in STATES],
        }
        for name, listed in choices.items():
            if name in self.fields:
                # Chosen from, so it has choices.
                self.fields[name].choices = listed  # type: ignore[attr-defined]
        if "webhook_destination" in self.fields:
            widget = self.fields["webhook_destination"].widget
            widget.choices = self._destinations()
        for name, value in self._kept().items():
            self.initial.setdefault(name, value)

    def _destinations(self) -> list[tuple[str, str]]:
        hooks = [one for one in DESTINATIONS.all().values() if one.is_webhook]
        listed = {one.key: one.name if one.is_on else f"{one.name} (switched off)" for one in hooks}
        for document in self.instance.actions:
            if key := document.get("destination"):
                listed.setdefault(key, f"{key} (there is no such webhook)")
        return [("", "All that take what plays tell"), *listed.items()]

    def _kept(self) -> dict[str, Any]:
        """What the documents say, by the form's fields."""
        kept: dict[str, Any] = dict(self.instance.trigger_params)
        kept["conditions"] = self.instance.conditions
        kept |= {"task_priority": Priority.NORMAL, "task_hours": 4, "stage_stage": Stage.PQL}
        for document in self.instance.actions:
            kind = document["kind"]
            kept[f"do_{kind}"] = True
            kept |= {f"{kind}_{name}": value for name, value in document.items() if name != "kind"}
        return kept

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.instance.conditions = given.get("conditions") or []
        self.instance.trigger_params = self._trigger(given)
        self.instance.actions = self._actions(given)
        if not self.instance.actions and not self.errors:
            self.add_error(None, "Switch on at least one action.")
        if given.get("trigger") == TriggerKind.READY and given.get("limit_days") is None:
            self.add_error(
                "limit_days",
                "Enter days: an event that lifts the total is both a hit and a rise, and would "
                "count twice.",
            )
        return given

    def _trigger(self, given: dict[str, Any]) -> dict[str, Any]:
        trigger = TRIGGERS.get(given.get("trigger", ""))
        if trigger is None:
            return {}
        params = {name: given.get(name) for name in trigger.fields}
        for name, problem in trigger.check(params).items():
            if name not in self.errors:
                self.add_error(name, problem)
        return params

    def _actions(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        documents = []
        for kind, action in ACTIONS.items():
            if not given.get(f"do_{kind}"):
                continue
            document: dict[str, Any] = {"kind": kind}
            for name in action.fields:
                value = given.get(f"{kind}_{name}")
                is_number = f"{kind}_{name}" in NUMBERS and value not in {None, ""}
                document[name] = int(value or 0) if is_number else value
            problems = action.check(document) or action.missing(document)
            for name, problem in problems.items():
                if f"{kind}_{name}" not in self.errors:
                    self.add_error(f"{kind}_{name}", problem)
            documents.append(document)
        return documents


def conditional_fields() -> dict[str, str]:
    """When each field is shown, for the page's script."""
    shown: dict[str, str] = {}
    for name in TRIGGER_FIELDS:
        kinds = [kind for kind, trigger in TRIGGERS.items() if name in trigger.fields]
        shown[name] = " || ".join(f"trigger == '{kind}'" for kind in kinds)
    for kind, action in ACTIONS.items():
        shown |= {f"{kind}_{name}": f"do_{kind} == true" for name in action.fields}
    return shown
