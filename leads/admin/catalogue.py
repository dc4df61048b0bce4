"""The event catalogue: what sources send, which signals it feeds, and what it looks like."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from leads.admin.bars import bars
from leads.admin.examples import describe, examples, properties_table
from leads.admin.facts import KindFilter
from leads.admin.mapping_pages import MappingPages
from leads.catalogue.sampling import read_sample
from leads.catalogue.silence import counted_at, silent_types, type_rhythms
from leads.models import EventType, EventVolume, SignalMapping

DAYS = 30
EXAMPLES = 5


class UseFilter(admin.SimpleListFilter):
    """What to look for in a catalogue: what nobody uses, and what stopped coming."""

    title = "use"
    parameter_name = "use"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("mapped", "Mapped"), ("unmapped", "Not mapped"), ("silent", "Silent")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        match self.value():
            case "mapped":
                return queryset.mapped()
            case "unmapped":
                return queryset.unmapped()
            case "silent":
                return queryset.filter(pk__in=silent_types(counted_at() or timezone.now()))
        return queryset


@admin.register(EventType)
class EventTypeAdmin(MappingPages):
    list_display = (
        "shown_name",
        "source",
        "shown_signals",
        "month",
        "shown_state",
        "last_day",
        "last_week",
        "last_month",
        "shown_total",
        "last_received_at",
    )
    list_filter = (UseFilter, KindFilter, ("source", RelatedDropdownFilter))
    list_select_related = ("source",)
    search_fields = ("name", "properties__icontains")
    search_help_text = "Name of the event, or of a property"
    ordering = ("-total",)
    list_before_template = "admin/leads/catalogue_head.html"
    show_full_result_count = False
    change_form_outer_after_template = "admin/leads/event_type.html"
    fields = (
        ("kind", "source", "shown_signals"),
        ("last_day", "last_week"),
        ("last_month", "shown_total"),
        ("first_at", "last_at", "last_received_at"),
    )
    readonly_fields = ("shown_signals", "last_day", "last_week", "last_month", "shown_total")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventType]:
        rows: Any = super().get_queryset(request)
        return rows.with_volumes(timezone.now()).with_signals()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Give the rows of the page what the columns show, in a few queries for all of them."""
        changelist = super().get_changelist_instance(request)
        if not changelist.query and not changelist.get_filters_params():
            # All there are: the theme would call them results, and offer to show all.
            changelist.full_result_count = changelist.result_count
        changelist.counted_at = counted_at()
        add_months(changelist.result_list, timezone.now(), counted=changelist.counted_at)
        return changelist

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        found = kwargs.get("obj")
        if isinstance(found, EventType):
            context |= page_context(found)
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description="event", ordering="name")
    def shown_name(self, row: EventType) -> str:
        return f"{row}" if row.kind == "track" or not row.name else f"{row.name} ({row.kind})"

    @display(description="signals")
    def shown_signals(self, row: EventType) -> SafeString | str:
        if not row.signals:  # type: ignore[attr-defined]  # annotated
            return "not mapped"
        # Attributes that the queryset annotates.
        return format_html_join(", ", "{}", ([name] for name in row.signals))  # type: ignore[attr-defined]

    @display(description="day by day")
    def month(self, row: EventType) -> SafeString | str:
        counts: list[int] = row.month_counts  # type: ignore[attr-defined]  # see add_months
        return bars(counts, f"{sum(counts):,} in 30 days") if any(counts) else "-"

    @display(description="total", ordering="total")
    def shown_total(self, row: EventType) -> str:
        return f"{row.total:,}"

    @display(description="state", label={"Silent": "warning", "Active": "success"})
    def shown_state(self, row: EventType) -> str:
        return row.state  # type: ignore[attr-defined]  # see add_months

    @display(description="24 hours", ordering="last_day")
    def last_day(self, row: EventType) -> str:
        return f"{row.last_day:,}"  # type: ignore[attr-defined]  # annotated

    @display(description="7 days", ordering="last_week")
    def last_week(self, row: EventType) -> str:
        return f"{row.last_week:,}"  # type: ignore[attr-defined]  # annotated

    @display(description="30 days", ordering="last_month")
    def last_month(self, row: EventType) -> str:
        return f"{row.last_month:,}"  # type: ignore[attr-defined]  # annotated


def add_months(rows: Iterable[EventType], at: datetime, *, counted: datetime | None) -> None:
    """Give each row its ``month_counts``: events received on each of the last 30 days, oldest
    first; and its ``state``: whether it is silent for longer than usual."""
    types = list(rows)
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    ids = [row.pk for row in types]
    volumes = EventVolume.objects.days(ids).filter(start__gte=days[0])
    counts: defaultdict[int, dict[datetime, int]] = defaultdict(dict)
    for type_id, start, count in volumes.values_list("type_id", "start", "count"):
        counts[type_id][start] = count
    rhythms = type_rhythms(ids)
    for row in types:
        # Kept on the row for its page only.
        row.month_counts = [counts[row.pk].get(day, 0) for day in days]  # type: ignore[attr-defined]
        rhythm = rhythms.get(row.pk)
        is_silent = rhythm is not None and rhythm.is_silent(counted or at)
        # Kept on the row for its page only.
        row.state = "Silent" if is_silent else "Active"  # type: ignore[attr-defined]


def page_context(row: EventType) -> dict[str, Any]:
    """What the page of an event shows besides its numbers."""
    sample = read_sample([row])
    add_months([row], timezone.now(), counted=counted_at())
    facts = describe(sample)
    return {
        "row": row,
        "sample": sample,
        # Kept on the row for its page only.
        "chart": bars(row.month_counts, "Received on each of the last 30 days"),  # type: ignore[attr-defined]
        "properties": properties_table(facts),
        "examples": examples(sample.events[:EXAMPLES], facts),
        "mappings": SignalMapping.objects.telling(row),
    }
