"""What the rubrics gave: read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, change_url, lead_link, once, page_link
from leads.admin.filters import MomentFilter
from leads.models import Account
from rubrics.explain import breakdown
from rubrics.labels import band_of, tier_words
from rubrics.models import AccountScore, RubricVersion, Score, ScoreChange

MOST_VERSIONS = 10


class StoredScoreAdmin(BigTableAdmin):
    """What scores of leads and of accounts have in common."""

    list_filter = (
        ("rubric", RelatedDropdownFilter),
        ("is_pql", BooleanRadioFilter),
        ("changed_at", MomentFilter),
    )
    ordering = ("-changed_at", "-id")  # an index of both tables, backwards

    @display(description="PQL", boolean=True)
    def pql(self, score: Score | AccountScore) -> bool:
        return score.is_pql

    @display(description="band")
    def shown_band(self, score: Score | AccountScore) -> str:
        band = band_of(score)
        return band.name if band else "-"

    @display(description="matrix")
    def shown_tier(self, score: Score | AccountScore) -> str:
        return tier_words(score) or "-"

    @display(description="why")
    @once
    def reasons(self, score: Score | AccountScore) -> SafeString:
        rows = format_html_join(
            "",
            '<tr><td class="py-1 pr-6 text-right tabular-nums">{}</td>'
            '<td class="py-1 pr-6">{}</td><td class="py-1 pr-6">{}</td>'
            '<td class="py-1">{}</td></tr>',
            (
                (
                    f"{line.points:+d}" if line.points else "0",
                    line.axis.label,
                    line.label,
                    line.reason,
                )
                for line in breakdown(score)
            ),
        )
        return format_html("<table>{}</table>", rows)


FIGURES = (
    ("total", "fit", "behavior", "pql"),
    ("shown_band", "shown_tier"),
    "reasons",
    ("fit_low", "fit_high"),
    ("at", "due_at"),
    ("last_activity_at", "changed_at", "revision"),
)
MADE = ("reasons", "pql", "shown_band", "shown_tier")


@admin.register(Score)
class ScoreAdmin(StoredScoreAdmin):
    list_display = ("id", "lead_name", "rubric", "total", "fit", "behavior", "pql", "changed_at")
    list_select_related = ("lead", "rubric")
    fields = (("lead_name", "product", "rubric", "version"), *FIGURES, "compare")
    readonly_fields = ("lead_name", "compare", *MADE)

    def view_on_site(self, score: Score) -> str:
        return f"/leads/{score.lead_id}/"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Score]:
        return (
            super()
            .get_queryset(request)
            .select_related("lead", "product", "rubric", "version__rubric")
        )

    @display(description="lead")
    def lead_name(self, score: Score) -> str:
        return lead_link(score.lead_id, score.lead)

    @display(description="compare with")
    @once
    def compare(self, score: Score) -> SafeString:
        """The lead's page, with this version against each other one of the rubric."""
        versions = RubricVersion.objects.filter(rubric=score.rubric_id).select_related("rubric")
        others = versions.exclude(pk=score.version_id).order_by("-number")[:MOST_VERSIONS]
        if not others:
            return format_html("{}", "There is no other version yet")
        return format_html_join(
            ", ",
            '<a class="text-primary-600 dark:text-primary-500 font-medium"'
            ' href="{}?{}#changes">v{}</a> ({})',
            (
                (
                    f"/leads/{score.lead_id}/",
                    urlencode(
                        {
                            "rubric": score.rubric.key,
                            "from_version": str(score.version_id),
                            "to_version": str(one.pk),
                        }
                    ),
                    one.number,
                    one.get_status_display().lower(),
                )
                for one in others
            ),
        )


@admin.register(AccountScore)
class AccountScoreAdmin(StoredScoreAdmin):
    list_display = (
        "id",
        "account_name",
        "rubric",
        "total",
        "shown_band",
        "fit",
        "behavior",
        "pql",
        "changed_at",
    )
    search_owner = Account
    search_fields = ("account__name",)
    search_help_text = "The account: id, name or domain"
    fields = (("account_name", "product", "rubric", "version"), *FIGURES)
    readonly_fields = ("account_name", *MADE)

    def view_on_site(self, score: AccountScore) -> str:
        return f"/accounts/{score.account_id}/"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AccountScore]:
        return (
            super()
            .get_queryset(request)
            .select_related("account", "product", "rubric", "version__rubric")
        )

    @display(description="account")
    def account_name(self, score: AccountScore) -> str:
        return page_link(change_url(score.account), score.account)


@admin.register(ScoreChange)
class ScoreChangeAdmin(BigTableAdmin):
    list_display = (
        "id",
        "lead_name",
        "rubric",
        "total",
        "fit",
        "behavior",
        "pql",
        "crossed",
        "at",
        "routed_at",
    )
    list_filter = (
        ("rubric", RelatedDropdownFilter),
        ("crossed", BooleanRadioFilter),
        ("at", MomentFilter),
    )
    list_select_related = ("lead", "rubric")
    ordering = ("-id",)

    @display(description="PQL", boolean=True)
    def pql(self, change: ScoreChange) -> bool:
        return change.is_pql

    @display(description="lead")
    def lead_name(self, change: ScoreChange) -> str:
        return lead_link(change.lead_id, change.lead)
