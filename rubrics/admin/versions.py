"""Rubric versions: drafts are edited, published ones are looked at."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import (
    change_url,
    confirmed,
)
from rubrics import services
from rubrics.admin import previews
from rubrics.admin.approval_pages import ApprovalPages
from rubrics.admin.drafts import REFUSALS, STATUS_COLORS, is_editable, person
from rubrics.admin.editor.doors import EditorAdmin
from rubrics.admin.files import VersionFilePages
from rubrics.admin.publishing_pages import PublishingPages
from rubrics.models import RubricVersion


@admin.register(RubricVersion)
class RubricVersionAdmin(ApprovalPages, PublishingPages, VersionFilePages, EditorAdmin):
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
    # The page is templates/admin/rubrics/editor/page.html; what is added here becomes a button of
    # it, and a step on its bar if admin/editor/steps.py names it.
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
        "forget",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[RubricVersion]:
        return super().get_queryset(request).select_related("rubric__product", "published_by")

    @display(description="status", label=STATUS_COLORS)
    def shown_status(self, version: RubricVersion) -> str:
        return version.get_status_display()

    @display(description="total / fit / behavior")
    def thresholds(self, version: RubricVersion) -> str:
        return f"{version.min_total} / {version.min_fit} / {version.min_behavior}"

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
        of_drafts = ("_preview", "_approval", "_forget")
        return [one for one in actions if not one.action_name.endswith(of_drafts)]

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

    @action(
        description="Delete draft", icon="delete", permissions=["forgetting"], url_path="forget"
    )
    def forget(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the question before a draft is deleted; the editor has no line of such buttons."""
        return HttpResponseRedirect(reverse("admin:rubrics_rubricversion_delete", args=[object_id]))

    def has_forgetting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may(request, "delete")

    def delete_model(self, request: HttpRequest, obj: RubricVersion) -> None:
        services.delete_draft(obj, by=person(request), at=timezone.now())

    def in_use_by(self, obj: RubricVersion) -> tuple[str, ...]:
        return ()  # drafts alone may be deleted, and no score is by a draft

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
