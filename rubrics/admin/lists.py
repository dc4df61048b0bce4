"""A version's lists, one value a line."""

from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import (
    UnfoldAdminTextareaWidget,
)

from leads.admin.base import (
    ModelForm,
    TabularInline,
)
from rubrics.admin.drafts import is_editable
from rubrics.models import RubricList


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


class RubricListInline(TabularInline):
    model = RubricList
    form = RubricListForm
    extra = 0
    verbose_name_plural = "lists"
    tab = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_editable(obj) and super().has_delete_permission(request, obj)
