"""PQLs. Their states change in the queue, through the services; here one looks."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, ReadOnlyInline, lead_link
from leads.admin.filters import MomentFilter
from routing.admin.reps import RepFilter
from routing.models import Note, Qualification, StateChange, Touch
from routing.models.qualification import State

STATE_COLORS = {
    State.NEW.label: "info",
    State.ASSIGNED.label: "info",
    State.ACCEPTED.label: "primary",
    State.CONTACTED.label: "primary",
    State.OPPORTUNITY.label: "primary",
    State.WON.label: "success",
    State.LOST.label: "danger",
    State.REJECTED.label: "danger",
    State.SNOOZED.label: "warning",
    State.EXPIRED.label: "warning",
}


class StateChangeInline(ReadOnlyInline):
    model = StateChange
    verbose_name_plural = "history"
    fields = ("at", "from_state", "to_state", "rep", "by", "reason")
    readonly_fields = fields
    ordering = ("at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StateChange]:
        return super().get_queryset(request).select_related("rep__user", "by")


class TouchInline(ReadOnlyInline):
    model = Touch
    fields = ("touched_at", "kind", "by", "note")
    readonly_fields = fields
    ordering = ("-touched_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Touch]:
        return super().get_queryset(request).select_related("by")


class NoteInline(ReadOnlyInline):
    model = Note
    fields = ("at", "by", "text")
    readonly_fields = fields
    ordering = ("-at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Note]:
        return super().get_queryset(request).select_related("by")


@admin.register(Qualification)
class QualificationAdmin(BigTableAdmin):
    list_display = (
        "id",
        "lead_name",
        "product",
        "shown_state",
        "rep",
        "total",
        "fit",
        "behavior",
        "opened_at",
    )
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("product", RelatedDropdownFilter),
        ("rep", RepFilter),
        ("opened_at", MomentFilter),
    )
    list_select_related = ("lead", "product", "rep__user")
    ordering = ("-id",)
    fields = (
        ("lead_name", "product", "version"),
        ("shown_state", "rep", "reject_reason"),
        ("total", "fit", "behavior"),
        ("opened_at", "assigned_at", "first_touched_at"),
        ("snoozed_until", "closed_at"),
        ("closing_reason", "closed_total"),
        "reasons",
    )
    readonly_fields = ("lead_name", "shown_state", "reasons")
    inlines = (StateChangeInline, TouchInline, NoteInline)

    def view_on_site(self, qualification: Qualification) -> str:
        return f"/leads/{qualification.lead_id}/"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Qualification]:
        related = ("lead", "product", "rep__user", "version__rubric")
        return super().get_queryset(request).select_related(*related)

    @display(description="lead")
    def lead_name(self, qualification: Qualification) -> str:
        return lead_link(qualification.lead_id, qualification.lead)

    @display(description="state", label=STATE_COLORS)
    def shown_state(self, qualification: Qualification) -> str:
        return qualification.get_state_display()

    @display(description="reasons when it opened")
    def reasons(self, qualification: Qualification) -> str:
        rows = format_html_join(
            "",
            '<tr><td class="py-1 pr-6 text-right tabular-nums">{}</td>'
            '<td class="py-1 pr-6">{}</td><td class="py-1">{}</td></tr>',
            (
                (f"{line['points']:+d}" if line["points"] else "0", line["label"], line["reason"])
                for line in qualification.breakdown
            ),
        )
        return format_html("<table>{}</table>", rows)
