"""Conditions edited as rows of name, comparison and value: what the forms of all apps share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from unfold.widgets import INPUT_CLASSES, SELECT_CLASSES

Row = tuple[str, str, str]


class ConditionRows(forms.Widget):
    """Rows of three inputs; a button adds more. Empty rows are nothing.

    Subclasses say what a row asks for, and how a stored condition is shown as one.
    """

    class Media:
        js = ("leads/conditions.js",)

    name_key = ""
    """What a condition calls its first part."""
    label = ""
    placeholder = ""
    ops: Mapping[str, str] = {}
    """Comparisons and their words; the first is chosen in a new row."""
    lists: tuple[str, str] = ("", "")
    """Ids of lists of suggestions that the page has, for names and for values."""
    suggestions: Iterable[str] = ()
    """Names to suggest where the page has no list of its own."""
    most_spare = 2
    """Empty rows offered where there is no condition yet; else one."""

    def row_of(self, condition: Mapping[str, Any]) -> Row:
        """A stored condition, as one types it."""
        return (
            str(condition.get(self.name_key, "")),
            str(condition.get("op", "")),
            str(condition.get("value", "")),
        )

    def rows_of(self, value: Any) -> list[Row]:
        """What is shown: stored conditions, or the rows of a form that had errors."""
        if not isinstance(value, Sequence) or isinstance(value, str):
            return []
        rows: list[Row] = []
        for item in value:
            if isinstance(item, Mapping):
                rows.append(self.row_of(item))
            elif any(item[index].strip() for index in (0, 2)):
                rows.append(item)
        return rows

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> list[Row]:
        parts = (self.name_key, "op", "value")
        columns = [data.getlist(f"{name}-{part}") for part in parts]  # type: ignore[attr-defined]  # a QueryDict
        return list(zip(*columns, strict=False))

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Mapping[str, Any], name: str
    ) -> bool:
        return f"{name}-{self.name_key}" not in data

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        rows = self.rows_of(value)
        spare = [("", next(iter(self.ops)), "")] * (1 if rows else self.most_spare)
        names, values = self.lists
        context = {
            "name": name,
            "widget": self,
            "rows": [*rows, *spare],
            "ops": self.ops.items(),
            "names_list": names or f"{name}-names",
            "values_list": values,
            "input_classes": " ".join(INPUT_CLASSES),
            "select_classes": " ".join(SELECT_CLASSES),
        }
        return render_to_string("admin/leads/conditions.html", context)


class ConditionRowsField(forms.Field):
    """Rows in, a list of conditions out. Each error names its row."""

    def read(self, name: str, op: str, text: str) -> dict[str, Any]:
        """A row as a condition.

        Raises:
            ValidationError: what is wrong with it, and the fix.
        """
        raise NotImplementedError

    def clean(self, value: Any) -> list[dict[str, Any]]:
        conditions, errors = [], []
        for number, row in enumerate(value or [], 1):
            name, op, text = (part.strip() for part in row)
            if not name and not text:
                continue
            try:
                conditions.append(self.read(name, op, text))
            except ValidationError as error:
                errors.append(f"Condition {number}: {error.message}")
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
