"""Signals, and which events are hits of them. Every change is in the audit log."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import (
    AppAdmin,
    ModelForm,
    StackedInline,
    change_url,
    confirmed,
    page_link,
    person,
)
from leads.admin.conditions import ConditionsField
from leads.models import Signal, SignalMapping
from leads.models.signal import MessageKind
from leads.remapping import start_remap
from leads.signals import delete_mapping, delete_signal, document_of, record_edit

DONE = "It applies to events from now on. {}"


class SignalMappingForm(ModelForm):
    conditions = ConditionsField(
        required=False,
        help_text="All must hold. A dot reaches into an object: plan.name. Text is compared "
        "without regard to case.",
    )

    class Meta:
        model = SignalMapping
        fields = (
            "source",
            "kind",
            "event_name",
            "conditions",
            "value_property",
            "session_property",
            "position",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == MessageKind.TRACK and not cleaned.get("event_name"):
            self.add_error("event_name", "A track mapping names its event; type it as it is sent.")
        return cleaned


class SignalMappingInline(StackedInline):
    model = SignalMapping
    form = SignalMappingForm
    extra = 0
    fields = (
        ("kind", "event_name"),
        "conditions",
        ("value_property", "session_property"),
        ("source", "position"),
    )


@admin.register(Signal)
class SignalAdmin(AppAdmin):
    list_display = ("name", "key", "product", "is_activity", "mapping_count")
    list_filter = (("product", RelatedDropdownFilter), ("is_activity", BooleanRadioFilter))
    list_select_related = ("product",)
    search_fields = ("name", "key", "mappings__event_name")
    prepopulated_fields = {"key": ("name",)}
    fields = (("product", "key"), "name", "description", "is_activity")
    inlines = (SignalMappingInline,)
    actions_detail = ("remap",)
    instead_of_deleting = "Take its mappings away below: then no more events count as it."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signal]:
        return super().get_queryset(request).annotate(mapping_count=Count("mappings"))

    def get_readonly_fields(self, request: HttpRequest, obj: Signal | None = None) -> list[str]:
        return ["product", "key"] if obj else []  # rubrics name a signal by them

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Signal | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    @display(description="mappings", ordering="mapping_count")
    def mapping_count(self, signal: Signal) -> int:
        return int(signal.mapping_count)  # type: ignore[attr-defined]  # annotated

    def in_use_by(self, obj: Signal) -> list[str]:
        count: int = obj.mappings.count()
        return [f"{count} mapping{'s' if count != 1 else ''}"] if count else []

    def delete_model(self, request: HttpRequest, obj: Signal) -> None:
        delete_signal(obj, by=person(request), at=timezone.now())

    def save_model(self, request: HttpRequest, obj: Signal, form: Any, change: bool) -> None:
        form.document_before = None
        if change:
            form.document_before = document_of(Signal.objects.select_for_update().get(pk=obj.pk))
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        record_edit(form.instance, form.document_before, by=person(request), at=timezone.now())
        if any(formset.has_changed() for formset in formsets):
            offer_remap(self, request, form.instance)

    @action(
        description="Apply to past events",
        icon="history",
        permissions=["remapping"],
        url_path="remap",
    )
    def remap(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(signal: Signal) -> HttpResponse:
            job = start_remap(signal_ids=[signal.pk], by=person(request), at=timezone.now())
            return HttpResponseRedirect(change_url(job))

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Apply the mappings to past events?",
            text="All stored events are looked at again with the mappings as they are now, in the "
            "background. Leads whose hits change are scored anew.",
            button="Apply",
        )

    def has_remapping_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return bool(request.user.has_perm("leads.add_remapjob"))


def offer_remap(model_admin: ModelAdmin, request: HttpRequest, signal: Signal) -> None:
    """Say that the past is another matter, with the way to it."""
    url = reverse("admin:leads_signal_remap", args=[signal.pk])
    model_admin.message_user(
        request, format_html(DONE, page_link(url, "Apply it to past events too")), messages.INFO
    )


@admin.register(SignalMapping)
class SignalMappingAdmin(AppAdmin):
    """All mappings in one list: which event counts as what."""

    form = SignalMappingForm
    list_display = ("signal", "kind", "event_name", "shown_conditions", "source")
    list_filter = (("signal__product", RelatedDropdownFilter), ("source", RelatedDropdownFilter))
    list_select_related = ("signal__product", "source")
    search_fields = ("event_name", "signal__name")
    fields = (
        ("kind", "event_name"),
        "conditions",
        ("value_property", "session_property"),
        ("source", "position"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a mapping is added on its signal's page

    def save_model(self, request: HttpRequest, obj: SignalMapping, form: Any, change: bool) -> None:
        signal = Signal.objects.select_for_update().get(pk=obj.signal_id)
        before = document_of(signal)
        super().save_model(request, obj, form, change)
        if record_edit(signal, before, by=person(request), at=timezone.now()):
            offer_remap(self, request, signal)

    def delete_model(self, request: HttpRequest, obj: SignalMapping) -> None:
        signal = obj.signal
        delete_mapping(obj, by=person(request), at=timezone.now())
        offer_remap(self, request, signal)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SignalMapping]) -> None:
        for mapping in queryset.select_related("signal"):
            self.delete_model(request, mapping)

    @display(description="conditions")
    def shown_conditions(self, mapping: SignalMapping) -> str:
        return mapping.condition_words
