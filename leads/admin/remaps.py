"""Remappings of past events: how far each is, what it changed, stopped and resumed."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from leads import jobs
from leads.admin.base import change_url, confirmed, counted, once, page_link
from leads.admin.jobs import JobAdmin
from leads.models import RemapJob, Signal


@admin.register(RemapJob)
class RemapJobAdmin(JobAdmin):
    stopping_leaves = (
        "The events it went through keep their new hits, the others those of before. You can go "
        "on with it later."
    )
    list_display = ("started_at", "shown_state", "result", "progress", "took", "asked")
    list_filter = (("state", ChoicesDropdownFilter),)
    list_select_related = ("asked_by",)
    actions_detail = ("resume", "stop")
    fields = (
        ("result", "state", "progress"),
        "signals",
        ("shown_added", "shown_removed", "shown_altered"),
        ("started_at", "finished_at"),
        ("took", "asked"),
    )
    shown_added, shown_removed = counted("added", "hits added"), counted("removed", "hits removed")
    shown_altered = counted("altered", "hits with another value or session")
    readonly_fields = (
        "result",
        "signals",
        "progress",
        "took",
        "asked",
        "shown_added",
        "shown_removed",
        "shown_altered",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RemapJob]:
        return super().get_queryset(request).select_related("asked_by")

    @display(description="result")
    def result(self, job: RemapJob) -> str:
        return job.result

    @display(description="signals")
    @once
    def signals(self, job: RemapJob) -> SafeString:
        found = Signal.objects.filter(pk__in=job.signal_ids).order_by("name")
        return format_html_join(", ", "{}", ([page_link(change_url(one), one)] for one in found))

    @action(description="Go on", icon="play_circle", permissions=["stopping"], url_path="resume")
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(job: RemapJob) -> None:
            if jobs.resume(job):
                self.message_user(request, "It goes on in the background.", messages.SUCCESS)
            else:
                self.message_user(request, "It runs, or is done already.", messages.INFO)

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Go on with it?",
            text="It goes on where it was stopped, with the mappings as they are now.",
            button="Go on",
        )
