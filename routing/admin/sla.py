"""SLA policies, and every step that was taken because of them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from leads.admin.base import AppAdmin, BigTableAdmin, ModelForm, change_url, page_link
from routing import sla
from routing.admin.conditions import ConditionsField
from routing.admin.reps import RepFilter
from routing.models import SlaEvent, SlaPolicy


class SlaPolicyForm(ModelForm):
    conditions = ConditionsField(
        required=False,
        help_text="All must hold when the PQL is assigned. None: every PQL of the team.",
    )


@admin.register(SlaPolicy)
class SlaPolicyAdmin(AppAdmin):
    form = SlaPolicyForm
    list_display = ("position", "name", "whose", "promise", "is_active")
    list_display_links = ("name",)
    list_select_related = ("team",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "is_active"),
                    ("team", "position"),
                    "conditions",
                    "first_touch_minutes",
                )
            },
        ),
        (
            "Until it is touched",
            {
                "description": "Working minutes on the rep's clock. Every step happens once for "
                "each assignment.",
                "fields": (
                    ("remind_before_minutes", "remind_after_minutes"),
                    "escalate_after_minutes",
                    ("reassign_after_minutes", "most_reassignments"),
                    "silent_limit",
                ),
            },
        ),
    )

    @display(description="for", ordering="team")
    def whose(self, policy: SlaPolicy) -> str:
        return str(policy.team) if policy.team else "Every team"

    @display(description="promise", ordering="first_touch_minutes")
    def promise(self, policy: SlaPolicy) -> str:
        return policy.words.capitalize()

    def save_model(self, request: HttpRequest, obj: SlaPolicy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        sla.reset_clocks()

    def delete_model(self, request: HttpRequest, obj: SlaPolicy) -> None:
        super().delete_model(request, obj)
        sla.reset_clocks()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[SlaPolicy]) -> None:
        super().delete_queryset(request, queryset)
        sla.reset_clocks()


@admin.register(SlaEvent)
class SlaEventAdmin(BigTableAdmin):
    list_display = ("at", "step", "pql", "rep", "due_at", "policy", "reason")
    list_filter = (
        ("step", ChoicesDropdownFilter),
        ("rep", RepFilter),
        ("policy", RelatedDropdownFilter),
        ("at", RangeDateTimeFilter),
    )
    list_select_related = ("qualification__lead", "rep__user", "policy")
    ordering = ("-id",)
    search_fields = ()
    fields = ("step", "pql", "rep", "policy", "assigned_at", "due_at", "at", "reason")
    readonly_fields = ("pql",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SlaEvent]:
        related = ("qualification__lead", "rep__user", "policy")
        return super().get_queryset(request).select_related(*related)

    @display(description="PQL")
    def pql(self, event: SlaEvent) -> str:
        return page_link(change_url(event.qualification), event.qualification.lead)
