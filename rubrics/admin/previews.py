"""Previews of drafts: started from a draft's page, watched, read, and taken away as a file."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import AppAdmin, ReadOnlyAdmin, change_url, once, page_link
from leads.admin.jobs import JobAdmin
from leads.models import Account, JobState, Lead
from leads.spreadsheets import csv_response
from rubrics import previews
from rubrics.admin.drafts import VersionFilter, person
from rubrics.measures import SpecError
from rubrics.models import Preview, PreviewLead, RubricVersion
from rubrics.models.preview import Movement
from rubrics.previews.export import HEADER, csv_rows
from rubrics.previews.summary import charts, crossings_of, pqls_of, summarize
from rubrics.previews.verdict import comparison
from rubrics.scoring.words import signed

SHOWN = 10
"""Of those who enter and of those who leave, on the preview's own page."""
MOST_COUNTRIES = 8
CROSSINGS = {
    Movement.ENTERED: "Would become PQLs",
    Movement.LEFT: "Would be PQLs no longer",
}


def why(row: PreviewLead) -> SafeString:
    """The lines that give other points, each with its reason to hover over; and the threshold that
    decides, where the points alone do not tell."""
    if row.has_moved_rubric and row.now_rubric and row.then_rubric:
        moved = format_html("Scored by {} instead of {}. ", row.then_rubric, row.now_rubric)
    elif not row.then_rubric:
        moved = format_html("{}", "No rubric scores them any more. ")
    else:
        moved = format_html("{}", "")
    lines = format_html_join(
        ", ",
        '<span title="{}">{}</span>',
        (
            (_points_words(line), f"{line['label']} {signed(_difference(line))}")
            for line in row.lines
        ),
    )
    said = [(part,) for part in (lines, row.deciding) if part] or [(_unmoved(row),)]
    return moved + format_html_join(". ", "{}", said)


def _unmoved(row: PreviewLead) -> str:
    """Where every line gives what it gave, and nothing is kept of the threshold that decides."""
    if row.movement != Movement.MOVED:
        return "Other thresholds"
    is_same = row.now_total == row.then_total
    return "" if is_same else "Fit and behavior count otherwise in the total"


def _difference(line: Mapping[str, Any]) -> int:
    return (line["then"] or 0) - (line["now"] or 0)


def _points_words(line: Mapping[str, Any]) -> str:
    was, will = ("none" if line[side] is None else line[side] for side in ("now", "then"))
    return f"{line['reason']} (now {was}, then {will})"


def who(row: PreviewLead) -> SafeString:
    """The lead, or account, as a link to its page."""
    told = row.lead or row.account
    assert told is not None  # a constraint of the table
    return page_link(change_url(told), told)


