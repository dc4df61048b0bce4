"""Rubrics in the admin: a product's line of versions."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import date
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import (
    ReadOnlyInline,
    change_url,
    confirmed,
    page_link,
)
from rubrics import services
from rubrics.admin.audit import AuditedPages
from rubrics.admin.drafts import REFUSALS, STATUS_COLORS, person
from rubrics.admin.files import RubricFilePages
from rubrics.changing import add_rubric, change_rubric
from rubrics.models import Rubric, RubricVersion
from rubrics.presets import preset_names
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
    list_display = ("name", "key", "product", "created_at")
    list_filter = (("product", RelatedDropdownFilter),)
    list_select_related = ("product",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    fields = (("product", "key"), "name", "description", "needs_approval")
    inlines = (VersionInline,)
    actions_detail = ("draft_from_preset",)
    actions_list = ("import_file",)

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

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Rubric | None = None
    ) -> dict[str, Any]:
        return {} if obj else self.prepopulated_fields

    @action(
        description="New draft from a preset",
        icon="library_add",
        permissions=["drafting"],
        url_path="draft-from-preset",
    )
    def draft_from_preset(self, request: HttpRequest, object_id: str) -> HttpResponse:
        names = preset_names()

        def run(rubric: Rubric) -> HttpResponse:
            chosen = request.POST.get("choice", "")
            if chosen not in names:
                raise Http404
            draft = services.draft_preset(rubric, chosen, by=person(request), at=timezone.now())
            self.message_user(request, f"{draft} is a draft now.", messages.SUCCESS)
            return HttpResponseRedirect(change_url(draft))

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="New draft from a preset?",
            text="The draft gets the preset's criteria, and the product the signals they need.",
            button="Make the draft",
            refuses=REFUSALS,
            choices=names,
        )
