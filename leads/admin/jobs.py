"""Jobs in the admin: how far one is, live, and a button to stop it."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action, display

from leads import jobs
from leads.admin.base import ReadOnlyAdmin, confirmed
from leads.models import Job, JobState

POSSIBLE_IN = {
    "stop": (JobState.RUNNING,),
    "resume": (JobState.STOPPED, JobState.FAILED),
}
STATE_COLORS = {"Running": "info", "Stopped": "warning", "Done": "success", "Failed": "danger"}


class JobAdmin(ReadOnlyAdmin):
    """The pages of a kind of job. While one runs, its page shows how far it is every second."""

    stopping_leaves = (
        "What it found so far stays. It cannot go on from there; it can be started again."
    )
    ordering = ("-started_at", "-id")
    sortable_by = ()
    actions_detail: tuple[str, ...] = ("stop",)
    change_form_outer_before_template = "admin/_job.html"

    @display(description="state", label=STATE_COLORS)
    def shown_state(self, job: Job) -> str:
        return job.get_state_display()

    @display(description="progress")
    def progress(self, job: Job) -> str:
        return f"{job.percent} %"

    @display(description="took")
    def took(self, job: Job) -> str:
        span = (job.finished_at or timezone.now()) - job.started_at
        return str(timedelta(seconds=round(span.total_seconds())))

    @display(description="asked by")
    def asked(self, job: Job) -> str:
        return str(job.asked_by) if job.asked_by else "-"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        job = self.get_object(request, object_id)
        found = {} if job is None else self.findings(request, job)
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, {**(extra_context or {}), **found}
        )
        return answer

    def findings(self, request: HttpRequest, job: Any) -> dict[str, Any]:
        """What the job's page shows besides its fields, for its template."""
        return {}

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """What can be done in the state that the job is in."""
        actions: list[Any] = super().get_actions_detail(request, object_id)
        state = self.model.objects.filter(pk=object_id).values_list("state", flat=True).first()
        impossible = tuple(
            f"_{name}" for name, states in POSSIBLE_IN.items() if state not in states
        )
        return [one for one in actions if not one.action_name.endswith(impossible)]

    @action(description="Stop", icon="stop_circle", permissions=["stopping"], url_path="stop")
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(job: Job) -> None:
            if jobs.stop(job, at=timezone.now()):
                self.message_user(request, "Stopped.", messages.SUCCESS)
            else:
                self.message_user(request, "It had ended already.", messages.INFO)

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Stop it?",
            text=self.stopping_leaves,
            button="Stop",
        )

    def has_stopping_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whoever may start one may stop one."""
        return self._may(request, "add")
