"""What a version holds besides its criteria: lists, groups and bands, each a tab of its page."""

from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.admin import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from leads.admin.base import InlineFormSet, ModelForm, TabularInline
from rubrics.admin.drafts import is_editable
from rubrics.models import Band, CriterionGroup, RubricList


class PartInline(TabularInline):
    """Rows of a version: edited while it is a draft, looked at afterwards."""

    extra = 0
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_delete_permission(request, obj)


class PartFormSet(PaginationInlineFormSet, InlineFormSet):
    """Rows that are checked together."""

    def kept(self) -> list[ModelForm]:
        """The forms of the rows that there will be."""
        return [
            form
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in (super().to_python(value) or "").splitlines()]
        lines = [line for line in lines if line]
        for number, line in enumerate(lines, 1):
            if len(line) > 200:
                raise forms.ValidationError(f"Line {number} has more than 200 characters.")
        return lines


class RubricListForm(ModelForm):
    values = LinesField(required=False, help_text="One a line. “.edu” stands for all that end so.")

    class Meta:
        model = RubricList
        fields = ("key", "values")


class RubricListInline(PartInline):
    model = RubricList
    form = RubricListForm
    verbose_name_plural = "lists"


class GroupFormSet(PartFormSet):
    def clean(self) -> None:
        """A group that criteria count in stays, under its key."""
        super().clean()
        keys = {form.cleaned_data.get("key") for form in self.kept() if form.is_valid()}
        for criterion in self.instance.criteria.exclude(group=""):
            if criterion.group not in keys:
                raise forms.ValidationError(
                    f"“{criterion.name}” counts in the group {criterion.group}; take it out first."
                )


class CriterionGroupInline(PartInline):
    model = CriterionGroup
    formset = GroupFormSet
    verbose_name_plural = "groups"
    fields = ("key", "name", "most", "least", "position")


class BandFormSet(PartFormSet):
    def clean(self) -> None:
        """Bands leave no total without a name."""
        super().clean()
        begins = [form.cleaned_data.get("at_least") for form in self.kept() if form.is_valid()]
        if begins and 0 not in begins:
            raise forms.ValidationError("One band begins at 0, so that every total has a name.")


class BandInline(PartInline):
    model = Band
    formset = BandFormSet
    verbose_name_plural = "bands"
    fields = ("at_least", "name", "meaning")
    ordering = ("at_least",)
