"""Conditions on a lead as rows of field, comparison and value; for rules, plays and policies."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from routing.dealing.conditions import LISTS, OPS, ConditionError, Op, read_condition, say
from routing.dealing.fields import FIELDS, find_field

PARTS = ("field", "op", "value")
Row = tuple[str, str, str]
EMPTY: Row = ("", Op.IS.value, "")


class ConditionsWidget(forms.Widget):
    """Rows of three inputs; a button adds more. Empty rows are nothing."""

    class Media:
        js = ("leads/conditions.js",)

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> list[Row]:
        columns = [data.getlist(f"{name}-{part}") for part in PARTS]  # type: ignore[attr-defined]  # a QueryDict
        return list(zip(*columns, strict=False))

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return f"{name}-field" not in data

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        context = {
            "name": name,
            "rows": [*rows_of(value), EMPTY],
            "fields": FIELDS.values(),
            "ops": [(op.value, words) for op, words in OPS.items()],
            "input_classes": " ".join(INPUT_CLASSES),
            "select_classes": " ".join(SELECT_CLASSES),
        }
        return render_to_string("admin/routing/conditions.html", context)


class ConditionsField(forms.Field):
    """Rows in, ``[{"field", "op", "value"}, …]`` out: a model's JSON field of conditions."""

    widget = ConditionsWidget

    def clean(self, value: Any) -> list[dict[str, Any]]:
        conditions, errors = [], []
        for number, row in enumerate(value or [], 1):
            name, op, text = (part.strip() for part in row)
            if not name and not text:
                continue
            try:
                conditions.append(read_condition(_document(name, op, text)).document)
            except ConditionError as error:
                errors.append(f"Condition {number}: {error}")
        if errors:
            raise ValidationError(errors)
        if self.required and not conditions:
            raise ValidationError("Add a condition.")
        return conditions

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.clean(data))
        except ValidationError:
            return True


def _document(name: str, op: str, text: str) -> dict[str, Any]:
    """What was typed as a document; lists have commas, and "between" has an "and" or a comma."""
    value: Any = text
    if op in LISTS:
        value = [part.strip() for part in text.split(",")]
    elif op == Op.BETWEEN:
        value = text.split(" and ") if " and " in text else text.split(",")
    return {"field": name, "op": op, "value": value}


def rows_of(value: Any) -> list[Row]:
    """What the widget shows: stored conditions, or the rows of a form that had errors."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    rows: list[Row] = []
    for item in value:
        if isinstance(item, Mapping):
            rows.append(_row(item))
        elif any(item[index].strip() for index in (0, 2)):
            rows.append(item)
    return rows


def _row(document: Mapping[str, Any]) -> Row:
    name, op = str(document.get("field", "")), str(document.get("op", ""))
    field, value = find_field(name), document.get("value", "")
    # Attributes keep their name: their label is for sentences.
    shown = field.label if field is not None and field.name in FIELDS else name
    if op == Op.BETWEEN and isinstance(value, list):
        return shown, op, " and ".join(map(_typed, value))
    return shown, op, ", ".join(map(_typed, value)) if isinstance(value, list) else _typed(value)


def _typed(value: Any) -> str:
    """A value as one types it; without thousands' commas, which stand between values here."""
    return say(value) if isinstance(value, bool) else str(value)
