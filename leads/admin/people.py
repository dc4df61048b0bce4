"""Leads and accounts: what is known of them, and every way they are named."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import (
    BooleanRadioFilter,
    ChoicesDropdownFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from leads.admin.base import (
    AppAdmin,
    BigTableAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    lead_link,
    pretty_json,
)
from leads.admin.filters import MomentFilter
from leads.models import Account, AttributeChange, Identity, Lead, Outcome, Trial
from leads.services import record_outcome


class IdentityInline(ReadOnlyInline):
    model = Identity
    fields = ("kind", "value", "namespace", "created_at")
    readonly_fields = fields


class TrialInline(ReadOnlyInline):
    model = Trial
    fields = ("product", "started_at", "start_is_stated", "ends_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Trial]:
        return super().get_queryset(request).select_related("product")


class OutcomeInline(ReadOnlyInline):
    model = Outcome
    fields = ("kind", "product", "occurred_at", "amount", "currency", "note")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Outcome]:
        return super().get_queryset(request).select_related("product")


class HistoryInline(ReadOnlyInline):
    model = AttributeChange
    verbose_name_plural = "attribute history"
    fields = ("name", "value_then", "known_at", "confirmed_at")
    readonly_fields = fields
    ordering = ("-known_at", "name")

    @display(description="value")
    def value_then(self, change: AttributeChange) -> str:
        return "(removed)" if change.value is None else str(change.value)


class LeadInline(ReadOnlyInline):
    model = Lead
    fk_name = "account"
    fields = ("page", "email", "title", "created_at")
    readonly_fields = fields
    ordering = ("-pk",)

    @display(description="name")
    def page(self, lead: Lead) -> str:
        return lead_link(lead.pk, lead)


@admin.register(Lead)
class LeadAdmin(ReadOnlyAdmin):
    """A lead is made of what sources tell; nothing of it is typed in here."""

    list_display = ("id", "shown_name", "email", "title", "account", "created_at")
    list_display_links = ("id", "shown_name")
    list_filter = (
        ("is_synthetic", BooleanRadioFilter),
        ("created_at", MomentFilter),
    )
    list_select_related = ("account",)
    search_fields = ("email", "name")
    search_help_text = "E-mail (its beginning), name, account or domain"
    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    ordering = ("-id",)
    fields = (
        ("name", "email"),
        ("title", "account"),
        ("created_at", "is_synthetic"),
        "merged_into",
        "shown_attributes",
    )
    readonly_fields = ("shown_attributes",)
    inlines = (IdentityInline, TrialInline, OutcomeInline, HistoryInline)

    @display(description="name")
    def shown_name(self, lead: Lead) -> str:
        return str(lead)

    @display(description="attributes")
    def shown_attributes(self, lead: Lead) -> str:
        return pretty_json(lead.attributes)

    def view_on_site(self, lead: Lead) -> str:
        return f"/leads/{lead.pk}/"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lead]:
        return super().get_queryset(request).select_related("account", "merged_into")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Lead], search_term: str
    ) -> tuple[QuerySet[Lead], bool]:
        words = search_term.strip().replace("\x00", "")
        return (queryset.filter(Lead.objects.worded(words)) if words else queryset), False


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("id", "shown_name", "domain", "external_id", "created_at")
    list_display_links = ("id", "shown_name")
    list_filter = (
        ("is_synthetic", BooleanRadioFilter),
        ("created_at", MomentFilter),
    )
    search_fields = ("name", "domain")
    search_help_text = "Name or domain"
    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    ordering = ("-id",)
    fields = (
        ("name", "domain"),
        ("external_id", "created_at"),
        "is_synthetic",
        "shown_attributes",
    )
    readonly_fields = ("shown_attributes",)
    inlines = (LeadInline, HistoryInline)

    @display(description="name")
    def shown_name(self, account: Account) -> str:
        return str(account)

    @display(description="attributes")
    def shown_attributes(self, account: Account) -> str:
        return pretty_json(account.attributes)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Account], search_term: str
    ) -> tuple[QuerySet[Account], bool]:
        words = search_term.strip().replace("\x00", "")
        return (queryset & Account.objects.search(words) if words else queryset), False


@admin.register(Identity)
class IdentityAdmin(BigTableAdmin):
    list_display = ("id", "kind", "value", "namespace", "lead_name", "created_at")
    list_filter = (("kind", ChoicesDropdownFilter),)
    list_select_related = ("lead",)
    ordering = ("-id",)

    @display(description="lead")
    def lead_name(self, identity: Identity) -> str:
        return lead_link(identity.lead_id, identity.lead)


@admin.register(Trial)
class TrialAdmin(BigTableAdmin):
    list_display = ("id", "lead_name", "product", "started_at", "start_is_stated", "ends_at")
    list_filter = (("product", RelatedDropdownFilter), ("started_at", MomentFilter))
    list_select_related = ("lead", "product")
    ordering = ("-id",)

    @display(description="lead")
    def lead_name(self, trial: Trial) -> str:
        return lead_link(trial.lead_id, trial.lead)


@admin.register(Outcome)
class OutcomeAdmin(AppAdmin):
    """Recorded once, never reworded: a wrong one is deleted and recorded anew."""

    list_display = ("id", "lead_name", "kind", "product", "occurred_at", "amount", "currency")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("product", RelatedDropdownFilter),
        ("occurred_at", MomentFilter),
    )
    list_select_related = ("lead", "product")
    search_fields = ("lead__email",)
    ordering = ("-id",)
    raw_id_fields = ("lead",)
    fields = ("lead", ("kind", "product"), "occurred_at", ("amount", "currency"), "note")

    @display(description="lead")
    def lead_name(self, outcome: Outcome) -> str:
        return lead_link(outcome.lead_id, outcome.lead)

    def has_change_permission(self, request: HttpRequest, obj: Outcome | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Outcome, form: Any, change: bool) -> None:
        names = ("lead", "kind", "product", "occurred_at", "amount", "currency", "note")
        recorded = record_outcome(**{name: form.cleaned_data[name] for name in names})
        obj.pk, obj.lead_id = recorded.pk, recorded.lead_id
