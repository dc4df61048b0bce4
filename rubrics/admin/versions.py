"""Rubric versions: drafts are edited, published ones are looked at."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import (
    change_url,
    confirmed,
    once,
)
from rubrics import services
from rubrics.admin import previews
from rubrics.admin.approval_pages import ApprovalPages
from rubrics.admin.drafts import REFUSALS, STATUS_COLORS, is_editable, person
from rubrics.admin.files import VersionFilePages
from rubrics.admin.parts import BandInline, CriterionGroupInline, RubricListInline
from rubrics.admin.publishing_pages import PublishingPages
from rubrics.admin.version_fieldsets import CONDITION_FIELDS, FIELDSETS
from rubrics.admin.version_form import RubricVersionForm
from rubrics.admin.words import condition_list, criteria_table, rule_list
from rubrics.models import RubricVersion


@admin.register(RubricVersion)
class RubricVersionAdmin(ApprovalPages, PublishingPages, VersionFilePages):
    form = RubricVersionForm
    list_display = (
        "__str__",
        "shown_status",
        "thresholds",
        "note",
        "published_at",
        "published_by",
    )
    list_filter = (("rubric", RelatedDropdownFilter), ("status", ChoicesDropdownFilter))
    list_select_related = ("rubric", "published_by")
    search_fields = ("rubric__name", "note")
    inlines = (CriterionGroupInline, BandInline, RubricListInline)
    actions_detail = (
        "preview",
        "backtest",
        "approval",
        "publish",
        "roll_back",
        "retire",
        "draft",
        "golden_leads",
        "compare",
        "sheet",
        "download",
    )
    fieldsets = FIELDSETS
    readonly_fields = (
        "rubric",
        "number",
        "shown_status",
        "published_at",
        "published_by",
        "criteria_in_words",
        "rules_in_words",
        "segment_in_words",
        "ceiling_in_words",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RubricVersion]:
        return super().get_queryset(request).select_related("rubric__product", "published_by")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> RubricVersion | None:
        version: RubricVersion | None = super().get_object(request, object_id, from_field)
        if version is not None:
            prefetch_related_objects([version], "groups", "bands")  # told more than once
        return version

    @display(description="status", label=STATUS_COLORS)
    def shown_status(self, version: RubricVersion) -> str:
        return version.get_status_display()

    @display(description="total / fit / behavior")
    def thresholds(self, version: RubricVersion) -> str:
        return f"{version.min_total} / {version.min_fit} / {version.min_behavior}"

    @display(description="in words")
    @once
    def criteria_in_words(self, version: RubricVersion) -> SafeString:
        table = criteria_table(version)
        if not version.is_editable:
            return table
        add = reverse("admin:rubrics_criterion_add")
        return format_html(
            '{}<p class="mt-3"><a class="text-primary-600 dark:text-primary-500 font-medium"'
            ' href="{}?version={}">Add a criterion</a></p>',
            table,
            add,
            version.pk,
        )

    @display(description="and its rules")
    @once
    def rules_in_words(self, version: RubricVersion) -> SafeString:
        return rule_list(version)

    @display(description="in words")
    def segment_in_words(self, version: RubricVersion) -> SafeString | str:
        return condition_list(version, version.segment_conditions) or "Everybody."

    @display(description="in words")
    def ceiling_in_words(self, version: RubricVersion) -> SafeString | str:
        return condition_list(version, version.ceiling_conditions) or "No ceiling."

    def get_fieldsets(self, request: HttpRequest, obj: RubricVersion | None = None) -> Any:
        """What is only looked at needs its conditions in words alone."""
        if is_editable(obj) and self.has_change_permission(request, obj):
            return FIELDSETS
        return [
            (
                title,
                {
                    **options,
                    "fields": [f for f in options["fields"] if f not in CONDITION_FIELDS],
                },
            )
            for title, options in FIELDSETS
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a version begins as a draft of another one, or of a preset

    def has_change_permission(self, request: HttpRequest, obj: RubricVersion | None = None) -> bool:
        return (obj is None or is_editable(obj)) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: RubricVersion | None = None) -> bool:
        return (obj is None or is_editable(obj)) and super().has_delete_permission(request, obj)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        if RubricVersion.objects.editable().filter(pk=object_id).exists():
            return actions
        return [one for one in actions if not one.action_name.endswith(("_preview", "_approval"))]

    @action(
        description="Preview",
        icon="preview",
        permissions=["drafting"],
        url_path="preview",
    )
    def preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What the draft would do, before it does; nobody's score changes."""
        version = self.get_object(request, object_id)
        if version is None or not version.is_editable:
            raise Http404
        return previews.start(self, request, version)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A draft goes with all that is its own: its parts, and previews of thousands of rows."""
        return previews.deleted_along(self, objs)

    @action(
        description="New draft from this version",
        icon="content_copy",
        permissions=["drafting"],
        url_path="draft",
    )
    def draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(version: RubricVersion) -> HttpResponse:
            made = services.draft_version(version, by=person(request), at=timezone.now())
            self.message_user(request, f"{made} is a draft of {version}.", messages.SUCCESS)
            return HttpResponseRedirect(change_url(made))

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="New draft from this version?",
            text="The draft starts with everything this version has. Nobody's score changes before "
            "it is published.",
            button="Make the draft",
            refuses=REFUSALS,
        )

    @action(
        description="Backtest", icon="query_stats", permissions=["drafting"], url_path="backtest"
    )
    def backtest(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the page that asks what past leads to look at."""
        return HttpResponseRedirect(reverse("admin:rubrics_backtest_ask", args=[object_id]))
