"""What people type into the reps' pages, checked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from routing.models import Rep
from routing.models.qualification import OPEN_STATES, RejectReason, State
from routing.queue import ORDER_LABELS, Order, Tab, Wanted, orders_of
from routing.viewers import Viewer

SNOOZE_CHOICES = {"1": "1 day", "3": "3 days", "7": "1 week"}
WAKE_HOUR = 8


class QueueForm(forms.Form):
    """The queue's address. Anything that makes no sense is left out rather than refused."""

    tab = forms.ChoiceField(choices=[(tab.value, tab.value) for tab in Tab], required=False)
    q = forms.CharField(max_length=100, required=False, strip=True)
    product = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    rubric = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    state = forms.ChoiceField(
        choices=[(state.value, state.label) for state in OPEN_STATES if state != State.SNOOZED],
        required=False,
    )
    rep = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    team = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    band = forms.CharField(max_length=60, required=False, strip=True)
    tier = forms.IntegerField(required=False, min_value=1, max_value=4)
    country = forms.CharField(max_length=60, required=False, strip=True)
    industry = forms.CharField(max_length=60, required=False, strip=True)
    min_fit = forms.IntegerField(required=False, min_value=0, max_value=200)
    min_total = forms.IntegerField(required=False, min_value=0, max_value=500)
    born = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    lost = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    order = forms.ChoiceField(choices=list(ORDER_LABELS.items()), required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def wanted(self, viewer: Viewer) -> Wanted:
        """The request in words of the queue; tab by default the viewer's own."""
        self.is_valid()
        given: dict[str, Any] = {name: value for name, value in self.cleaned_data.items() if value}
        home = Tab.TEAM if viewer.rep_id is None else Tab.MINE
        tab = Tab(given.pop("tab", home))
        orders = orders_of(tab)
        order = Order(given.pop("order", orders[0]))
        return Wanted(
            tab=tab,
            order=order if order in orders else orders[0],
            words=given.pop("q", ""),
            **given,
        )


class RejectForm(forms.Form):
    """Why a PQL goes back."""

    reason = forms.ChoiceField(
        choices=RejectReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason from the list."},
    )
    note = forms.CharField(
        max_length=200,
        required=False,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        label="Note",
        help_text="Read by whoever tunes the scoring. Needed for “Something else”.",
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason") == RejectReason.OTHER and not given.get("note"):
            self.add_error("note", "Say in the note what the reason is.")
        return given


class SnoozeForm(forms.Form):
    """Until when a PQL leaves the queue: in some days, or on a date (8 in the morning)."""

    days = forms.ChoiceField(choices=list(SNOOZE_CHOICES.items()), required=False)
    on = forms.DateField(
        required=False, label="Or until", widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("days") and not given.get("on") and not self.errors:
            self.add_error("on", "Choose how long, or a date.")
        return given

    def until(self, at: datetime) -> datetime:
        """The moment it comes back."""
        if self.cleaned_data.get("days"):
            return at + timedelta(days=int(self.cleaned_data["days"]))
        zone = timezone.get_current_timezone()
        day = self.cleaned_data["on"]
        return datetime(day.year, day.month, day.day, WAKE_HOUR, tzinfo=zone).astimezone(UTC)


class AssignForm(forms.Form):
    """Who gets a PQL."""

    rep = forms.ModelChoiceField(
        queryset=Rep.objects.none(), empty_label=None, error_messages={"required": "Choose a rep."}
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reps = Rep.objects.available(at).select_related("user", "team")
        self.fields["rep"].queryset = reps  # type: ignore[attr-defined]  # a ModelChoiceField
