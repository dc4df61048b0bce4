"""The routing log, and replays of it under other rules."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, change_url, lead_link, page_link
from leads.admin.jobs import JobAdmin
from routing.admin.reps import RepFilter
from routing.models import Rep, Replay, RoutingDecision

SHOWN = 50
"""Of the PQLs that would have gone to somebody else."""


@admin.register(RoutingDecision)
class RoutingDecisionAdmin(BigTableAdmin):
    list_display = ("at", "lead", "rep", "rule", "reason", "trigger")
    list_filter = (
        ("rep", RepFilter),
        ("trigger", ChoicesDropdownFilter),
        ("at", RangeDateTimeFilter),
    )
    list_select_related = ("qualification__lead", "rep__user")
    ordering = ("-id",)
    search_fields = ("rule_name",)
    search_help_text = "The lead’s id, e-mail or name, or the rule’s name"
    fields = (("lead", "pql"), ("rep", "rule"), ("at", "trigger", "rule_set"), "log")
    readonly_fields = ("lead", "pql", "rule", "log")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RoutingDecision]:
        related = ("qualification__lead", "rep__user", "rule_set")
        rows: QuerySet[RoutingDecision] = super().get_queryset(request).select_related(*related)
        return rows.defer("facts", "qualification__breakdown")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip().replace("\x00", "")
        if not words:
            return queryset, False
        if words.isascii() and words.isdigit() and len(words) < 19:
            return queryset.filter(qualification__lead=int(words)), False
        leads = list(self.search_owner.objects.search(words).values_list("pk", flat=True)[:200])
        return queryset.filter(
            Q(rule_name__icontains=words) | Q(qualification__lead__in=leads)
        ), False

    @display(description="lead")
    def lead(self, decision: RoutingDecision) -> str:
        qualification = decision.qualification
        return lead_link(qualification.lead_id, qualification.lead)

    @display(description="PQL")
    def pql(self, decision: RoutingDecision) -> str:
        return page_link(change_url(decision.qualification), decision.qualification)

    @display(description="rule")
    def rule(self, decision: RoutingDecision) -> str:
        return decision.rule_name or "None"

    @display(description="rules tried")
    def log(self, decision: RoutingDecision) -> SafeString:
        return steps_html(decision.steps)


def steps_html(steps: Sequence[dict[str, Any]]) -> SafeString:
    """Documents of steps, told one below the other."""
    return mark_safe(render_to_string("admin/routing/_steps.html", {"steps": steps}))  # noqa: S308 - a template of ours, escaped there


@admin.register(Replay)
class ReplayAdmin(JobAdmin):
    list_display = ("started_at", "label", "shown_state", "progress", "took", "asked")
    list_select_related = ("asked_by",)
    change_form_outer_before_template = "admin/routing/replay.html"
    fields = (("rules", "asked"), ("since", "until"), ("started_at", "took"))
    readonly_fields = ("rules", "took", "asked")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Replay]:
        return super().get_queryset(request).select_related("asked_by", "rule_set")

    @display(description="of")
    def rules(self, replay: Replay) -> SafeString | str:
        rule_set = replay.rule_set
        return replay.label if rule_set is None else page_link(change_url(rule_set), replay.label)

    def findings(self, request: HttpRequest, job: Replay) -> dict[str, Any]:
        return {} if job.is_running else replay_context(job)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, "delete")

    def get_deleted_objects(
        self, objs: Sequence[Any], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        return [str(one) for one in objs], {"replays": len(objs)}, set(), []


def replay_context(replay: Replay) -> dict[str, Any]:
    """What the page shows of a replay that has ended: each rep then and now, and the differences,
    those first that another rule decided."""
    names = {str(rep.pk): str(rep) for rep in Rep.objects.select_related("user")}
    counts = [
        (names.get(pk, "Somebody who is gone") if pk else "Nobody", then, now, now - then)
        for pk, (then, now) in replay.counts.items()
    ]
    other = replay.pqls.with_other_rep()
    by_rule = other.exclude(rule_then=F("rule_now"))
    first = [*by_rule.order_by("pk").values_list("pk", flat=True)[:SHOWN]]
    rest = other.exclude(pk__in=first).order_by("pk").values_list("pk", flat=True)
    shown = [*first, *rest[: SHOWN - len(first)]]
    rows = replay.pqls.select_related(
        "qualification__lead", "rep_then__user", "rep_now__user"
    ).in_bulk(shown)
    return {
        "counts": sorted(counts, key=lambda row: (-row[2], row[0])),
        "differing": other.count(),
        "by_other_rule": by_rule.count(),
        "rows": [rows[pk] for pk in shown],
    }
