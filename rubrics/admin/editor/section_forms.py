"""The sections of a version's own row as forms: thresholds, caps, silence and so on."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import modelform_factory
from django.http import QueryDict
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from leads.admin.base import Form, ModelForm
from rubrics.admin.editor.conditions import Conditions
from rubrics.admin.editor.fields import SignalsField
from rubrics.admin.editor.limits import limit_by
from rubrics.admin.editor.params import Surroundings
from rubrics.editing.checking import check_sections, sentence
from rubrics.editing.sections import SECTIONS, section_columns
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.models.rubric import Combination, DecayMode

FIELDS = {
    "subject": "subject",
    "segment.name": "segment_name",
    "segment.order": "segment_order",
    "segment.when": "segment_conditions",
    "segment": "segment_name",
    "thresholds.total": "min_total",
    "thresholds.fit": "min_fit",
    "thresholds.behavior": "min_behavior",
    "limits.fit": "max_fit",
    "limits.behavior": "max_behavior",
    "combination.behavior": "blend_behavior",
    "combination.fit": "blend_fit",
    "combination": "combination",
    "decay.points": "decay_points",
    "decay.percent": "decay_percent",
    "decay.period": "decay_period_days",
    "decay.grace": "decay_grace_days",
    "decay.floor": "floor",
    "decay.expired.points": "expired_points",
    "decay.expired.period": "expired_period_days",
    "decay.expired": "expired_points",
    "ceiling.behavior": "ceiling_behavior",
    "ceiling.name": "ceiling_name",
    "ceiling.when": "ceiling_conditions",
    "cross_product.points": "cross_product_points",
    "cross_product.within": "cross_product_days",
    "cross_product.products": "cross_product_products",
    "matrix.fit": "matrix_fit",
    "matrix.behavior": "matrix_behavior",
}
"""The form field of each field of a document, the longer paths before those they begin with."""
CONDITIONS = {"segment": "segment_conditions", "ceiling": "ceiling_conditions"}
# Fields that matter for one choice only: (field, of which field, values).
WHEN: Mapping[str, tuple[str, str]] = {
    "decay_points": ("decay_mode", "periods continuous"),
    "decay_percent": ("decay_mode", "percent"),
    "decay_period_days": ("decay_mode", "periods continuous percent half_life"),
    "decay_grace_days": ("decay_mode", "periods continuous percent half_life"),
    "floor": ("decay_mode", "periods continuous percent half_life"),
    "blend_behavior": ("combination", "blend"),
    "blend_fit": ("combination", "blend"),
}
LABELS = {
    "min_total": "Total at least",
    "min_fit": "Fit at least",
    "min_behavior": "Behavior at least",
    "max_fit": "Most fit",
    "max_behavior": "Most behavior",
    "velocity_exceeds_cap": "The velocity bonus may go beyond it",
    "combination": "The total is",
    "blend_behavior": "Weight of behavior, percent",
    "blend_fit": "Weight of fit, percent",
    "decay_mode": "What silence costs",
    "decay_points": "Points lost each period",
    "decay_percent": "Percent lost each period",
    "decay_period_days": "Days of a period",
    "decay_grace_days": "Days that cost nothing",
    "floor": "Never below",
    "silence": "Beside criteria that punish silence",
    "expired_points": "After the trial: points lost each period",
    "expired_period_days": "After the trial: days of a period",
    "subject": "Scores",
    "segment_name": "Name of the segment",
    "segment_order": "Asked in the order",
    "ceiling_behavior": "Behavior at most",
    "ceiling_name": "In a rep's words",
    "cross_product_points": "Bonus, points",
    "cross_product_days": "Active within so many days",
    "cross_product_products": "In so many products",
    "matrix_fit": "Fit is high from",
    "matrix_behavior": "Behavior is high from",
    "note": "What is different in this version",
    "source": "Where its numbers come from",
}
CLEARS = {
    "segment": "To score everybody, empty the name and remove the conditions.",
    "ceiling": "For no ceiling, empty the fields and remove the conditions.",
    "cross_product": "Empty fields: no bonus.",
    "matrix": "Empty fields: no matrix.",
}


class SectionForm(ModelForm):
    """One section; what the chosen kind does without is forgotten rather than complained about."""

    section: str
    around: Surroundings
    version: RubricVersion

    def __init__(self, data: QueryDict | None, *, version: RubricVersion) -> None:
        self.seen = as_text(section_columns(version, self.section))
        self.version = version
        super().__init__(data, instance=version, prefix=f"s-{self.section}")
        for field_name, field in self.fields.items():
            field.label = LABELS.get(field_name, field.label)
            limit_by(field, version._meta.get_field(field_name))
        if "activity_signals" in self.fields:
            self.fields["activity_signals"] = SignalsField(
                signals=self.around.signals,
                required=False,
                label="Using the product",
                help_text="What ends a silence.",
            )
        name = CONDITIONS.get(self.section)
        stored: Sequence[Mapping[str, Any]] = getattr(version, name) if name else ()
        self.conditions = (
            Conditions(f"s-{self.section}-when", self.around, stored=stored, data=data)
            if name
            else None
        )

    def is_valid(self) -> bool:
        rows_are_valid = self.conditions is None or self.conditions.is_valid()
        return super().is_valid() and rows_are_valid

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("combination") == Combination.SUM:
            cleaned |= {"blend_behavior": None, "blend_fit": None}
        if "decay_mode" in cleaned and cleaned["decay_mode"] != DecayMode.PERCENT:
            cleaned["decay_percent"] = None
        if "activity_signals" in cleaned:
            cleaned["activity_signals"] = cleaned["activity_signals"] or []
        name = CONDITIONS.get(self.section)
        if name and self.conditions is not None and self.conditions.is_valid():
            cleaned[name] = self.conditions.read()
            setattr(self.instance, name, cleaned[name])
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, not in the stubs
        if self.errors or (self.conditions is not None and not self.conditions.is_valid()):
            return
        try:
            check_sections(self.instance)
        except SpecError as error:
            self.refuse(error)

    def refuse(self, error: SpecError) -> None:
        """Show what is wrong at the field it is about."""
        if self.conditions is not None and self.conditions.refuse(error):
            self.add_error(None, "A condition needs mending.")
            return
        for path, field in FIELDS.items():
            if error.where.startswith(path) and field in self.fields:
                self.add_error(field, sentence(error.problem))
                return
        self.add_error(None, sentence(error.problem))

    def told_fields(self) -> list[tuple[forms.BoundField, str]]:
        """The fields, and for which value of another field each matters."""
        return [
            (self[name], f"{WHEN[name][0]}:{WHEN[name][1]}" if name in WHEN else "")
            for name in self.fields
        ]

    def columns(self) -> dict[str, Any]:
        """What to save. The form is valid."""
        names = SECTIONS[self.section]
        return {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}


def section_form(
    section: str,
    version: RubricVersion,
    around: Surroundings,
    formfield: Callable[..., Any],
    data: QueryDict | None = None,
) -> SectionForm:
    """The form of one section of a draft; ``formfield`` gives the theme's fields."""
    names = [name for name in SECTIONS[section] if name not in CONDITIONS.values()]
    made = modelform_factory(
        RubricVersion, form=SectionForm, fields=names, formfield_callback=formfield
    )
    made.section, made.around = section, around  # type: ignore[attr-defined]  # a SectionForm
    # A copy: cleaning writes into the instance, and what is refused must not show.
    fresh = RubricVersion.objects.select_related("rubric").get(pk=version.pk)
    return made(data, version=fresh)  # type: ignore[call-arg,return-value]  # a SectionForm


