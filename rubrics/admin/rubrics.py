"""Rubrics in the admin: a product's line of versions."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import date
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import (
    ReadOnlyInline,
    change_url,
    page_link,
)
from rubrics import editing, services
from rubrics.admin.audit import AuditedPages
from rubrics.admin.drafts import STATUS_COLORS, person
from rubrics.admin.files import RubricFilePages
from rubrics.changing import add_rubric, change_rubric, remove_rubric
from rubrics.models import Rubric, RubricVersion
from rubrics.presets import load_preset, preset_names
from rubrics.publishing.history import spans

FORMAT = "j M Y, H:i"


class VersionInline(ReadOnlyInline):
    model = RubricVersion
    tab = False
    hide_title = False
    verbose_name_plural = "versions"
    fields = ("page", "shown_status", "scored", "note", "published_by")
    readonly_fields = fields
    ordering = ("-number",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RubricVersion]:
        return super().get_queryset(request).select_related("rubric", "published_by")

    @display(description="version")
    def page(self, version: RubricVersion) -> str:
        return page_link(change_url(version), f"Version {version.number}")

    @display(description="scored")
    def scored(self, version: RubricVersion) -> SafeString | str:
        """From when to when, the newest time first; an instance of the inline lives for a page."""
        if not hasattr(self, "spans"):
            self.spans = spans(version.rubric)
        lines = [
            (f"{date(span.start, FORMAT)} to {date(span.end, FORMAT)}",)
            if span.end
            else (f"since {date(span.start, FORMAT)}",)
            for span in self.spans.get(version.pk, ())
        ]
        return format_html_join("", "<div>{}</div>", lines) or "-"

    @display(description="status", label=STATUS_COLORS)
    def shown_status(self, version: RubricVersion) -> str:
        return version.get_status_display()


@admin.register(Rubric)
class RubricAdmin(RubricFilePages, AuditedPages):
    list_display = ("name", "key", "product", "owner", "created_at")
    list_filter = (("product", RelatedDropdownFilter),)
    list_select_related = ("product", "owner")
    search_fields = ("name", "key")
    autocomplete_fields = ("owner",)
    prepopulated_fields = {"key": ("name",)}
    fields = (("product", "key"), "name", "description", "owner", "needs_approval")
    inlines = (VersionInline,)
    actions_detail = ("draft_from_preset",)
    actions_list = ("import_file",)
    instead_of_deleting = (
        "Retire what is published: it scores nobody then. Drafts can be deleted on their pages; "
        "versions that once scored stay, since past scores are explained by them."
    )

    def has_drafting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("rubrics.add_rubricversion")

    def get_readonly_fields(self, request: HttpRequest, obj: Rubric | None = None) -> list[str]:
        if obj is None:
            return []
        is_bound = obj.needs_approval and not request.user.is_superuser  # docs/adr/0013
        return ["product", "key", *(["needs_approval"] if is_bound else [])]

    def save_model(self, request: HttpRequest, obj: Rubric, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        if change:
            change_rubric(obj, by=person(request), at=timezone.now(), **values)
        else:
            made = add_rubric(by=person(request), at=timezone.now(), **values)
            obj.pk = made.pk

    def delete_model(self, request: HttpRequest, obj: Rubric) -> None:
        remove_rubric(obj, by=person(request), at=timezone.now())

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Rubric | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    @action(
        description="New draft",
        icon="library_add",
        permissions=["drafting"],
        url_path="draft-from-preset",
    )
    def draft_from_preset(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What a draft begins with: a preset, each with the situation it is for, or nothing."""
        rubric = self.get_object(request, object_id)
        if rubric is None:
            raise Http404
        if request.method == "POST":
            draft = self._begun(request, rubric, request.POST.get("choice", ""))
            self.message_user(request, f"{draft} is a draft now.", messages.SUCCESS)
            return HttpResponseRedirect(change_url(draft))
        context = {
            **self.admin_site.each_context(request),
            "title": f"New draft of {rubric}",
            "rubric": rubric,
            "presets": [_offered(name) for name in preset_names()],
            "opts": self.opts,
            "original": rubric,
            "back": change_url(rubric),
            "import_url": reverse("admin:rubrics_rubric_import_file"),
        }
        return TemplateResponse(request, "admin/rubrics/editor/presets.html", context)

    @staticmethod
    def _begun(request: HttpRequest, rubric: Rubric, chosen: str) -> RubricVersion:
        by, at = person(request), timezone.now()
        if chosen == "empty":
            return editing.begin_draft(rubric, by=by, at=at)
        if chosen not in preset_names():
            raise Http404
        return services.draft_preset(rubric, chosen, by=by, at=at)


def _offered(name: str) -> dict[str, Any]:
    """A preset as the page tells it."""
    document = load_preset(name)
    return {
        "name": name,
        "title": document.get("name") or name,
        "description": document.get("description", ""),
        "criteria": len(document["criteria"]),
        "of_accounts": document.get("subject") == "account",
    }
