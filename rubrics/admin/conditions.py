"""Conditions of a segment or a ceiling: one a line, as they stand in a document."""

import json
from collections.abc import Mapping
from typing import Any

import yaml
from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget

from rubrics.documents.columns import COMPARISONS

EXAMPLES = (
    "One a line; all must hold. E.g. {measure: number_in_range, attribute: account.employees, "
    "ranges: [[1000, null]]} or {measure: count, signals: [upgrade_clicked], less_than: 1}. "
    "Compare with at_least, more_than, at_most, less_than; what says yes or no with "
    "is: true, false or unknown."
)


class ConditionsField(forms.Field):
    """A list of mappings as YAML, one a line; what they mean is checked with their version."""

    def __init__(self, **kwargs: Any) -> None:
        widget = UnfoldAdminTextareaWidget(attrs={"rows": 4, "spellcheck": "false"})
        super().__init__(required=False, help_text=EXAMPLES, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return as_lines(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        text = value if isinstance(value, str) else ""
        conditions = []
        for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), 1):
            conditions.append(_condition(line.removeprefix("- "), f"Condition {number}"))
        return conditions

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool((initial or []) != self.to_python(data))
        except forms.ValidationError:
            return True


def as_lines(conditions: list[Any]) -> str:
    """Each condition as one line of YAML."""
    return "\n".join(
        yaml.safe_dump(
            _in_order(one),
            default_flow_style=True,
            sort_keys=False,
            allow_unicode=True,
            width=10_000,
        ).strip()
        for one in conditions
    )


def _in_order(condition: Mapping[str, Any]) -> dict[str, Any]:
    """The measure first and the comparison last; the database keeps no order."""
    return dict(sorted(condition.items(), key=lambda item: (_place(item[0]), item[0])))


def _place(name: str) -> int:
    return 0 if name == "measure" else 2 if name in COMPARISONS else 1


def _condition(line: str, which: str) -> dict[str, Any]:
    try:
        condition = yaml.safe_load(line)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise forms.ValidationError(
            f"{which}: {problem}; write it as {{measure: ..., ...}} on one line."
        ) from None
    if not isinstance(condition, Mapping) or "measure" not in condition:
        raise forms.ValidationError(f"{which}: write it as {{measure: ..., ...}} on one line.")
    try:
        json.dumps(condition, allow_nan=False)
    except (TypeError, ValueError):
        raise forms.ValidationError(f"{which}: put dates and the like in quotes.") from None
    return dict(condition)
