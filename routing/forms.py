"""What people type into the reps' pages, checked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone

from routing.models import Rep, SavedView, Team
from routing.models.qualification import (
    LOST_CHOICES,
    OPEN_STATES,
    ClosingReason,
    RejectReason,
    State,
)
from routing.models.touch import TouchKind
from routing.queue import ORDER_LABELS, TASK_LABELS, Order, Tab, Wanted, orders_of
from routing.services.choosing import doubts_about
from routing.viewers import Viewer

SNOOZE_CHOICES = {"1": "1 day", "3": "3 days", "7": "1 week"}
WAKE_HOUR = 8


def default_currency() -> str:
    """What deals are counted in unless somebody says otherwise."""
    return str(settings.DEFAULT_CURRENCY)


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
    tag = forms.CharField(max_length=40, required=False, strip=True)
    task = forms.ChoiceField(choices=list(TASK_LABELS.items()), required=False)
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


class LostForm(forms.Form):
    """Why a PQL came to nothing."""

    reason = forms.ChoiceField(
        choices=LOST_CHOICES,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason from the list."},
    )
    note = forms.CharField(max_length=200, required=False, strip=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("reason") == ClosingReason.OTHER and not given.get("note"):
            self.add_error("note", "Say in the note what the reason is.")
        return given


class WorthForm(forms.Form):
    """What a deal is worth, if that is known; an amount needs its currency."""

    amount = forms.DecimalField(
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
        label="Amount, if you know it",
        error_messages={"invalid": "Write the amount as a number, such as 12000 or 999.50."},
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        required=False,
        strip=True,
        initial=default_currency,
        error_messages={"invalid": "Write the currency in three letters, such as USD."},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["currency"] = (given.get("currency") or "").upper()
        if given.get("amount") is not None and not given["currency"] and not self.errors:
            self.add_error("currency", "Say the currency of the amount.")
        return given


class TouchForm(forms.Form):
    """How and when somebody reached out; by default just now."""

    kind = forms.ChoiceField(
        choices=TouchKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what it was."},
    )
    touched_at = forms.DateTimeField(
        required=False,
        label="When, if not just now",
        error_messages={"invalid": "Write the moment as a date and a time."},
    )
    note = forms.CharField(max_length=1000, required=False, strip=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("kind") == TouchKind.OTHER and not given.get("note"):
            self.add_error("note", "Say in the note what it was.")
        return given


class NoteForm(forms.Form):
    """What is to be remembered."""

    text = forms.CharField(
        max_length=1000, strip=True, error_messages={"required": "Write something first."}
    )


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
    """Who gets a PQL: any rep, or one of the teams that the viewer manages.

    Whom the dealing would give none now is asked about again: ``confirm`` then names that rep.
    ``count`` is how many PQLs it is about.
    """

    rep = forms.ModelChoiceField(
        queryset=Rep.objects.none(), empty_label=None, error_messages={"required": "Choose a rep."}
    )
    confirm = forms.IntegerField(required=False)
    note = forms.CharField(max_length=150, required=False, strip=True)

    def __init__(
        self, *args: Any, viewer: Viewer, at: datetime, count: int = 1, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        reps = Rep.objects.filter(user__is_active=True).select_related("user", "team")
        if not viewer.sees_all:
            reps = reps.filter(team__in=viewer.managed)
        self.fields["rep"].queryset = reps  # type: ignore[attr-defined]  # a ModelChoiceField
        self.doubted: Rep | None = None
        self._doubts = doubts_about(list(reps), at=at, count=count)

    @property
    def free(self) -> list[Rep]:
        """Whom the dealing would give it to as well."""
        return [rep for rep in self._reps() if rep.pk not in self._doubts]

    @property
    def doubtful(self) -> list[tuple[Rep, str]]:
        """The others, each with why not."""
        return [(rep, self._doubts[rep.pk]) for rep in self._reps() if rep.pk in self._doubts]

    @property
    def button(self) -> str:
        """What the button says the second time; empty: what it says anyway."""
        return "Assign all the same" if self.doubted else ""

    @property
    def is_confirmed(self) -> bool:
        return self.cleaned_data.get("confirm") is not None

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        rep: Rep | None = given.get("rep")
        doubt = self._doubts.get(rep.pk) if rep else None
        if rep is not None and doubt and given.get("confirm") != rep.pk:
            self.doubted = rep
            self.add_error(None, f"{rep} {doubt}. Choose somebody else, or assign all the same.")
        return given

    def _reps(self) -> list[Rep]:
        return list(self.fields["rep"].queryset)  # type: ignore[attr-defined]  # a ModelChoiceField


class ViewForm(forms.Form):
    """A name for what the queue shows. Only who sees every rep's PQLs shares with a team."""

    name = forms.CharField(
        max_length=60, strip=True, error_messages={"required": "Give the view a name."}
    )
    is_default = forms.BooleanField(required=False)
    team = forms.ModelChoiceField(queryset=Team.objects.all(), required=False)

    def __init__(self, data: Any, *, view: SavedView, viewer: Viewer) -> None:
        told = {"name": view.name, "is_default": view.is_default, "team": view.team_id}
        super().__init__(data, initial=told)
        if not viewer.sees_all:
            del self.fields["team"]

    def clean(self) -> dict[str, Any]:
        return {"team": None, **(super().clean() or {})}
