"""Which leads and accounts a list holds."""

from datetime import datetime

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from leads.api.filters import TextFilter, TimeFilter, WholeNumberFilter
from leads.models import Account, Lead
from leads.models.identity import IdentityKind
from leads.models.lead import LeadQuerySet


class LeadFilterSet(filters.FilterSet):
    email = TextFilter(
        method="filter_email", max_length=254, help_text="Any e-mail the lead is known by."
    )
    user_id = TextFilter(
        method="filter_user_id",
        max_length=254,
        help_text="A user id of your product, as its events send it.",
    )
    account = WholeNumberFilter(field_name="account_id", help_text="Id of the account.")
    updated_since = TimeFilter(
        method="filter_updated_since",
        help_text="Leads that were created, did something or were described since.",
    )

    class Meta:
        model = Lead
        fields: list[str] = []

    def filter_email(self, queryset: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return queryset.known_as(IdentityKind.EMAIL, value)

    def filter_user_id(self, queryset: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return queryset.known_as(IdentityKind.USER, value)

    def filter_updated_since(
        self, queryset: LeadQuerySet, name: str, value: datetime
    ) -> LeadQuerySet:
        return queryset.updated_since(value)


class AccountFilterSet(filters.FilterSet):
    domain = TextFilter(
        method="filter_domain", max_length=253, help_text="Exact, e.g. acme.example."
    )
    external_id = TextFilter(max_length=200, help_text="The group id its events send.")

    class Meta:
        model = Account
        fields: list[str] = []

    def filter_domain(
        self, queryset: QuerySet[Account], name: str, value: str
    ) -> QuerySet[Account]:
        return queryset.filter(domain=value.lower())
