"""Publications in the admin: how far one is, live, a button to cancel it, and what went before."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import change_url, page_link
from leads.admin.jobs import JobAdmin
from rubrics import publishing
from rubrics.admin.drafts import person
from rubrics.admin.why import Answer, Question, ask_why
from rubrics.models import Publication


@admin.register(Publication)
class PublicationAdmin(JobAdmin):
    list_display = ("started_at", "version", "kind", "shown_state", "progress", "pqls", "asked")
    list_filter = (
        ("version__rubric", RelatedDropdownFilter),
        ("state", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
    )
    list_select_related = ("asked_by", "version__rubric")
    fields = (
        ("version_page", "replaces_page"),
        ("kind", "asked"),
        "reason",
        ("started_at", "went_live", "took"),
        ("pqls", "not_scored"),
    )
    readonly_fields = (
        "version_page",
        "replaces_page",
        "went_live",
        "took",
        "asked",
        "pqls",
        "not_scored",
    )
    change_form_outer_before_template = "admin/rubrics/publication.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Publication]:
        rows: QuerySet[Publication] = super().get_queryset(request)
        return rows.select_related("asked_by", "version__rubric", "replaces__rubric")

    @display(description="version")
    def version_page(self, publication: Publication) -> SafeString:
        return page_link(change_url(publication.version), publication.version)

    @display(description="takes the place of")
    def replaces_page(self, publication: Publication) -> SafeString | str:
        before = publication.replaces
        return page_link(change_url(before), before) if before else "-"

    @display(description="went live")
    def went_live(self, publication: Publication) -> str:
        moment = publication.flipped_at
        return date(localtime(moment), "j M Y, H:i:s") if moment else "-"

    @display(description="could not be scored")
    def not_scored(self, publication: Publication) -> str:
        return f"{publication.skipped:,}"

    @display(description="PQLs new / lost")
    def pqls(self, publication: Publication) -> str:
        if not publication.flipped_at:
            return "-"
        return f"{publication.entered:,} / {publication.left:,}"

    @action(
        description="Cancel publishing",
        icon="stop_circle",
        permissions=["stopping"],
        url_path="stop",
    )
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        publication = self.get_object(request, object_id)
        if publication is None:
            raise Http404

        def run(answer: Answer) -> HttpResponse:
            publishing.cancel_publication(
                publication, by=person(request), at=timezone.now(), reason=answer.reason
            )
            told = f"Cancelled. {publication.version} is {_afterwards(publication)}."
            self.message_user(request, told, messages.SUCCESS)
            return HttpResponseRedirect(change_url(publication.version))

        text = (
            f"{publication.version} does not go live: it is {_afterwards(publication)}, and what "
            "was scored by it out of sight is thrown away. Nobody's score has changed."
        )
        question = Question("Cancel this publication?", text, "Cancel publishing")
        return ask_why(self, request, publication, question, run)

    def has_stopping_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may publish may cancel."""
        return request.user.has_perm("rubrics.change_rubricversion")


def _afterwards(publication: Publication) -> str:
    return "retired again" if publication.is_rollback else "a draft again"
