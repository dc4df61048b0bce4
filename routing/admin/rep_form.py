"""A rep's page as people fill it in: hours by weekday as text, skills as words."""

from typing import Any
from zoneinfo import available_timezones

from django import forms
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextInputWidget

from leads.admin.base import ModelForm
from routing.dealing.weeks import (
    DAY_NAMES,
    DAYS,
    HoursError,
    read_day,
    read_week,
    write_day,
    write_week,
)
from routing.models import Rep

DAY_FIELDS = tuple(f"hours_{day}" for day in DAYS)


def zone_choices() -> list[tuple[str, str]]:
    """Every time zone with a place in its name, and UTC."""
    names = sorted(name for name in available_timezones() if "/" in name and name[:3] != "Etc")
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class WordsField(forms.CharField):
    """A list of words, typed with commas between them; each counts once."""

    widget = UnfoldAdminTextInputWidget  # a plain one has no border in the admin: nobody sees it

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = (word.strip() for word in str(value or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != (initial or []))


def _hours(label: str, help_text: str = "") -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"placeholder": "Free"})
    return forms.CharField(
        label=label, required=False, max_length=120, widget=widget, help_text=help_text
    )


class RepForm(ModelForm):
    """A rep, with one line of hours for each day of the week."""

    time_zone = forms.ChoiceField(
        choices=zone_choices,
        widget=UnfoldAdminSelect2Widget,
        help_text="Whose clock the working hours are on.",
    )
    skills = WordsField(
        required=False,
        help_text="Words that rules may ask for, separated by commas: German, enterprise.",
    )
    hours_mon = _hours("Monday", "Such as 9:00-17:00, or 9:00-12:30, 13:00-17:00. Empty: free.")
    hours_tue = _hours("Tuesday")
    hours_wed = _hours("Wednesday")
    hours_thu = _hours("Thursday")
    hours_fri = _hours("Friday")
    hours_sat = _hours("Saturday")
    hours_sun = _hours("Sunday")

    class Meta:
        model = Rep
        exclude = ("working_hours",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        week = read_week(self.instance.working_hours)
        for day, spans in zip(DAY_FIELDS, week, strict=True):
            self.fields[day].initial = write_day(spans)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        week = []
        for field, name in zip(DAY_FIELDS, DAY_NAMES, strict=True):
            try:
                week.append(read_day(given.get(field) or "", name))
            except HoursError as error:
                self.add_error(field, str(error))
        if len(week) == len(DAYS):
            self.instance.working_hours = write_week(tuple(week))
        return given
