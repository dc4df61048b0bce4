"""A measure's parameters as form fields: one entry a parameter, shared by criteria, tiers and
conditions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from rubrics.admin.editor.fields import (
    AttributeField,
    LengthField,
    NumberField,
    RangesField,
    SignalsField,
    StepsField,
    TextsField,
    WindowField,
)
from rubrics.measures import MEASURES, AttributeMeasure, Measure, SpecError

# What a criterion says of all its tiers; the rest stands in each tier.
OF_CRITERION = frozenset(
    {"signals", "steps", "window", "size", "within", "period", "half_life", "as", "attribute"}
)
AS_CHOICES = [("count", "so many more"), ("percent", "so many percent more")]


@dataclass(frozen=True)
class Surroundings:
    """What the fields of one draft offer: its product's signals, its lists, known attributes."""

    signals: Mapping[str, str] = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    subject: str = "lead"


@dataclass(frozen=True)
class Param:
    """How one parameter is asked for."""

    label: str
    help_text: str
    make: Callable[..., forms.Field]


def names_for(measure: Measure, *, in_tier: bool) -> list[str]:
    """The parameters of a measure that a criterion's, or a tier's, form asks for."""
    of_criterion = OF_CRITERION
    if isinstance(measure, AttributeMeasure) and measure.unit == "flag":
        of_criterion = OF_CRITERION - {"within"}  # a date is younger than 30 days, or than 90
    if not in_tier:
        return [name for name in PARAMS if name in measure.fields & of_criterion]
    if isinstance(measure, AttributeMeasure):
        return [name for name in PARAMS if name in measure.fields - of_criterion]
    return [name for name in PARAMS if name in measure.fields & {"signals"}]


def param_fields(
    measure: Measure, names: Iterable[str], around: Surroundings
) -> dict[str, forms.Field]:
    """Form fields for these parameters of a measure, by name."""
    return {name: _form_field(measure, name, around) for name in names}


def _form_field(measure: Measure, name: str, around: Surroundings) -> forms.Field:
    param = PARAMS[name]
    common: dict[str, Any] = {
        "label": param.label, "help_text": param.help_text, "required": False
    }  # fmt: skip
    if name == "window" and measure.key == "bursts":
        return LengthField(**{**common, "help_text": "From the first to the last of a burst."})
    if name in ("signals", "steps"):
        return param.make(signals=around.signals, **common)
    if name == "list":
        choices = [("", "none"), *((key, key.replace("_", " ")) for key in around.lists)]
        return forms.ChoiceField(
            choices=choices, widget=UnfoldAdminSelectWidget(choices=choices), **common
        )
    return param.make(**common)


def given(cleaned: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The parameters that were given, as they stand in a document."""
    found = {name: cleaned.get(name) for name in names}
    return {name: value for name, value in found.items() if value not in (None, "", False)}


def field_of(error: SpecError, fields: Iterable[str]) -> str | None:
    """The form field that an error is about; None for the form as a whole."""
    last = error.where.rsplit(".", 1)[-1].split("[")[0]
    return last if last in fields else None


def measure_of(key: object) -> Measure | None:
    """The measure of this key, if there is one."""
    return MEASURES.get(str(key))


def _choice(**kwargs: Any) -> forms.Field:
    return forms.ChoiceField(
        choices=AS_CHOICES, widget=UnfoldAdminSelectWidget(choices=AS_CHOICES), **kwargs
    )


def _flag(**kwargs: Any) -> forms.Field:
    return forms.BooleanField(widget=UnfoldBooleanWidget(), **kwargs)


# In the order of the forms.
PARAMS = {
    "signals": Param("What was done", "Any of these counts.", SignalsField),
    "attribute": Param(
        "What is known",
        "E.g. account.employees or lead.title. Several with commas: the first known counts.",
        AttributeField,
    ),
    "size": Param("How many make a burst", "2 or more.", NumberField),
    "steps": Param(
        "Steps, in this order", "Two to four; any of a step's signals takes it.", StepsField
    ),
    "within": Param("Within", "", LengthField),
    "period": Param("Compared with the time before", "How long each of the two is.", LengthField),
    "half_life": Param("Weighs half after", "", LengthField),
    "as": Param("Counted as", "", _choice),
    "window": Param("When", "", WindowField),
    "ranges": Param("Numbers", "Both ends count, e.g. 50 to 500, 1000 or more.", RangesField),
    "values": Param("Values", "With commas. Case does not matter.", TextsField),
    "keywords": Param("Words", "With commas. Whole words: VP is not found in “MVP”.", TextsField),
    "any_of": Param("Any of", "With commas.", TextsField),
    "all_of": Param("All of", "Instead of “any of”.", TextsField),
    "list": Param("Of the list", "Instead: a list of this version, further down.", forms.CharField),
    "domains": Param("Or these domains", "With commas; “.edu” stands for all.", TextsField),
    "present": Param("Any text at all", "", _flag),
    "missing": Param("If it is not known", "", _flag),
}
