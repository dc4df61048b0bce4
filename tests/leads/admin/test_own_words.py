"""What forms of the admin say of a wrong value: their field, and what would be right."""

from typing import Any

import pytest
from django import forms

from leads.admin.base import Form


class Everything(Form):
    days = forms.IntegerField(min_value=1, max_value=3_650)
    share = forms.DecimalField(label="Share, %", max_value=100, max_digits=5, decimal_places=2)
    weight = forms.FloatField(label="Its weight", max_value=2)
    since = forms.DateField()
    at = forms.DateTimeField()
    starts = forms.TimeField()
    moment = forms.SplitDateTimeField()
    name = forms.CharField(min_length=2, max_length=5)
    own = forms.IntegerField(error_messages={"invalid": "Count them.", "max_value": "Too many."})


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("days", "many", "“Days”: a whole number, such as 10."),
        ("days", "0", "“Days”: 1 or more."),
        ("days", "9999", "“Days”: 3,650 or less."),
        ("share", "x", "“Share, %”: a number, such as 10."),
        ("share", "12.345", "“Share, %”: 2 digits at most after the point."),
        ("share", "100.5", "“Share, %”: 100 or less."),
        ("weight", "nan", "“Its weight”: a number, such as 10."),
        ("since", "2026-13-45", "“Since”: a date, such as 2026-11-27."),
        ("at", "soon", "“At”: a date and a time, such as 2026-11-27 09:30."),
        ("starts", "25:00", "“Starts”: a time, such as 09:30."),
        ("name", "x", "“Name”: 2 characters or more; these are 1."),
        ("name", "x" * 9, "“Name”: 5 characters at most; these are 9."),
        ("own", "x", "Count them."),
    ],
)
def test_the_field_and_the_fix(field: str, value: str, told: str) -> None:
    assert list(Everything({field: value}).errors[field]) == [told]


def test_each_part_of_a_moment() -> None:
    data: dict[str, Any] = {"moment_0": "tomorrow", "moment_1": "25:00"}
    assert list(Everything(data).errors["moment"]) == [
        "“Moment”: a date, such as 2026-11-27.",
        "“Moment”: a time, such as 09:30.",
    ]


def test_nothing_is_told_where_nothing_is_wrong() -> None:
    assert "days" not in Everything({"days": "10"}).errors
