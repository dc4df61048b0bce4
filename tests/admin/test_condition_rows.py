from typing import Any

import pytest
from django import forms
from django.http import QueryDict

from routing.admin.conditions import ConditionsField, ConditionsWidget
from tests.admin.forms import sent_by


class _Form(forms.Form):
    asked = ConditionsField(required=False)


class _Strict(forms.Form):
    asked = ConditionsField()


def _sent(*rows: tuple[str, str, str]) -> QueryDict:
    data = QueryDict(mutable=True)
    for part, values in zip(("field", "op", "value"), zip(*rows, strict=True), strict=True):
        data.setlist(f"asked-{part}", list(values))
    return data


DOCUMENTS = [
    {"field": "country", "op": "is_one_of", "value": ["DE", "AT"]},
    {"field": "employees", "op": "between", "value": [50, 5000]},
    {"field": "account.plan", "op": "is", "value": "pro"},
    {"field": "industry", "op": "is_unknown"},
]
ROWS = [
    ("Country", "is_one_of", "DE, AT"),
    ("Employees", "between", "50 and 5000"),
    ("account.plan", "is", "pro"),
    ("Industry", "is_unknown", ""),
]


def test_rows_are_read_as_documents() -> None:
    form = _Form(_sent(*ROWS, ("", "is", "")))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["asked"] == DOCUMENTS


def test_documents_are_shown_as_rows_and_come_back_unchanged() -> None:
    widget = ConditionsWidget()
    assert widget.rows_of(DOCUMENTS) == ROWS
    assert widget.rows_of(None) == []
    page = str(_Form(initial={"asked": DOCUMENTS})["asked"])
    sent = sent_by(page)
    back = _Form(
        _sent(*zip(*(sent[f"asked-{part}"] for part in ("field", "op", "value")), strict=True)),
        initial={"asked": DOCUMENTS},
    )
    assert not back.has_changed()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(("Contry", "is", "DE"), "Condition 2: there is no “Contry”", id="field"),
        pytest.param(("Total", "at_least", "x"), "Condition 2: “x” is no number", id="number"),
        pytest.param(("Total", "between", "5"), "Condition 2: “Total is between", id="bounds"),
        pytest.param(("", "is", "DE"), "Condition 2: choose what it is about", id="no field"),
    ],
)
def test_wrong_rows_are_named_and_kept(row: tuple[str, str, str], says: str) -> None:
    form = _Form(_sent(ROWS[0], row))
    assert form.has_changed()
    assert not form.is_valid()
    assert says in str(form.errors["asked"])
    page: dict[str, Any] = sent_by(str(form["asked"]))
    assert page["asked-value"][:2] == ["DE, AT", row[2]]


def test_conditions_can_be_required() -> None:
    form = _Strict(_sent(("", "is", "")))
    assert not form.is_valid()
    assert "Add a condition." in str(form.errors["asked"])
    assert not _Form(QueryDict()).has_changed()
