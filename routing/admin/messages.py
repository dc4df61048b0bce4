"""First messages that reps are offered: templates with named fields."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from leads.admin.base import AppAdmin, ModelForm
from routing.messages import FIELDS, UnknownField, check_text
from routing.models import MessageTemplate


def check_field(text: str) -> str:
    """A text of a form whose fields can be filled in; else the error that names the field."""
    try:
        check_text(text)
    except UnknownField as error:
        raise ValidationError(str(error)) from error
    return text


class MessageTemplateForm(ModelForm):
    """Refuses fields that there are not."""

    class Meta:
        model = MessageTemplate
        fields = ("name", "product", "signal", "position", "subject", "text")

    def clean_subject(self) -> str:
        return check_field(self.cleaned_data["subject"])

    def clean_text(self) -> str:
        return check_field(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        product, signal = given.get("product"), given.get("signal")
        if product and signal and signal.product_id != product.pk:
            self.add_error("signal", f"This is a signal of {signal.product}, not of {product}.")
        return given


@admin.register(MessageTemplate)
class MessageTemplateAdmin(AppAdmin):
    form = MessageTemplateForm
    list_display = ("name", "product", "signal", "subject", "position")
    list_filter = (("product", RelatedDropdownFilter),)
    list_select_related = ("product", "signal")
    search_fields = ("name", "subject", "text")
    fields = ("name", ("product", "signal", "position"), "subject", "text", "what_fields")
    readonly_fields = ("what_fields",)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)
        if "signal" in form.base_fields:
            signals = form.base_fields["signal"]
            signals.queryset = signals.queryset.select_related("product")
            signals.label_from_instance = lambda signal: f"{signal.product}: {signal}"
        return form

    @display(description="fields")
    def what_fields(self, template: MessageTemplate) -> SafeString:
        rows = format_html_join(
            "",
            '<tr><td class="py-1 pr-6 font-mono">{{{}}}</td><td class="py-1 pr-6">{}</td>'
            '<td class="py-1">{}</td></tr>',
            ((name, field.meaning, field.unknown) for name, field in FIELDS.items()),
        )
        return format_html(
            '<p class="mb-2">Write {} to choose the words for unknown yourself.</p>'
            '<table><thead><tr><th class="py-1 pr-6 text-left" scope="col">Field</th>'
            '<th class="py-1 pr-6 text-left" scope="col">Is filled in with</th>'
            '<th class="py-1 text-left" scope="col">Where unknown</th></tr></thead>'
            "<tbody>{}</tbody></table>",
            "{company|your team}",
            rows,
        )
