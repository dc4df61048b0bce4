"""One criterion with its tiers, edited through real fields; frozen with its version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import PaginationInlineFormSet
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from leads.admin.base import AppAdmin, InlineFormSet, ModelForm, TabularInline, change_url
from rubrics.admin.params import (
    PREFIX,
    field_of,
    form_fields,
    initial_values,
    names_for,
    read_params,
)
from rubrics.measures import MEASURES, SpecError
from rubrics.models import Criterion, RubricVersion, Tier
from rubrics.rows import criterion_document
from rubrics.scoring.types import Axis, Mode, Role
from rubrics.words import Wording, criterion_words

MEASURE_CHOICES = [
    (f"{axis.label}", [(m.key, m.label) for m in MEASURES.values() if m.axis is axis])
    for axis in (Axis.BEHAVIOR, Axis.FIT)
]


class ParamForm(ModelForm):
    """A form with fields for ``params``; subclasses are made for one measure at a time."""

    param_names: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        stored = instance.params if instance is not None else {}
        shown = initial_values(stored, self.param_names)
        kwargs["initial"] = {**shown, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.instance.params = read_params(cleaned, self.instance.params, self.param_names)
        return cleaned

    def refuse(self, error: SpecError) -> None:
        """Show what is wrong at the field it is about."""
        field = field_of(error)
        self.add_error(field if field in self.fields else None, error.problem)


class CriterionForm(ParamForm):
    measure = forms.ChoiceField(choices=MEASURE_CHOICES, widget=UnfoldAdminSelectWidget)
    group = forms.ChoiceField(
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="The criteria of a group share its limits.",
    )

    class Meta:
        model = Criterion
        fields = "__all__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "group" in self.fields and self.instance.pk:
            groups = [(group.key, str(group)) for group in self.instance.version.groups.all()]
            self.fields["group"].choices = [("", "None"), *groups]  # type: ignore[attr-defined]  # a choice field

    def clean_group(self) -> str:
        key: str = self.cleaned_data["group"]
        axis = self.cleaned_data.get("axis", self.instance.axis)
        others = Criterion.objects.filter(version=self.instance.version_id, group=key)
        if key and others.exclude(pk=self.instance.pk).exclude(axis=axis).exists():
            raise forms.ValidationError("Its criteria are all of fit or all of behavior.")
        return key

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        measure = MEASURES.get(str(cleaned.get("measure")))
        if measure is None:
            return cleaned
        if cleaned.get("axis") == Axis.FIT and measure.axis is not Axis.FIT:
            self.add_error("axis", f"“{measure.label}” measures behavior, not fit.")
        if cleaned.get("axis") == Axis.FIT and cleaned.get("role") != "action":
            self.add_error("role", "Only behavior has velocity and silence.")
        is_new = self.instance.pk is None or "measure" in self.changed_data
        if cleaned.get("mode") != Mode.TIERS and not is_new:
            if cleaned.get("points_each") is None and cleaned.get("share_of_base") is None:
                self.add_error("points_each", "Say how many points each one gives.")
            lists = {row.key: tuple(row.values) for row in self.instance.version.lists.all()}
            try:
                measure.parse(self.instance.params, self.instance.key, lists)
            except SpecError as error:
                self.refuse(error)
        return cleaned


class TierFormSet(PaginationInlineFormSet, InlineFormSet):
    def clean(self) -> None:
        """Check each tier together with what the criterion says of all of them."""
        super().clean()
        criterion = self.instance
        measure = MEASURES.get(criterion.measure)
        if measure is None or criterion.mode != Mode.TIERS:
            return
        lists = {row.key: tuple(row.values) for row in criterion.version.lists.all()}
        for form in self.forms:
            if form in self.deleted_forms or not (form.instance.pk or form.has_changed()):
                continue
            try:
                measure.parse({**criterion.params, **form.instance.params}, "tier", lists)
            except SpecError as error:
                form.refuse(error)


class TierInline(TabularInline):
    model = Tier
    formset = TierFormSet
    extra = 0
    ordering = ("position", "pk")

    def get_formset(
        self, request: HttpRequest, obj: Criterion | None = None, **kwargs: Any
    ) -> type[InlineFormSet]:
        if obj is not None and self.has_change_permission(request, obj):
            names = names_for(obj.measure, in_tier=True)
            fields = form_fields(names, obj.version)
            kwargs["form"] = type("TierForm", (ParamForm,), {"param_names": names, **fields})
        formset: type[InlineFormSet] = super().get_formset(request, obj, **kwargs)
        return formset

    def get_fields(self, request: HttpRequest, obj: Criterion | None = None) -> list[str]:
        if obj is None or not self.has_change_permission(request, obj):
            return ["threshold", "points", "label", "shown_params"]
        names = [PREFIX + name for name in names_for(obj.measure, in_tier=True)]
        measure = MEASURES.get(obj.measure)
        threshold = [] if measure is not None and measure.unit == "flag" else ["threshold"]
        return [*threshold, *names, "points", "label", "position"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return ["shown_params"]

    @display(description="when")
    def shown_params(self, tier: Tier) -> str:
        return ", ".join(f"{name}: {value}" for name, value in tier.params.items())

    def has_add_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        return _is_editable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        return _is_editable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        return _is_editable(obj) and super().has_delete_permission(request, obj)


class VersionFilter(RelatedDropdownFilter):
    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[Any]:
        return [(one.pk, str(one)) for one in RubricVersion.objects.select_related("rubric")]


@admin.register(Criterion)
class CriterionAdmin(AppAdmin):
    form = CriterionForm
    list_display = ("name", "version", "axis", "what_is_measured", "key")
    list_filter = (
        ("version__rubric", RelatedDropdownFilter),
        ("version", VersionFilter),
        ("axis", ChoicesDropdownFilter),
    )
    list_select_related = ("version__rubric",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    inlines = (TierInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Criterion]:
        criteria = super().get_queryset(request).select_related("version__rubric__product")
        return criteria.prefetch_related("tiers", "version__rubric__product__signals")

    def get_inlines(self, request: HttpRequest, obj: Criterion | None) -> tuple[Any, ...]:
        return self.inlines if obj is not None and obj.mode == Mode.TIERS else ()

    def get_fieldsets(self, request: HttpRequest, obj: Criterion | None = None) -> list[Any]:
        params: list[Any]
        if obj is None:
            params = ["measure"]
        elif self.has_change_permission(request, obj):
            params = ["measure", *(PREFIX + n for n in names_for(obj.measure, in_tier=False))]
        else:
            params = ["what_is_measured"]
        more = ["proxy_for"] if obj is not None else []
        fieldsets: list[Any] = [
            (None, {"fields": ["version", ("name", "key"), ("axis", "role"), *more, "source"]}),
            ("What is measured", {"fields": params}),
        ]
        if obj is None:
            return [*fieldsets, ("What it is worth", {"fields": ["mode"]})]
        return [*fieldsets, ("What it is worth", {"fields": [*_worth_fields(obj), "position"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Criterion | None = None) -> list[str]:
        # A criterion keeps its key across versions; what was measured under it follows.
        return ["version", "key", "what_is_measured"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Criterion | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    def get_form(
        self,
        request: HttpRequest,
        obj: Criterion | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm]:
        if obj is not None and self.has_change_permission(request, obj):
            names = names_for(obj.measure, in_tier=False)
            fields = form_fields(names, obj.version)
            kwargs["form"] = type("MeasureForm", (CriterionForm,), {"param_names": names, **fields})
        form: type[ModelForm] = super().get_form(request, obj, change=change, **kwargs)
        return form

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> "forms.ModelChoiceField[Any] | None":
        if db_field.name == "version":
            kwargs["queryset"] = RubricVersion.objects.editable().select_related("rubric")
        field: forms.ModelChoiceField[Any] | None = super().formfield_for_foreignkey(
            db_field, request, **kwargs
        )
        return field

    @display(description="rules")
    def what_is_measured(self, criterion: Criterion) -> str:
        signals = criterion.version.rubric.product.signals.all()
        wording = Wording(signals={signal.key: signal.name for signal in signals})
        told = criterion_words(criterion_document(criterion), wording)
        return "; ".join(rule.sentence for rule in told.rules)

    def response_add(
        self, request: HttpRequest, obj: Criterion, post_url_continue: str | None = None
    ) -> HttpResponse:
        super().response_add(request, obj, post_url_continue)  # its message
        return HttpResponseRedirect(change_url(obj))  # where the measure's own fields are

    def has_change_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        return (obj is None or _is_editable(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Criterion | None = None) -> bool:
        return (obj is None or _is_editable(obj)) and super().has_delete_permission(request, obj)


def _is_editable(criterion: Criterion | None) -> bool:
    return criterion is not None and criterion.version.is_editable


def _worth_fields(criterion: Criterion) -> list[Any]:
    """The fields that matter for how this criterion gives points."""
    fields: list[Any] = ["mode"]
    if criterion.role == Role.VELOCITY:
        fields = ["mode", ("points_each", "share_of_base", "max_units")]
    elif criterion.mode == Mode.PER_PERIOD:
        fields = ["mode", ("points_each", "unit_size", "max_units")]
    elif criterion.mode == Mode.PER_UNIT:
        fields = ["mode", ("points_each", "max_units")]
    if criterion.role == Role.ACTION:
        measure = MEASURES.get(criterion.measure)
        if measure is not None and "signals" in measure.fields:
            fields.append(("recency_hours", "recency_factor"))
        if criterion.version.groups.exists() or criterion.group:
            fields.append("group")
    return fields
