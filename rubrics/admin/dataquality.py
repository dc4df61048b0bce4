"""Data audits in the admin: started, watched, read for a version, exported."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
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
from django.utils.html import format_html
from unfold.decorators import action, display

from leads.admin.base import change_url, person
from leads.admin.jobs import JobAdmin
from leads.models import JobState
from leads.spreadsheets import csv_response
from rubrics import dataquality
from rubrics.dataquality.counts import Facts
from rubrics.dataquality.export import HEAD, rows_of
from rubrics.dataquality.findings import Finding, share_words
from rubrics.dataquality.report import Report
from rubrics.expected import expected_events
from rubrics.measures import SpecError
from rubrics.models import DataAudit, RubricVersion
from rubrics.models.rubric import VersionStatus

LEVELS = {"red": "danger", "warning": "warning", "info": "info"}


@admin.register(DataAudit)
class DataAuditAdmin(JobAdmin):
    list_display = ("started_at", "shown_state", "progress", "took", "asked")
    list_select_related = ("asked_by",)
    actions_list = ("audit_now", "expected")
    actions_detail = ("export", "stop")
    change_form_outer_after_template = "admin/rubrics/data_audit.html"
    fields = (("state", "progress"), ("started_at", "took", "asked"))
    readonly_fields = ("progress", "took", "asked")

    @display(description="asked by")
    def asked(self, job: DataAudit) -> str:
        return str(job.asked_by) if job.asked_by else job.get_reason_display()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        audit = kwargs.get("obj")
        if isinstance(audit, DataAudit) and audit.state == JobState.DONE:
            context |= page_context(request, audit)
        return super().render_change_form(request, context, *args, **kwargs)

    @action(
        description="Audit the data now",
        icon="fact_check",
        permissions=["drafting"],
        url_path="audit-now",
    )
    def audit_now(self, request: HttpRequest) -> HttpResponse:
        """GET asks, POST starts it."""
        back = reverse("admin:rubrics_dataaudit_changelist")
        if request.method == "POST":
            try:
                started = dataquality.start_audit(at=timezone.now(), by=person(request))
            except dataquality.AuditRunning as error:
                self.message_user(request, str(error), messages.ERROR)
                return HttpResponseRedirect(back)
            return HttpResponseRedirect(change_url(started))
        context = {
            **self.admin_site.each_context(request),
            "title": "Audit the data now?",
            "text": "All leads are gone through: what is known of them, which signals have hits, "
            "what never came. Nothing is changed, and scoring comes first.",
            "button": "Audit",
            "opts": self.opts,
            "back": back,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)

    @action(
        description="Events that presets expect",
        icon="rule",
        permissions=["viewing"],
        url_path="expected-events",
    )
    def expected(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "Events that presets and signals expect",
            "opts": self.opts,
            "table": _expected(),
        }
        return TemplateResponse(request, "admin/rubrics/expected_events.html", context)

    @action(description="CSV", icon="download", permissions=["viewing"], url_path="export")
    def export(self, request: HttpRequest, object_id: str) -> StreamingHttpResponse:
        audit = self.get_object(request, object_id)
        report = None
        if isinstance(audit, DataAudit) and audit.state == JobState.DONE:
            report = page_context(request, audit)["report"]
        if report is None:
            raise Http404
        name = f"data-audit-{report.as_of:%Y-%m-%d}-version-{report.version_id}.csv"
        return csv_response(name, HEAD, rows_of(report))


def page_context(request: HttpRequest, audit: DataAudit) -> dict[str, Any]:
    """The report for the version asked for, else for the first published one."""
    versions = list(
        RubricVersion.objects.exclude(status=VersionStatus.RETIRED)
        .select_related("rubric")
        .order_by("-status", "-subject", "rubric__name", "-number")
    )
    wanted = request.GET.get("version", "")
    chosen = next((one for one in versions if str(one.pk) == wanted), None)
    chosen = chosen or next(iter(versions), None)
    context: dict[str, Any] = {"versions": versions, "chosen": chosen, "report": None}
    if chosen is None:
        return context
    try:
        report = dataquality.report_of(audit, chosen)
    except SpecError as error:
        return context | {"problem": str(error)}
    return context | {
        "report": report,
        "findings": [(one, LEVELS[one.level], _url(one)) for one in report.findings],
        "attributes": _attributes(report),
        "signals": _signals(report),
        "numbers": list(_numbers(report.facts)),
    }


def _expected() -> dict[str, Any]:
    return {
        "headers": ["event", "state", "received", "looks like", "signals here", "presets"],
        "rows": [
            [
                one.name if one.kind == "track" else f"{one.name} ({one.kind})",
                format_html('<span class="whitespace-nowrap">{}</span>', one.state),
                f"{one.received:,}",
                one.looks_like or "-",
                ", ".join(one.signals) or "-",
                ", ".join(one.presets) or "-",
            ]
            for one in expected_events()
        ],
    }


def _numbers(facts: Facts) -> Iterator[tuple[str, str]]:
    """The figures that findings are made of, also where nothing is the matter."""
    for label, key, whole in (
        ("Leads without any activity", "never_active", "leads"),
        ("Leads without activity in 30 days", "quiet", "leads"),
        ("Anonymous leads, never identified", "anonymous", "leads"),
        ("Leads without e-mail", "without_email", "leads"),
        ("Leads with a personal e-mail domain", "personal", "leads"),
        ("Leads of no account", "without_account", "leads"),
        ("Accounts without domain", "without_domain", "accounts"),
    ):
        number = facts.get(key, 0)
        yield label, f"{number:,} ({share_words(number, facts.get(whole, 0))})"
    received = facts.get("received", {})
    for label, key in (("Late by a day or more", "late"), ("Dated in the future", "ahead")):
        number = received.get(key, 0)
        yield label, f"{number:,} ({share_words(number, received.get('events', 0))})"
    rejected = sum(number for *_, number in facts.get("rejected", ()))
    yield "Messages set aside in 30 days", f"{rejected:,}"
    yield "E-mails of several leads", f"{facts.get('shared_emails', 0):,}"


def _url(finding: Finding) -> str:
    if finding.link is None:
        return ""
    model, query = finding.link
    url = reverse(f"admin:{model.replace('.', '_')}_changelist")
    return f"{url}?{query}" if query else url


def _attributes(report: Report) -> dict[str, Any]:
    return {
        "headers": [
            "criterion",
            "attribute",
            "known",
            "points at stake",
            "decisions it could flip",
        ],
        "rows": [
            [
                row.criterion,
                row.attributes,
                f"{row.fill} % of {row.of:,}",
                f"{row.least} to {row.most:+d}",
                "-" if row.flips is None else f"{row.flips:,}",
            ]
            for row in report.attributes
        ],
    }


def _signals(report: Report) -> dict[str, Any]:
    return {
        "headers": [
            "signal",
            "state",
            "7 days",
            "30 days",
            "leads",
            "last hit",
            "points",
            "events",
        ],
        "rows": [
            [
                row.name,
                row.state,
                f"{row.week:,}",
                f"{row.month:,}",
                f"{row.leads:,}",
                f"{row.last_at:%-d %b %Y}" if row.last_at else "never",
                row.points,
                ", ".join(row.events) or "not mapped",
            ]
            for row in report.signals
        ],
    }
