"""What reps and their managers say of being there or not, checked."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms

from routing.dealing.hours import WorkingHours
from routing.models import Rep

# How long, in days from today: 0 is the rest of it.
OFF_CHOICES = {"0": "Rest of today", "1": "Until tomorrow is over", "7": "A week"}
MIDNIGHT = time()


class OffForm(forms.Form):
    """Until when: by a choice of days, or at a moment on the rep's own clock."""

    days = forms.ChoiceField(choices=list(OFF_CHOICES.items()), required=False)
    until = forms.DateTimeField(
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        error_messages={"invalid": "Choose a date and a time for “Off until”."},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("days") and not given.get("until") and not self.errors:
            self.add_error("until", "Choose how long, or a moment for “Off until”.")
        return given

    def moment(self, rep: Rep, hours: WorkingHours, at: datetime) -> datetime:
        """When they are back: by days, the next working time after those have passed."""
        until: datetime | None = self.cleaned_data.get("until")
        if until is not None:
            return until.replace(tzinfo=rep.zone)
        day = rep.today(at) + timedelta(days=int(self.cleaned_data["days"]) + 1)
        midnight = datetime.combine(day, MIDNIGHT, tzinfo=rep.zone)
        return hours.next_opening(midnight) or midnight
