"""Signals, and which events are hits of them."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import AppAdmin, ModelForm, StackedInline, confirmed
from leads.admin.conditions import ConditionsField
from leads.models import Signal, SignalMapping
from leads.models.signal import MessageKind
from leads.services import remap_signals

# As much as one request can do.
PAST = {"the last day": 1, "the last 7 days": 7, "the last 30 days": 30}


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

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            text = "The mappings apply to events from now on. “Apply to past events” does the rest."
            self.message_user(request, text, messages.INFO)

    @action(
        description="Apply to past events",
        icon="history",
        permissions=["acting"],
        url_path="remap",
    )
    def remap(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(signal: Signal) -> None:
            days = PAST.get(request.POST.get("choice", ""), 1)
            at = timezone.now()
            since = at - timedelta(days=days)
            changed = remap_signals(signal_ids=[signal.pk], at=at, since=since)
            self.message_user(request, f"Done; {changed} leads changed.", messages.SUCCESS)

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Apply the mappings to past events?",
            text="The events received since then are looked at again with the mappings as they are "
            "now. Leads whose hits change are scored anew.",
            button="Apply",
            choices=list(PAST),
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

    @display(description="conditions")
    def shown_conditions(self, mapping: SignalMapping) -> str:
        return mapping.condition_words
