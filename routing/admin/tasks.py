"""Tasks and what webhooks are owed, to look at. Reps do tasks on their pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, ReadOnlyInline, lead_link
from leads.admin.filters import MomentFilter
from routing.models import OwedEvent, Task, TaskChange


class TaskChangeInline(ReadOnlyInline):
    model = TaskChange
    verbose_name_plural = "history"
    fields = ("at", "act", "rep", "by")
    readonly_fields = fields
    ordering = ("at", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaskChange]:
        return super().get_queryset(request).select_related("rep__user", "by")


@admin.register(Task)
class TaskAdmin(BigTableAdmin):
    list_display = ("id", "title", "lead_name", "owner", "priority", "due_at", "done_at")
    list_filter = (("priority", ChoicesDropdownFilter), ("due_at", MomentFilter))
    list_select_related = ("lead", "rep__user", "qualification__rep__user")
    ordering = ("-id",)
    fields = (
        ("title", "priority"),
        ("lead_name", "qualification", "owner"),
        "note",
        ("created_at", "made_by", "due_at"),
        ("announced_at", "remind_at", "reminded_at"),
        ("done_at", "done_by", "removed_at"),
        "key",
    )
    readonly_fields = ("lead_name", "owner")
    inlines = (TaskChangeInline,)

    @display(description="lead")
    def lead_name(self, task: Task) -> str:
        return lead_link(task.lead_id, task.lead)

    @display(description="whose", empty_value="Nobody’s yet")
    def owner(self, task: Task) -> str | None:
        return str(task.owner) if task.owner else None


@admin.register(OwedEvent)
class OwedEventAdmin(BigTableAdmin):
    list_display = ("id", "kind", "lead_name", "created_at", "delivered_at")
    list_select_related = ("lead",)
    list_filter = (("created_at", MomentFilter),)
    ordering = ("-id",)
    fields = (("kind", "destination_key"), "lead_name", "content", ("created_at", "delivered_at"))
    readonly_fields = ("lead_name",)

    @display(description="lead")
    def lead_name(self, event: OwedEvent) -> str:
        return lead_link(event.lead_id, event.lead)
