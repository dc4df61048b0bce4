"""The conditions of a mapping as rows of property, comparison and value."""

import math
from typing import Any

from django.core.exceptions import ValidationError

from leads.admin.condition_rows import ConditionRows, ConditionRowsField
from leads.mapping import NUMERIC_OPS, UNARY_OPS
from leads.models.signal import OPS


class ConditionsWidget(ConditionRows):
    """Conditions on the properties of an event."""

    name_key = "property"
    label = "Property"
    placeholder = "property"
    ops = OPS
    lists = ("known-properties", "known-values")


class ConditionsField(ConditionRowsField):
    """Rows in, ``[{"property", "op", "value"}, …]`` out."""

    widget = ConditionsWidget

    def read(self, name: str, op: str, text: str) -> dict[str, Any]:
        return _condition(name, op, text)


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
