"""Conditions on a lead as rows of field, comparison and value; for rules, plays and policies."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError

from leads.admin.condition_rows import ConditionRows, ConditionRowsField, Row
from routing.dealing.conditions import LISTS, OPS, ConditionError, Op, read_condition, say
from routing.dealing.fields import FIELDS, find_field


class ConditionsWidget(ConditionRows):
    """Conditions on what is known of a lead, its account and its score."""

    name_key = "field"
    label = "What it is about"
    placeholder = "e.g. Country"
    ops = {op.value: words for op, words in OPS.items()}
    suggestions = (*(field.label for field in FIELDS.values()), "lead.title", "account.plan")
    most_spare = 1

    def row_of(self, condition: Mapping[str, Any]) -> Row:
        return _row(condition)


class ConditionsField(ConditionRowsField):
    """Rows in, ``[{"field", "op", "value"}, …]`` out: a model's JSON field of conditions."""

    widget = ConditionsWidget

    def read(self, name: str, op: str, text: str) -> dict[str, Any]:
        try:
            return read_condition(_document(name, op, text)).document
        except ConditionError as error:
            raise ValidationError(str(error)) from error


def _document(name: str, op: str, text: str) -> dict[str, Any]:
    """What was typed as a document; lists have commas, and "between" has an "and" or a comma."""
    value: Any = text
    if op in LISTS:
        value = [part.strip() for part in text.split(",")]
    elif op == Op.BETWEEN:
        value = text.split(" and ") if " and " in text else text.split(",")
    return {"field": name, "op": op, "value": value}


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
