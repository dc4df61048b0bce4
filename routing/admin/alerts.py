"""What people were told, how pressing it is, and how they want to be told."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from leads.admin.base import AppAdmin, BigTableAdmin, ModelForm, lead_link, pretty_json
from leads.admin.filters import MomentFilter
from routing.alerts.preferences import forget_preference, save_preference
from routing.models import Alert, AlertPreference, SeverityRule
from routing.models.alert import AlertKind


class DeliveredFilter(admin.SimpleListFilter):
    """Whether an alert's deliveries were made."""

    title = "delivered"
    parameter_name = "delivered"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Deliveries made"), ("no", "Not yet")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        if self.value() is None:
            return queryset
        return queryset.filter(delivered_at__isnull=self.value() == "no")


@admin.register(Alert)
class AlertAdmin(BigTableAdmin):
    list_display = (
        "id",
        "title",
        "kind",
        "severity",
        "recipient",
        "created_at",
        "due_at",
        "delivered_at",
        "read_at",
    )
    list_display_links = ("id", "title")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("severity", ChoicesDropdownFilter),
        ("user", RelatedDropdownFilter),
        DeliveredFilter,
        ("created_at", MomentFilter),
    )
    list_select_related = ("user",)
    ordering = ("-id",)
    fields = (
        "title",
        ("kind", "severity", "recipient"),
        ("lead_name", "qualification", "task"),
        ("created_at", "due_at", "channels"),
        ("delivered_at", "read_at"),
        "said",
        "key",
    )
    readonly_fields = ("lead_name", "recipient", "said")

    @display(description="recipient")
    def recipient(self, alert: Alert) -> str:
        return alert.user.get_full_name() or alert.user.get_username()

    @display(description="lead")
    def lead_name(self, alert: Alert) -> str:
        return lead_link(alert.lead_id, alert.lead)

    @display(description="what it says")
    def said(self, alert: Alert) -> SafeString:
        return pretty_json(alert.content)


@admin.register(SeverityRule)
class SeverityRuleAdmin(AppAdmin):
    list_display = ("rule", "severity", "at_least", "tier", "whose")
    list_display_links = ("rule",)
    list_select_related = ("product",)
    fields = ("severity", ("at_least", "tier"), "product")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SeverityRule]:
        return SeverityRule.objects.in_order()

    @display(description="rule")
    def rule(self, rule: SeverityRule) -> str:
        return str(rule)

    @display(description="for")
    def whose(self, rule: SeverityRule) -> str:
        return str(rule.product) if rule.product else "Products without rules of their own"


class PreferenceAdminForm(ModelForm):
    muted_kinds = forms.MultipleChoiceField(
        choices=AlertKind,
        required=False,
        label="Kinds that stay in the inbox",
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = AlertPreference
        fields = "__all__"


@admin.register(AlertPreference)
class AlertPreferenceAdmin(AppAdmin):
    list_display = ("whose", "rhythm", "quiet_hours", "slack_from", "email_from", "muted_until")
    list_display_links = ("whose",)
    list_select_related = ("user", "team")
    list_filter = (("rhythm", ChoicesDropdownFilter), ("quiet_hours", ChoicesDropdownFilter))
    form = PreferenceAdminForm
    autocomplete_fields = ("user",)
    fieldsets = (
        (
            None,
            {
                "description": "A team's settings count for its reps who have not chosen for "
                "themselves. People choose on their own page, under their name.",
                "fields": (("team", "user"),),
            },
        ),
        (
            "What comes",
            {"fields": (("slack_from", "email_from"), ("muted_until",), "muted_kinds")},
        ),
        (
            "When",
            {
                "fields": (
                    ("rhythm", "digest_time"),
                    "quiet_hours",
                    ("quiet_from", "quiet_until"),
                    ("urgent_at_once", "time_zone"),
                )
            },
        ),
    )

    @display(description="for")
    def whose(self, preference: AlertPreference) -> str:
        if preference.team:
            return f"Team {preference.team}"
        user = preference.user
        return (user.get_full_name() or user.get_username()) if user else "-"

    def save_model(
        self, request: HttpRequest, obj: AlertPreference, form: Any, change: bool
    ) -> None:
        save_preference(obj, at=timezone.now())

    def delete_model(self, request: HttpRequest, obj: AlertPreference) -> None:
        forget_preference(obj, at=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AlertPreference]) -> None:
        for preference in queryset:
            forget_preference(preference, at=timezone.now())
