"""What the rubrics gave: read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, lead_link
from rubrics.explain import breakdown
from rubrics.models import Score, ScoreChange


@admin.register(Score)
class ScoreAdmin(BigTableAdmin):
    list_display = ("lead_name", "rubric", "total", "fit", "behavior", "is_pql", "changed_at")
    list_filter = (
        ("rubric", RelatedDropdownFilter),
        ("is_pql", BooleanRadioFilter),
        ("changed_at", RangeDateTimeFilter),
    )
    list_select_related = ("lead", "rubric")
    ordering = ("-changed_at", "-id")  # the index score_changed, backwards
    fields = (
        ("lead_name", "rubric", "version"),
        ("total", "fit", "behavior", "is_pql"),
        "reasons",
        ("fit_low", "fit_high"),
        ("at", "due_at"),
        ("last_activity_at", "changed_at", "revision"),
    )
    readonly_fields = ("lead_name", "reasons")

    def view_on_site(self, score: Score) -> str:
        return f"/leads/{score.lead_id}/"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Score]:
        return super().get_queryset(request).select_related("lead", "rubric", "version__rubric")

    @display(description="lead")
    def lead_name(self, score: Score) -> str:
        return lead_link(score.lead_id, score.lead)

    @display(description="why")
    def reasons(self, score: Score) -> str:
        rows = format_html_join(
            "",
            '<tr><td class="py-1 pr-6 text-right tabular-nums">{:+d}</td>'
            '<td class="py-1 pr-6">{}</td><td class="py-1 pr-6">{}</td>'
            '<td class="py-1">{}</td></tr>',
            ((line.points, line.axis.label, line.label, line.reason) for line in breakdown(score)),
        )
        return format_html("<table>{}</table>", rows)


@admin.register(ScoreChange)
class ScoreChangeAdmin(BigTableAdmin):
    list_display = (
        "id",
        "lead_name",
        "rubric",
        "total",
        "fit",
        "behavior",
        "is_pql",
        "crossed",
        "at",
        "routed_at",
    )
    list_filter = (
        ("rubric", RelatedDropdownFilter),
        ("crossed", BooleanRadioFilter),
        ("at", RangeDateTimeFilter),
    )
    list_select_related = ("lead", "rubric")
    ordering = ("-id",)

    @display(description="lead")
    def lead_name(self, change: ScoreChange) -> str:
        return lead_link(change.lead_id, change.lead)