@admin.register(Preview)
class PreviewAdmin(JobAdmin):
    list_display = ("started_at", "label", "shown_state", "pqls", "crossings", "took", "asked")
    list_filter = (
        ("rubric", RelatedDropdownFilter),
        ("version", VersionFilter),
        ("state", ChoicesDropdownFilter),
    )
    list_select_related = ("asked_by",)
    search_fields = ("label",)
    actions_detail = ("again", "download", "stop")
    change_form_outer_before_template = "admin/rubrics/preview.html"
    fields = (("what", "asked"), ("started_at", "took"))
    readonly_fields = ("what", "took", "asked")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Preview]:
        rows: QuerySet[Preview] = super().get_queryset(request)
        return rows.select_related("asked_by", "version__rubric")

    @display(description="of")
    def what(self, preview: Preview) -> SafeString | str:
        version = preview.version
        return preview.label if version is None else page_link(change_url(version), preview.label)

    @display(description="PQLs now → then")
    def pqls(self, preview: Preview) -> str:
        found = pqls_of(preview)
        return f"{found.now:,} → {found.then:,}"

    @display(description="enter / leave")
    def crossings(self, preview: Preview) -> str:
        entered, left = crossings_of(preview)
        return f"{entered:,} / {left:,}"

    def findings(self, request: HttpRequest, job: Preview) -> dict[str, Any]:
        return {} if job.is_running else page_context(job)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        found = Preview.objects.filter(pk=object_id).values_list("state", "version__status")
        state, status = found.first() or ("", "")
        hidden = ["_download"] if state == JobState.RUNNING else []
        hidden += [] if status == "draft" and state != JobState.RUNNING else ["_again"]
        return [one for one in actions if not one.action_name.endswith(tuple(hidden) or "-")]

    @action(description="Preview again", icon="refresh", permissions=["drafting"], url_path="again")
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        preview = self.get_object(request, object_id)
        if preview is None or preview.version is None:
            raise Http404
        return start(self, request, preview.version)

    @action(
        description="Download CSV", icon="download", permissions=["viewing"], url_path="download"
    )
    def download(self, request: HttpRequest, object_id: str) -> StreamingHttpResponse:
        preview = self.get_object(request, object_id)
        if preview is None:
            raise Http404
        return csv_response(f"preview-{preview.pk}.csv", HEADER, csv_rows(preview))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, "delete")

    def get_deleted_objects(
        self, objs: Sequence[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        return deleted_along(self, objs)


def deleted_along(
    model_admin: AppAdmin, objs: Sequence[Any]
) -> tuple[list[str], dict[str, int], set[str], list[str]]:
    """What the question before deleting lists: the objects themselves, not the many rows that
    belong to them and to nobody else."""
    name = str(model_admin.opts.verbose_name_plural)
    return [str(one) for one in objs], {name: len(objs)}, set(), []


def page_context(preview: Preview) -> dict[str, Any]:
    """What the page shows of a preview that has ended."""
    summary = summarize(preview)
    return {
        "summary": summary,
        "charts": charts(preview),
        "comparison": _dated(comparison(preview)),
        "is_outdated": previews.is_outdated(preview),
        "crossings": [
            _crossing(preview, Movement.ENTERED, summary.entered, summary.reasons_to_enter),
            _crossing(preview, Movement.LEFT, summary.left, summary.reasons_to_leave),
        ],
        "moved_url": _list_url(preview, Movement.MOVED),
        "countries": summary.countries[:MOST_COUNTRIES],
        "most_kept": previews.MOST_CROSSING,
    }


def _dated(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """With its days as dates, to be told as on every page."""
    if told is None:
        return None
    days = {name: date.fromisoformat(told[name]) for name in ("since", "until") if name in told}
    return {**told, **days}


def _crossing(
    preview: Preview, movement: Movement, count: int, reasons: Sequence[tuple[str, int]]
) -> dict[str, Any]:
    """Those who enter, or leave: how many, why mostly, and the ones whose total moves most."""
    leads = preview.leads.filter(movement=movement).select_related("lead__account", "account")
    return {
        "title": CROSSINGS[movement],
        "url": _list_url(preview, movement),
        "count": count,
        "reasons": reasons,
        "rows": [(row, who(row), why(row)) for row in leads.order_by("-weight", "pk")[:SHOWN]],
    }


def _list_url(preview: Preview, movement: Movement) -> str:
    listed = reverse("admin:rubrics_previewlead_changelist")
    return f"{listed}?preview__id__exact={preview.pk}&movement__exact={movement.value}"


def start(model_admin: AppAdmin, request: HttpRequest, version: RubricVersion) -> HttpResponse:
    """GET shows a page whose form posts itself; POST starts a preview and leads to it."""
    if request.method != "POST":
        context = {
            **model_admin.admin_site.each_context(request),
            "title": f"Preview {version}",
            "opts": model_admin.opts,
            "original": version,
            "back": change_url(version),
        }
        return TemplateResponse(request, "admin/rubrics/start_preview.html", context)
    try:
        preview = previews.start_preview(version, at=timezone.now(), by=person(request))
    except SpecError as error:
        model_admin.message_user(
            request, f"{version} cannot be previewed yet. {error}", messages.ERROR
        )
        return HttpResponseRedirect(change_url(version))
    except previews.PreviewRunning as running:
        preview = running.preview
    return HttpResponseRedirect(change_url(preview))


@admin.register(PreviewLead)
class PreviewLeadAdmin(ReadOnlyAdmin):
    list_display = ("who", "company", "shown_movement", "now", "then", "why", "preview")
    list_display_links = ("shown_movement",)  # who it is leads to the lead
    list_filter = (
        ("preview", RelatedDropdownFilter),
        ("movement", ChoicesDropdownFilter),
    )
    list_select_related = ("lead__account", "account", "preview")
    ordering = ("-weight", "id")
    search_fields = ("lead__email",)
    search_help_text = "The lead or the company"
    fields = (
        ("who", "company"),
        ("shown_movement", "preview"),
        ("now", "then"),
        ("now_rubric", "then_rubric"),
        "why",
    )
    readonly_fields = ("who", "company", "shown_movement", "now", "then", "why")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PreviewLead]:
        rows: QuerySet[PreviewLead] = super().get_queryset(request)
        return rows.select_related("lead__account", "account", "preview")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[PreviewLead], search_term: str
    ) -> tuple[QuerySet[PreviewLead], bool]:
        words = search_term.strip().replace("\x00", "")
        if not words:
            return queryset, False
        found = Q(lead__in=Lead.objects.search(words)) | Q(
            account__in=Account.objects.search(words)
        )
        return queryset.filter(found), False

    @display(description="who")
    def who(self, row: PreviewLead) -> SafeString:
        return who(row)

    @display(description="company", ordering="lead__account__name")
    def company(self, row: PreviewLead) -> str:
        account = row.lead.account if row.lead else row.account
        return str(account or "-")

    @display(description="what becomes of them", ordering="movement")
    def shown_movement(self, row: PreviewLead) -> str:
        return row.get_movement_display()

    @display(description="total now", ordering="now_total")
    def now(self, row: PreviewLead) -> str:
        return score_words(row.now_total, row.now_fit, row.now_behavior)

    @display(description="total then", ordering="then_total")
    def then(self, row: PreviewLead) -> str:
        return score_words(row.then_total, row.then_fit, row.then_behavior)

    @display(description="why", ordering="weight")
    @once
    def why(self, row: PreviewLead) -> SafeString:
        return why(row)


def score_words(total: int | None, fit: int | None, behavior: int | None) -> str:
    """``83 (fit 30, behavior 53)``."""
    return "no score" if total is None else f"{total} (fit {fit}, behavior {behavior})"
