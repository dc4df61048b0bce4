"""A draft's own row as a form: its sections are checked by the one parser, field by field."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from leads.admin.base import ModelForm
from leads.models import Signal
from rubrics.admin.conditions import ConditionsField
from rubrics.documents import parse_document
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.models.rubric import Combination, DecayMode
from rubrics.rows import section_documents

# Stands in for the criteria, which have pages of their own and may be unfinished.
ANY_CRITERION = {
    "key": "any",
    "axis": "fit",
    "measure": "is_present",
    "attribute": "account.domain",
    "tiers": [{"points": 1}],
}
FIELDS = {
    "subject": "subject",
    "segment.name": "segment_name",
    "segment.order": "segment_order",
    "segment.when": "segment_conditions",
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


class RubricVersionForm(ModelForm):
    segment_conditions = ConditionsField(label="Conditions")
    ceiling_conditions = ConditionsField(label="Conditions")
    activity_signals = forms.MultipleChoiceField(
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Using the product: what ends a silence.",
    )

    class Meta:
        model = RubricVersion
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "activity_signals" in self.fields:
            signals = Signal.objects.filter(product=self.instance.rubric.product_id)
            self.fields["activity_signals"].choices = list(signals.values_list("key", "name"))  # type: ignore[attr-defined]  # a choice field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        # What the chosen kind does without is forgotten rather than complained about.
        if cleaned.get("combination") == Combination.SUM:
            cleaned |= {"blend_behavior": None, "blend_fit": None}
        if cleaned.get("decay_mode") != DecayMode.PERCENT:
            cleaned["decay_percent"] = None
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, not in the stubs
        if self.errors:
            return
        version = self.instance
        document = {
            **section_documents(version),
            "lists": {row.key: list(row.values) for row in version.lists.all()},
            "activity_signals": list(version.activity_signals),
            "criteria": [ANY_CRITERION],
        }
        try:
            parse_document(document)
        except SpecError as error:
            self._refuse(error)

    def _refuse(self, error: SpecError) -> None:
        """Show what is wrong at the field it is about; of a condition say which part."""
        for path, field in FIELDS.items():
            if error.where.startswith(path) and field in self.fields:
                part = error.where.removeprefix(path).lstrip(".")
                is_condition = field.endswith("_conditions") and part
                problem = f"{part}: {error.problem}" if is_condition else error.problem
                self.add_error(field, problem)
                return
        self.add_error(None, str(error))
