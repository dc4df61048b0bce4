"""A measure's parameters as form fields: one entry a parameter, shared by criteria and tiers."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from leads.models import Signal
from rubrics.measures import MEASURES, AttributeMeasure, SpecError
from rubrics.models import RubricVersion

PREFIX = "param_"
# What a criterion says of all its tiers; the rest stands in each tier.
OF_CRITERION = frozenset(
    {"signals", "steps", "window", "size", "within", "period", "half_life", "as", "attribute"}
)
OPEN_END = "…"
MOST_STEPS = 4
AS_CHOICES = [("", "Number more"), ("percent", "Percent more")]


@dataclass(frozen=True)
class Param:
    """How one parameter is shown and read. ``read`` gives None for "not given"."""

    label: str
    help_text: str
    show: Callable[[Any], Any]
    read: Callable[[Any], Any]
    field: Callable[..., forms.Field] = forms.CharField
    widget: Callable[..., forms.Widget] = UnfoldAdminTextInputWidget


def names_for(measure_key: str, *, in_tier: bool) -> list[str]:
    """The parameters of a measure that a criterion's, or a tier's, form asks for."""
    measure = MEASURES.get(measure_key)
    if measure is None:
        return []
    of_criterion = OF_CRITERION
    if isinstance(measure, AttributeMeasure) and measure.unit == "flag":
        of_criterion = OF_CRITERION - {"within"}  # a date is younger than 30 days, or than 90
    if not in_tier:
        return [name for name in PARAMS if name in measure.fields & of_criterion]
    if isinstance(measure, AttributeMeasure):
        return [name for name in PARAMS if name in measure.fields - of_criterion]
    return [name for name in PARAMS if name in measure.fields & {"signals"}]


def form_fields(names: Iterable[str], version: RubricVersion) -> dict[str, forms.Field]:
    """Form fields for these parameters, by field name."""
    return {PREFIX + name: _form_field(name, version) for name in names}


def initial_values(params: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Stored parameters as the fields show them."""
    return {PREFIX + name: PARAMS[name].show(params[name]) for name in names if name in params}


