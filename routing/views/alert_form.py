"""What people choose about their alerts, checked."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django import forms

from routing.alerts.inbox import Asked
from routing.alerts.reading import moment
from routing.models import AlertPreference
from routing.models.alert import AlertKind, Severity

if TYPE_CHECKING:  # Django's forms take a model only for the type checker
    PreferenceModelForm = forms.ModelForm[AlertPreference]
else:
    PreferenceModelForm = forms.ModelForm

MORNING = 8
KEEP = "keep"
MUTES = {
    "": "Not muted",
    "hour": "For an hour",
    "tomorrow": f"Until tomorrow at {MORNING}:00",
    "week": "For a week",
}


class InboxForm(forms.Form):
    """The inbox's address. Anything that makes no sense is left out rather than refused."""

    tab = forms.ChoiceField(choices=[("unread", "Unread"), ("all", "All")], required=False)
    severity = forms.TypedChoiceField(choices=Severity, coerce=int, required=False)
    kind = forms.ChoiceField(choices=AlertKind, required=False)
    page = forms.IntegerField(required=False, min_value=1, max_value=10_000)

    def asked(self) -> Asked:
        """The request in words of the inbox."""
        self.is_valid()
        given = self.cleaned_data
        return Asked(
            unread=given.get("tab") != "all",
            severity=given.get("severity") or None,
            kind=given.get("kind") or "",
            page=given.get("page") or 1,
        )


class PreferenceForm(PreferenceModelForm):
    """When and how somebody's alerts leave the inbox; ``kinds`` are those they can get."""

    mute = forms.ChoiceField(required=False, label="Mute everything")
    muted_kinds = forms.MultipleChoiceField(
        required=False,
        label="Kinds that stay in the inbox",
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = AlertPreference
        fields = (
            "slack_from",
            "email_from",
            "muted_kinds",
            "rhythm",
            "digest_time",
            "quiet_hours",
            "quiet_from",
            "quiet_until",
            "urgent_at_once",
            "time_zone",
        )
        widgets = {
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("digest_time", "quiet_from", "quiet_until")
        }

    def __init__(
        self, *args: Any, at: datetime, zone: tzinfo, kinds: Sequence[AlertKind], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._at, self._zone = at, zone
        choices = list(MUTES.items())
        until = self.instance.muted_until
        if self.instance.is_muted(at) and until is not None:
            choices.append((KEEP, f"Until {moment(until, zone)}"))
            self.initial["mute"] = KEEP
        mute = self.fields["mute"]
        assert isinstance(mute, forms.ChoiceField)
        mute.choices = choices
        self._unasked = [kind for kind in self.instance.muted_kinds if kind not in kinds]
        muted_kinds = self.fields["muted_kinds"]
        assert isinstance(muted_kinds, forms.MultipleChoiceField)
        muted_kinds.choices = [(kind.value, kind.label) for kind in kinds]

    def clean_mute(self) -> str:
        chosen: str = self.cleaned_data["mute"]
        if chosen != KEEP:
            self.instance.muted_until = self._until(chosen)
        return chosen

    def clean_muted_kinds(self) -> list[str]:
        """With those that were muted before and are not asked for: they may come to matter."""
        return [*self.cleaned_data["muted_kinds"], *self._unasked]

    def _until(self, chosen: str) -> datetime | None:
        here = self._at.astimezone(self._zone)
        match chosen:
            case "hour":
                return self._at + timedelta(hours=1)
            case "tomorrow":
                day = here + timedelta(days=1)
                return day.replace(hour=MORNING, minute=0, second=0, microsecond=0)
            case "week":
                return here + timedelta(days=7)
        return None
