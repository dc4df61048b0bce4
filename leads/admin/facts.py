"""What happened, as received and as derived from it: read-only, millions of rows."""

from typing import Any

from django.contrib import admin
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from leads.admin.base import BigTableAdmin, lead_link, pretty_json
from leads.admin.filters import MomentFilter
from leads.models import Account, AccountChange, AttributeChange, Event, Hit, LeadChange, LeadMerge
from leads.models.signal import MessageKind


class KindFilter(admin.SimpleListFilter):
    """A fixed list: looking for the kinds there are would read the whole table."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [*MessageKind.choices, ("alias", "Alias")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(kind=self.value()) if self.value() else queryset


@admin.register(Event)
class EventAdmin(BigTableAdmin):
    list_display = ("id", "what", "kind", "lead_name", "source", "occurred_at", "received_at")
    list_filter = (
        KindFilter,
        ("source", RelatedDropdownFilter),
        ("received_at", MomentFilter),
    )
    list_select_related = ("lead", "source")
    ordering = ("-id",)
    fields = (
        ("what", "kind"),
        ("lead_name", "source"),
        ("occurred_at", "received_at"),
        ("message_id", "session"),
        "shown_properties",
        "shown_context",
    )
    readonly_fields = ("what", "lead_name", "shown_properties", "shown_context")

    @display(description="event")
    def what(self, event: Event) -> str:
        return event.name or event.kind

    @display(description="lead")
    def lead_name(self, event: Event) -> str:
        return lead_link(event.lead_id, event.lead)

    @display(description="properties")
    def shown_properties(self, event: Event) -> str:
        return pretty_json(event.properties)

    @display(description="context")
    def shown_context(self, event: Event) -> str:
        return pretty_json(event.context)


@admin.register(Hit)
class HitAdmin(BigTableAdmin):
    list_display = ("id", "signal", "lead_name", "occurred_at", "number", "event_id")
    list_filter = (("signal", RelatedDropdownFilter), ("occurred_at", MomentFilter))
    list_select_related = ("lead", "signal")
    ordering = ("-id",)

    @display(description="lead")
    def lead_name(self, hit: Hit) -> str:
        return lead_link(hit.lead_id, hit.lead)


@admin.register(AttributeChange)
class AttributeChangeAdmin(BigTableAdmin):
    list_display = ("id", "name", "shown_value", "about", "known_at", "confirmed_at")
    list_filter = (("known_at", MomentFilter),)
    list_select_related = ("lead", "account")
    ordering = ("-id",)
    fields = ("about", "name", "shown_value", "known_at", "confirmed_at")
    readonly_fields = ("about", "shown_value")

    @display(description="about")
    def about(self, change: AttributeChange) -> str:
        if change.lead_id is None:
            return str(change.account)
        return lead_link(change.lead_id, change.lead)

    @display(description="value")
    def shown_value(self, change: AttributeChange) -> str:
        return "(removed)" if change.value is None else str(change.value)


@admin.register(LeadMerge)
class LeadMergeAdmin(BigTableAdmin):
    list_display = ("id", "loser_name", "winner_name", "reason", "merged_at")
    list_filter = (("merged_at", MomentFilter),)
    list_select_related = ("winner", "loser")
    ordering = ("-id",)
    search_fields = ()
    fields = ("loser_name", "winner_name", "reason", "merged_at", "shown_moved")
    readonly_fields = ("loser_name", "winner_name", "shown_moved")

    @display(description="this lead")
    def loser_name(self, merge: LeadMerge) -> str:
        return lead_link(merge.loser_id, merge.loser)

    @display(description="became part of")
    def winner_name(self, merge: LeadMerge) -> str:
        return lead_link(merge.winner_id, merge.winner)

    @display(description="what moved")
    def shown_moved(self, merge: LeadMerge) -> str:
        return pretty_json(merge.moved)


@admin.register(LeadChange)
class LeadChangeAdmin(BigTableAdmin):
    """The scoring backlog. Empty but for moments; rows with many attempts need a look."""

    list_display = ("changed_at", "lead_name", "generation", "attempts", "claimed_until")
    list_filter = (("changed_at", MomentFilter),)
    list_select_related = ("lead",)
    ordering = ("changed_at",)

    @display(description="lead")
    def lead_name(self, change: LeadChange) -> str:
        return lead_link(change.lead_id, change.lead)


@admin.register(AccountChange)
class AccountChangeAdmin(BigTableAdmin):
    """The same of accounts."""

    search_owner = Account
    search_fields = ("account__name",)
    search_help_text = "The account: id, name or domain"
    list_display = ("changed_at", "account", "generation", "attempts", "claimed_until")
    list_filter = (("changed_at", MomentFilter),)
    list_select_related = ("account",)
    ordering = ("changed_at",)