def read_params(
    cleaned: Mapping[str, Any], stored: Mapping[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """The parameters to store: those of the form, and those it does not ask for as they were."""
    names = list(names)
    given = {name: PARAMS[name].read(cleaned.get(PREFIX + name)) for name in names}
    kept = {name: value for name, value in stored.items() if name not in given}
    return {**kept, **{name: value for name, value in given.items() if value is not None}}


def field_of(error: SpecError) -> str:
    """The form field that an error is about (which a form may or may not have)."""
    return PREFIX + error.where.rsplit(".", 1)[-1].split("[")[0]


def _form_field(name: str, version: RubricVersion) -> forms.Field:
    param = PARAMS[name]
    common: dict[str, Any] = {"label": param.label, "help_text": param.help_text, "required": False}
    if name in ("signals", "steps"):
        signals = Signal.objects.filter(product=version.rubric.product_id)
        choices: list[tuple[str, str]] = list(signals.values_list("key", "name"))
        if name == "steps":
            return StepsField(choices=choices, **common)
        return forms.MultipleChoiceField(
            choices=choices, widget=UnfoldAdminSelect2MultipleWidget(choices=choices), **common
        )
    if name == "list":
        choices = [("", "None")]
        choices += [(key, key) for key in version.lists.values_list("key", flat=True)]
        return forms.ChoiceField(
            choices=choices, widget=UnfoldAdminSelectWidget(choices=choices), **common
        )
    if name == "as":
        return forms.ChoiceField(
            choices=AS_CHOICES, widget=UnfoldAdminSelectWidget(choices=AS_CHOICES), **common
        )
    return param.field(widget=param.widget(), **common)


class StepsWidget(forms.MultiWidget):
    """One list of signals a step."""

    def __init__(self, choices: list[tuple[str, str]]) -> None:
        widgets = {
            f"step_{number}": UnfoldAdminSelect2MultipleWidget(
                choices=choices, attrs={"aria-label": f"Step {number}"}
            )
            for number in range(1, MOST_STEPS + 1)
        }
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[list[str]]:
        steps = [[step] if isinstance(step, str) else list(step) for step in value or ()]
        return [*steps, *([[]] * (MOST_STEPS - len(steps)))]


class StepsField(forms.MultiValueField):
    """Steps in their order, each a list of signals; empty ones are left out."""

    def __init__(self, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        fields = [
            forms.MultipleChoiceField(choices=choices, required=False) for _ in range(MOST_STEPS)
        ]
        super().__init__(fields, widget=StepsWidget(choices), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[list[str]]) -> list[list[str]] | None:
        return [step for step in data_list if step] or None


def _show_texts(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _read_texts(text: Any) -> list[str] | None:
    return [part.strip() for part in (text or "").split(",") if part.strip()] or None


def _read_attribute(text: Any) -> str | list[str] | None:
    names = _read_texts(text)
    return names[0] if names and len(names) == 1 else names


def _show_window(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{kind} {length}" for kind, length in value.items())
    return str(value or "")


def _read_window(text: Any) -> dict[str, str] | str | None:
    words = (text or "").split()
    if not words or words == ["lifetime"]:
        return None
    return words[0] if len(words) == 1 else {words[0]: "".join(words[1:])}


def _read_length(text: Any) -> str | None:
    return "".join((text or "").split()) or None


def _show_ranges(value: Any) -> str:
    return ", ".join(
        OPEN_END.join("" if end is None else f"{end:g}" for end in pair) for pair in value
    )


def _read_ranges(text: Any) -> list[Any] | None:
    """``50…500, 1000…`` as pairs; a piece that is none is handed on for the measure to refuse."""
    parts = [re.split(r"\s*(?:…|\.\.+|–|(?<=\d)-)\s*", part.strip()) for part in text.split(",")]
    return [[_end(end) for end in ends] for ends in parts if any(ends)] or None


def _end(text: str) -> float | int | str | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _given(value: Any) -> Any:
    return value or None


# In the order of the forms and of the words.
PARAMS = {
    "signals": Param("Signals", "A hit of any of them counts.", list, _given),
    "attribute": Param(
        "Attribute",
        "lead.title, account.employees and so on. Several with commas: the first known counts.",
        _show_texts,
        _read_attribute,
    ),
    "size": Param(
        "Hits per burst",
        "2 or more.",
        lambda value: value,
        _given,
        forms.IntegerField,
        UnfoldAdminIntegerFieldWidget,
    ),
    "steps": Param(
        "Steps",
        "Two to four, in this order; a hit of any signal of a step takes it.",
        list,
        _given,
    ),
    "within": Param("Within", "From the first to the last of it: “7d”, “48h”.", str, _read_length),
    "period": Param("Compared with", "So long ago, or the time before: “7d”.", str, _read_length),
    "half_life": Param("Half-life", "After so long a hit weighs half: “7d”.", str, _read_length),
    "as": Param("Counted as", "", lambda value: "" if value == "count" else value, _given),
    "window": Param(
        "Window",
        "Empty: the whole lifetime. “first 7d” after sign-up, “last 30d”, “trial_last 3d” of the "
        "trial, “trial”, “after_trial”. For bursts a length: “48h”.",
        _show_window,
        _read_window,
    ),
    "ranges": Param(
        "Ranges",
        f"Both ends included: 50{OPEN_END}500, 1000{OPEN_END} (an empty end is open).",
        _show_ranges,
        lambda text: _read_ranges(text or ""),
    ),
    "values": Param("Values", "With commas; case does not matter.", _show_texts, _read_texts),
    "keywords": Param(
        "Keywords", "Whole words, with commas; case does not matter.", _show_texts, _read_texts
    ),
    "any_of": Param("Any of", "With commas.", _show_texts, _read_texts),
    "all_of": Param("All of", "With commas; instead of “any of”.", _show_texts, _read_texts),
    "domains": Param("Domains", "With commas; “.edu” stands for all.", _show_texts, _read_texts),
    "list": Param("List", "A list of this version.", str, _given),
    "present": Param(
        "Any text",
        "Met by any text, whatever it says.",
        bool,
        _given,
        forms.BooleanField,
        UnfoldBooleanWidget,
    ),
    "missing": Param(
        "If missing",
        "Met when the attribute is not known.",
        bool,
        _given,
        forms.BooleanField,
        UnfoldBooleanWidget,
    ),
}