class Row(Form):
    """One of several rows that are saved together."""

    @property
    def row(self) -> str:
        """Its place among the rows that are sent."""
        return str(self.prefix).rsplit("-", 1)[-1]


class GroupRow(Row):
    """Criteria that share a limit."""

    key = forms.SlugField(max_length=60, required=False, widget=forms.HiddenInput)
    name = forms.CharField(max_length=120, widget=UnfoldAdminTextInputWidget())
    most = forms.IntegerField(
        label="Give together at most", required=False, min_value=-10_000, max_value=10_000,
        widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip
    least = forms.IntegerField(
        label="Take together at most (e.g. -20)", required=False, min_value=-10_000,
        max_value=10_000, widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        most, least = cleaned.get("most"), cleaned.get("least")
        if most is None and least is None:
            self.add_error("most", "Give the most, the least, or both.")
        elif most is not None and least is not None and least > most:
            self.add_error("least", f"At most {most}, the other limit.")
        return cleaned


class BandRow(Row):
    """A name for totals from a number on."""

    at_least = forms.IntegerField(
        label="From a total of", min_value=0, max_value=10_000,
        widget=UnfoldAdminIntegerFieldWidget(),
    )  # fmt: skip
    name = forms.CharField(max_length=60, widget=UnfoldAdminTextInputWidget())
    meaning = forms.CharField(
        label="What to do", max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )


class Rows:
    """Groups or bands: rows that are saved together."""

    kinds: Mapping[str, type[Row]] = {"groups": GroupRow, "bands": BandRow}

    def __init__(
        self, section: str, entries: Sequence[Mapping[str, Any]], data: QueryDict | None = None
    ) -> None:
        self.section, self.kind, self.problem = section, self.kinds[section], ""
        self.seen = json.dumps(list(entries))
        self.prefix = f"s-{section}"
        nothing: Mapping[str, Any] = {}
        if data is None:
            rows = [(str(number), entry) for number, entry in enumerate(entries)]
        else:
            sent = data.getlist(f"{self.prefix}-row")[:100]
            rows = [(row, nothing) for row in sent if row.isascii()]
        self.rows = [
            self.kind(data, prefix=f"{self.prefix}-{row}", initial=dict(entry))
            for row, entry in rows
        ]

    @property
    def empty(self) -> Row:
        """The row that a new one begins as."""
        return self.kind(prefix=f"{self.prefix}-__row__")

    def is_valid(self) -> bool:
        are_valid = [row.is_valid() for row in self.rows]  # all of them, so that all say so
        return all(are_valid)

    def read(self) -> list[dict[str, Any]]:
        """The rows to save. All are valid."""
        return [dict(row.cleaned_data) for row in self.rows]


def as_text(columns: Mapping[str, Any]) -> str:
    """What an editor saw, to be sent back."""
    return json.dumps(dict(columns), default=str)
