"""Conditions of a segment or a ceiling as rows of fields; all of them must hold."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from unfold.widgets import UnfoldAdminSelectWidget

from leads.admin.base import Form
from rubrics.admin.editor.criterion_form import days_number
from rubrics.admin.editor.fields import NumberField
from rubrics.admin.editor.menu import UNITS
from rubrics.admin.editor.params import PARAMS, Surroundings, field_of, given, param_fields
from rubrics.documents.columns import COMPARISONS
from rubrics.editing.checking import sentence
from rubrics.measures import MEASURES, Measure, SpecError

COMPARE = (
    ("at_least", "at least"),
    ("more_than", "more than"),
    ("at_most", "at most"),
    ("less_than", "less than"),
)
ANSWERS = (("true", "is so"), ("false", "is not so"), ("unknown", "is not known"))
MOST = 20


class ConditionForm(Form):
    """One condition: a measure's parameters, and what its number is compared with."""

    def __init__(
        self,
        measure: Measure,
        around: Surroundings,
        *,
        prefix: str,
        entry: Mapping[str, Any],
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, prefix=prefix)
        self.measure = measure
        self.names = [name for name in PARAMS if name in measure.fields]
        for name, field in param_fields(measure, self.names, around).items():
            field.initial = entry.get(name)
            self.fields[name] = field
        if measure.unit == "flag":
            raw = entry.get("is", True)
            initial = raw if isinstance(raw, str) else str(bool(raw)).lower()
            self.fields["is"] = forms.ChoiceField(
                label="Holds if this", choices=ANSWERS, initial=initial,
                widget=UnfoldAdminSelectWidget(),
            )  # fmt: skip
        else:
            sign = next((sign for sign, _ in COMPARE if sign in entry), "at_least")
            unit = UNITS[measure.unit]
            self.fields["sign"] = forms.ChoiceField(
                label="Compared", choices=COMPARE, initial=sign, widget=UnfoldAdminSelectWidget()
            )
            self.fields["number"] = NumberField(
                label=unit.capitalize() or "Number",
                initial=days_number(entry.get(sign, 1)),
            )

    def read(self) -> dict[str, Any]:
        """The condition as it stands in a document. The form is valid."""
        entry = {"measure": self.measure.key, **given(self.cleaned_data, self.names)}
        if self.measure.unit == "flag":
            answer = self.cleaned_data["is"]
            if answer != "true":
                entry["is"] = "unknown" if answer == "unknown" else False
            return entry
        number = self.cleaned_data["number"]
        is_length = self.measure.unit == "duration"
        entry[self.cleaned_data["sign"]] = f"{number:.12g}d" if is_length else number
        return entry

    @property
    def place(self) -> str:
        """Its place among the rows that are sent."""
        return str(self.prefix).rsplit("-", 1)[-1]

    @property
    def about(self) -> str:
        """What is looked at, in words."""
        return self.measure.label

    def refuse(self, error: SpecError) -> None:
        """Show what is wrong at the field it is about."""
        field = field_of(error, self.fields)
        if error.where.rsplit(".", 1)[-1] in COMPARISONS:
            field = "number" if "number" in self.fields else "is"
        self.add_error(field, sentence(error.problem))


class Conditions:
    """The rows of one field, e.g. of ``segment_conditions``."""

    def __init__(
        self,
        name: str,
        around: Surroundings,
        *,
        stored: Sequence[Mapping[str, Any]] = (),
        data: QueryDict | None = None,
    ) -> None:
        self.name, self.around = name, around
        before = {str(number): entry for number, entry in enumerate(stored)}
        if data is None:
            made = [self._row(row, one.get("measure"), one, None) for row, one in before.items()]
        else:
            sent = [row for row in data.getlist(f"{name}-row") if row.isascii()][:MOST]
            made = [
                self._row(row, data.get(f"{name}-{row}-measure"), before.get(row, {}), data)
                for row in sent
            ]
        self.rows = [row for row in made if row is not None]

    def _row(
        self, row: str, key: object, entry: Mapping[str, Any], data: QueryDict | None
    ) -> ConditionForm | None:
        measure = MEASURES.get(str(key))
        if measure is None:
            return None
        prefix = f"{self.name}-{row}"
        return ConditionForm(measure, self.around, prefix=prefix, entry=entry, data=data)

    def is_valid(self) -> bool:
        are_valid = [row.is_valid() for row in self.rows]  # all of them, so that all say so
        return all(are_valid)

    def read(self) -> list[dict[str, Any]]:
        """As they stand in a document. All rows are valid."""
        return [row.read() for row in self.rows]

    def refuse(self, error: SpecError) -> bool:
        """Show what is wrong at its row; whether the error was about one."""
        for number, row in enumerate(self.rows, 1):
            if f"when[{number}]" in error.where:
                row.refuse(error)
                return True
        return False
