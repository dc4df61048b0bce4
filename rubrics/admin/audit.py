"""The audit log in the admin: who changed what in how leads are judged, in words."""

import json
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from unfold.contrib.filters.admin import (
    DropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from leads.admin.base import AppAdmin, ReadOnlyAdmin, page_link, pretty_json
from leads.admin.filters import MomentFilter
from leads.audit import name_of
from leads.models import AuditEntry
from leads.spreadsheets import csv_response
from rubrics.admin.audit_words import entry_words
from rubrics.models import Rubric

RUBRIC = "rubrics.rubric"
HEAD = ("When (UTC)", "Who", "Action", "About", "What", "Field", "From", "To", "Why")


class ActionFilter(DropdownFilter):
    title = "action"
    parameter_name = "action"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        found = AuditEntry.objects.order_by("action").values_list("action", flat=True)
        return [(action, action.capitalize()) for action in found.distinct()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(action=self.value()) if self.value() else queryset


class KindFilter(DropdownFilter):
    title = "about"
    parameter_name = "about"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        found = AuditEntry.objects.order_by("about").values_list("about", flat=True)
        return [(about, kind_words(about)) for about in found.distinct()]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(about=self.value()) if self.value() else queryset


class RubricFilter(DropdownFilter):
    """The rubric itself, its versions and its golden leads; what is gone of them too."""

    title = "rubric"
    parameter_name = "rubric"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Rubric.objects.values_list("pk", "name")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        value = self.value()
        return queryset.of(RUBRIC, int(value)) if value and value.isdigit() else queryset


class ThingFilter(admin.SimpleListFilter):
    """One thing's history, as its page links to it."""

    title = "history"
    parameter_name = "thing"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        about, _, pk = request.GET.get(self.parameter_name, "").partition(":")
        if not pk.isdigit():
            return []
        newest = AuditEntry.objects.of(about, int(pk)).filter(about=about).first()
        label = newest.label if newest else kind_words(about)
        return [(f"{about}:{pk}", f"Of {label}")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        about, _, pk = (self.value() or "").partition(":")
        return queryset.of(about, int(pk)) if pk.isdigit() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Newest first, never counted: it only grows."""

    list_display = ("when", "who", "what", "action", "reason")
    list_display_links = ("when",)
    list_filter = (
        ThingFilter,
        ("by", RelatedDropdownFilter),
        ActionFilter,
        KindFilter,
        RubricFilter,
        ("at", MomentFilter),
    )
    list_select_related = ("by",)
    list_before_template = "admin/rubrics/audit_head.html"
    search_fields = ("label", "field", "reason")
    search_help_text = "What it is about, the field, or the reason"
    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    ordering = ("-at", "-id")
    fields = (
        ("when", "who"),
        ("action", "thing"),
        "what",
        "reason",
        ("field", "about", "about_id"),
        ("shown_before", "shown_after"),
    )
    readonly_fields = ("when", "who", "thing", "what", "shown_before", "shown_after")

    @display(description="when")
    def when(self, entry: AuditEntry) -> SafeString:
        moment = localtime(entry.at)
        return format_html(
            '<span class="whitespace-nowrap">{}</span>', f"{moment:%-d %b %Y, %H:%M}"
        )

    @display(description="who")
    def who(self, entry: AuditEntry) -> str:
        return name_of(entry.by) or "-"

    @display(description="what")
    def what(self, entry: AuditEntry) -> SafeString:
        return format_html(
            '<span class="whitespace-normal break-words">{}</span>', entry_words(entry)
        )

    @display(description="about")
    def thing(self, entry: AuditEntry) -> SafeString | str:
        """The page of what it is about, while there is one."""
        model = model_of(entry.about)
        if model is None or not model._default_manager.filter(pk=entry.about_id).exists():
            return f"{entry.label} (gone)"
        name = f"admin:{entry.about.replace('.', '_')}_change"
        try:
            return page_link(reverse(name, args=[entry.about_id]), entry.label)
        except NoReverseMatch:  # it has no page of its own
            return entry.label

    @display(description="from")
    def shown_before(self, entry: AuditEntry) -> SafeString | str:
        return "-" if entry.before is None else pretty_json(entry.before)

    @display(description="to")
    def shown_after(self, entry: AuditEntry) -> SafeString | str:
        return "-" if entry.after is None else pretty_json(entry.after)

    def get_urls(self) -> list[Any]:
        export = self.admin_site.admin_view(self.export)
        own = [path("export/", export, name="leads_auditentry_export")]
        return [*own, *super().get_urls()]

    def export(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """All entries that the list's filters let through, as CSV."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        try:
            entries = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:  # the list answers it the same way
            return HttpResponseRedirect(f"{reverse('admin:leads_auditentry_changelist')}?e=1")
        rows = (csv_row(entry) for entry in _streamed(entries))
        return csv_response("audit-log.csv", HEAD, rows)


class AuditedPages(AppAdmin):
    """Pages whose history is the audit log."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        return HttpResponseRedirect(history_url(self.model, object_id))


def history_url(model: type[Model], pk: object) -> str:
    """The audit log of one thing, and of what is part of it."""
    about = f"{model._meta.app_label}.{model._meta.model_name}"
    return f"{reverse('admin:leads_auditentry_changelist')}?thing={about}:{pk}"


def model_of(about: str) -> type[Model] | None:
    try:
        return apps.get_model(about)
    except (LookupError, ValueError):
        return None


def kind_words(about: str) -> str:
    """``rubrics.rubricversion``: ``Rubric version``."""
    model = model_of(about)
    return str(model._meta.verbose_name).capitalize() if model else about


def csv_row(entry: AuditEntry) -> tuple[Any, ...]:
    return (
        f"{entry.at:%Y-%m-%d %H:%M:%S}",
        name_of(entry.by),
        entry.action,
        kind_words(entry.about),
        entry_words(entry),
        entry.field,
        _cell(entry.before),
        _cell(entry.after),
        entry.reason,
    )


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def _streamed(entries: QuerySet[AuditEntry]) -> Iterator[AuditEntry]:
    return entries.select_related("by").iterator(chunk_size=1_000)
