"""The conditions of a mapping as rows of property, comparison and value."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

from leads.mapping import NUMERIC_OPS, UNARY_OPS
from leads.models.signal import OPS

SPARE_ROWS = 1

Row = tuple[str, str, str]


class ConditionsWidget(forms.Widget):
    """Rows of three inputs; a button adds more. Empty rows are nothing."""

    class Media:
        js = ("leads/conditions.js",)

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> list[Row]:
        columns = [data.getlist(f"{name}-{part}") for part in ("property", "op", "value")]  # type: ignore[attr-defined]  # a QueryDict
        return list(zip(*columns, strict=False))

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return f"{name}-property" not in data

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        rows = _rows(value)
        spare = [("", "equals", "")] * (SPARE_ROWS if rows else SPARE_ROWS + 1)
        context = {
            "name": name,
            "rows": [*rows, *spare],
            "ops": OPS.items(),
            "input_classes": " ".join(INPUT_CLASSES),
            "select_classes": " ".join(SELECT_CLASSES),
        }
        return render_to_string("admin/leads/conditions.html", context)


class ConditionsField(forms.Field):
    """Rows in, ``[{"property", "op", "value"}, …]`` out."""

    widget = ConditionsWidget

    def clean(self, value: Any) -> list[dict[str, Any]]:
        conditions, errors = [], []
        for number, row in enumerate(value or [], 1):
            name, op, text = (part.strip() for part in row)
            if not name and not text:
                continue
            try:
                conditions.append(_condition(name, op, text))
            except ValidationError as error:
                errors.append(f"Condition {number}: {error.message}")
        if errors:
            raise ValidationError(errors)
        return conditions

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.clean(data))
        except ValidationError:
            return True


def _condition(name: str, op: str, text: str) -> dict[str, Any]:
    if not name:
        raise ValidationError("say which property has the value, e.g. plan.")
    if op not in OPS:
        raise ValidationError("choose a comparison from the list.")
    if op in UNARY_OPS:
        if text:
            raise ValidationError(f"“{OPS[op]}” takes no value; leave it empty.")
        return {"property": name, "op": op}
    if not text:
        raise ValidationError(f"“{name} {OPS[op]} …” needs a value.")
    if op in NUMERIC_OPS:
        return {"property": name, "op": op, "value": _number(text)}
    return {"property": name, "op": op, "value": text}


def _number(text: str) -> int | float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValidationError(f"“{text}” is no number; write it like 20 or 0.5.")
    return int(number) if number.is_integer() else number


def _rows(value: Any) -> list[Row]:
    """What the widget shows: stored conditions, or the rows of a form that had errors."""
    if not isinstance(value, Sequence) or isinstance(value, str):
        return []
    rows: list[Row] = []
    for item in value:
        if isinstance(item, Mapping):
            shown = item.get("value", "")
            rows.append((str(item.get("property", "")), str(item.get("op", "")), str(shown)))
        elif any(item[i].strip() for i in (0, 2)):
            rows.append(item)
    return rows
