"""What the rubrics gave: read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, change_url, lead_link, once, page_link
from leads.admin.filters import MomentFilter
from leads.models import Account
from leads.moments import day_words
from rubrics import outlook
from rubrics.explain import score_now, stored_score
from rubrics.labels import band_of, next_band_words, tier_words
from rubrics.mappers import compiled
from rubrics.models import AccountScore, RubricVersion, Score, ScoreChange
from rubrics.scoring.types import Line

MOST_VERSIONS = 10
AnyScore = Score | AccountScore
MUTED = "text-font-subtle-light dark:text-font-subtle-dark"


class StoredScoreAdmin(BigTableAdmin):
    """What scores of leads and of accounts have in common."""

    list_filter = (
        ("rubric", RelatedDropdownFilter),
        ("is_pql", BooleanRadioFilter),
        ("changed_at", MomentFilter),
    )
    ordering = ("-changed_at", "-id")  # an index of both tables, backwards

    def view_on_site(self, score: Any) -> str:
        """The page of whom it is."""
        raise NotImplementedError

    @display(description="PQL", boolean=True)
    def pql(self, score: AnyScore) -> bool:
        return score.is_pql

    @display(description="band")
    def shown_band(self, score: AnyScore) -> str:
        band = band_of(score)
        return band.name if band else "-"

    @display(description="matrix")
    def shown_tier(self, score: AnyScore) -> str:
        return tier_words(score) or "-"

    @display(description="why")
    @once
    def reasons(self, score: AnyScore) -> SafeString:
        rows = format_html_join(
            "",
            '<tr><td class="align-top py-1 pr-6 text-right tabular-nums whitespace-nowrap">{}</td>'
            '<td class="align-top py-1 pr-6">{}<div class="{}">{}</div></td>'
            '<td class="align-top py-1">{}{}</td></tr>',
            (
                (
                    f"{line.points:+d}" if line.points else "0",
                    line.label,
                    MUTED,
                    line.axis.label,
                    line.reason,
                    _more_of(line),
                )
                for line in outlook.detailed(stored_score(score), subject_id=score.subject_id)
            ),
        )
        # The theme breaks words of narrow cells anywhere; a name reads better whole.
        style = "overflow-wrap: normal; word-break: normal"
        return format_html('<table style="{}">{}</table>', style, rows)

    @display(description="what comes next")
    @once
    def to_come(self, score: AnyScore) -> SafeString:
        """What would make it a PQL, or until when it is one, as of now; and the next band."""
        above = next_band_words(score)
        told = [*_to_come(score), *([f"{above}."] if above else [])]
        return format_html_join("", '<div class="py-1">{}</div>', ((one,) for one in told))

    @display(description="compare with")
    @once
    def compare(self, score: AnyScore) -> SafeString:
        """The page of whom it is, with this version against each other one of the rubric."""
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
                    self.view_on_site(score),
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


def _more_of(line: Line) -> SafeString:
    """When it last happened, what its next step takes, and that it is a proxy, where known."""
    told = [
        f"{line.measured}, known since {day_words(line.known_at)}" if line.known_at else "",
        f"Last on {date_format(localtime(line.last_at), 'j M Y, H:i')}" if line.last_at else "",
        f"Next: {line.next_step}" if line.next_step else "",
        f"Stands in for: {line.proxy_for}" if line.proxy_for else "",
    ]
    return format_html_join("", '<div class="{}">{}</div>', ((MUTED, one) for one in told if one))


FIGURES = (
    "to_come",
    ("total", "pql"),
    ("fit", "behavior"),
    ("shown_band", "shown_tier"),
    "reasons",
    ("fit_low", "fit_high"),
    ("at", "due_at"),
    ("last_activity_at", "changed_at"),
    "revision",
    "compare",
)
MADE = ("to_come", "reasons", "pql", "shown_band", "shown_tier", "compare")


@admin.register(Score)
class ScoreAdmin(StoredScoreAdmin):
    list_display = ("id", "lead_name", "rubric", "total", "fit", "behavior", "pql", "changed_at")
    list_select_related = ("lead", "rubric")
    fields = (("lead_name", "product"), ("rubric", "version"), *FIGURES)
    readonly_fields = ("lead_name", *MADE)

    def view_on_site(self, score: Any) -> str:
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


def _to_come(score: AnyScore) -> list[str]:
    now = score_now(compiled(score.version_id), subject_id=score.subject_id, at=timezone.now())
    if now is None:
        is_lead = isinstance(score, Score)
        who = "The lead does not try" if is_lead else "Nobody of the account tries"
        return [f"{who} the product any more."]
    if not now.judgement.is_pql:
        found = outlook.advice(now, subject_id=score.subject_id)
        others = [one.words for one in found.suggestions[1:]]
        missing = [*found.gates, *(f"find out: {unknown}" for unknown in found.unknowns)]
        return [f"{one[:1].upper()}{one[1:]}." for one in (found.verdict, *others, *missing) if one]
    until = outlook.pql_until(now, subject_id=score.subject_id)
    if until is None:
        return ["It stays a PQL for the next 400 days, even if nothing happens."]
    day = date_format(localtime(until.at), "j M Y, H:i")
    because = f" ({until.because})" if until.because else ""
    least = "" if until.is_exact else " at least"
    return [f"It stays a PQL until {day}{least} if nothing happens{because}."]


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
    fields = (("account_name", "product"), ("rubric", "version"), *FIGURES)
    readonly_fields = ("account_name", *MADE)

    def view_on_site(self, score: Any) -> str:
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
