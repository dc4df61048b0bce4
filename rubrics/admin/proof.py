"""Proofs that the stored scores are what the facts give: started, watched, acted on."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import (
    ReadOnlyAdmin,
    ReadOnlyInline,
    change_url,
    confirmed,
    counted,
    lead_link,
    once,
    page_link,
)
from leads.admin.jobs import JobAdmin
from leads.models import JobState
from rubrics import proof as proofs
from rubrics.admin.drafts import person
from rubrics.models import Proof, ProofMismatch

RESULT_COLORS = {"success": "success", "danger": "danger", "info": "info"}


def whom(mismatch: ProofMismatch) -> SafeString | str:
    """The lead or account, as a link to its page."""
    if mismatch.account is not None:
        return page_link(change_url(mismatch.account), mismatch.account)
    return lead_link(mismatch.lead_id, mismatch.lead)


def what_differs(mismatch: ProofMismatch) -> SafeString:
    """Each difference: what, as it is stored, as the facts give it."""
    rows = format_html_join(
        "",
        '<tr><td class="pr-4 align-top">{}</td><td class="pr-4 align-top">{}</td>'
        '<td class="align-top text-important">{}</td></tr>',
        mismatch.differences,
    )
    if not rows:
        return format_html("{}", "-")
    return format_html(
        '<table><thead class="text-left"><tr><th class="pr-4 font-normal">what</th>'
        '<th class="pr-4 font-normal">stored</th><th class="font-normal">derived</th></tr></thead>'
        "<tbody>{}</tbody></table>",
        rows,
    )


class MismatchInline(ReadOnlyInline):
    model = ProofMismatch
    tab = False
    verbose_name_plural = "what differs"
    hide_title = False
    fields = ("who", "rubric", "kind", "differs", "asked_again_at")
    readonly_fields = ("who", "differs")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProofMismatch]:
        return super().get_queryset(request).select_related("lead", "account", "rubric")

    @display(description="who")
    def who(self, mismatch: ProofMismatch) -> SafeString | str:
        return whom(mismatch)

    @display(description="what differs")
    @once
    def differs(self, mismatch: ProofMismatch) -> SafeString:
        return what_differs(mismatch)


@admin.register(Proof)
class ProofAdmin(JobAdmin):
    list_display = ("started_at", "shown_state", "shown_result", "progress", "took", "asked")
    list_filter = (("state", ChoicesDropdownFilter), ("reason", ChoicesDropdownFilter))
    list_select_related = ("asked_by", "rubric")
    actions_list = ("prove_now",)
    actions_detail = ("score_again", "stop")
    inlines = (MismatchInline,)
    fields = (
        ("result", "state", "progress"),
        ("shown_checked", "shown_mismatched"),
        ("shown_waiting", "shown_overdue"),
        ("started_at", "finished_at", "took"),
        ("asked", "rubric"),
    )
    shown_checked = counted("checked", "scores derived again")
    shown_mismatched = counted("mismatched", "of these, came out otherwise")
    shown_waiting = counted("waiting", "left out: about to be scored anyway")
    shown_overdue = counted("overdue", "right when scored, but due again by now")
    readonly_fields = (
        "result",
        "progress",
        "took",
        "asked",
        "shown_checked",
        "shown_mismatched",
        "shown_waiting",
        "shown_overdue",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proof]:
        return super().get_queryset(request).select_related("asked_by", "rubric")

    @display(description="result", label=RESULT_COLORS)
    def shown_result(self, proof: Proof) -> tuple[str, str]:
        if proof.mismatched:
            return "danger", proof.result
        return "success" if proof.state == JobState.DONE else "info", proof.result

    @display(description="result")
    def result(self, proof: Proof) -> str:
        return proof.result

    @display(description="asked by")
    def asked(self, job: Proof) -> str:
        return str(job.asked_by) if job.asked_by else job.get_reason_display()

    @action(
        description="Prove all scores now",
        icon="verified",
        permissions=["drafting"],
        url_path="prove-now",
    )
    def prove_now(self, request: HttpRequest) -> HttpResponse:
        """GET asks, POST starts it."""
        back = reverse("admin:rubrics_proof_changelist")
        if request.method == "POST":
            try:
                started = proofs.start_proof(at=timezone.now(), by=person(request))
            except proofs.ProofRunning as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(back)
            self.message_user(request, "Started. It goes on in the background.", messages.SUCCESS)
            return HttpResponseRedirect(change_url(started))
        context = {
            **self.admin_site.each_context(request),
            "title": "Prove all scores now?",
            "text": "Every stored score is derived again from the facts, and what differs is "
            "listed. Nothing is changed, and scoring comes first.",
            "button": "Prove",
            "opts": self.opts,
            "back": back,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        if ProofMismatch.objects.filter(proof_id=object_id).exists():
            return actions
        return [one for one in actions if not one.action_name.endswith("_score_again")]

    @action(
        description="Score all of these again",
        icon="refresh",
        permissions=["acting"],
        url_path="score-again",
    )
    def score_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(proof: Proof) -> None:
            count = proofs.score_again(proof.mismatches.all(), at=timezone.now())
            self.message_user(request, f"{count:,} leads are scored anew.", messages.SUCCESS)

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Score all of these again?",
            text="Everybody listed in this proof is scored anew in the background. Prove again "
            "afterwards to see that it helped.",
            button="Score again",
        )


@admin.register(ProofMismatch)
class ProofMismatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "who", "rubric", "kind", "differs", "proof", "asked_again_at")
    list_filter = (
        ("proof", RelatedDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("rubric", RelatedDropdownFilter),
    )
    list_select_related = ("lead", "account", "rubric", "proof")
    ordering = ("-id",)
    sortable_by = ()
    actions = ("score_again",)
    fields = (("proof", "kind"), ("who", "rubric", "version"), "at", "differs", "asked_again_at")
    readonly_fields = ("who", "differs")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ProofMismatch]:
        rows = super().get_queryset(request)
        return rows.select_related("lead", "account", "rubric", "version__rubric", "proof")

    @display(description="who")
    def who(self, mismatch: ProofMismatch) -> SafeString | str:
        return whom(mismatch)

    @display(description="what differs")
    @once
    def differs(self, mismatch: ProofMismatch) -> SafeString:
        return what_differs(mismatch)

    @admin.action(description="Score again", permissions=["acting"])
    def score_again(self, request: HttpRequest, queryset: QuerySet[ProofMismatch]) -> None:
        chosen = ProofMismatch.objects.filter(pk__in=queryset.values("pk"))
        count = proofs.score_again(chosen, at=timezone.now())
        self.message_user(request, f"{count:,} leads are scored anew.", messages.SUCCESS)
