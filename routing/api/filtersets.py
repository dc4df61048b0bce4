"""Which PQLs, and which alerts, a list holds."""

from django_filters import rest_framework as filters

from leads.api.filters import TextFilter, TimeFilter, TrueFalseFilter, WholeNumberFilter
from routing.models import Alert, Qualification
from routing.models.alert import AlertKind, AlertQuerySet, Severity
from routing.models.qualification import State

SEVERITIES = [(severity.name.lower(), severity.label) for severity in Severity]


class PqlFilterSet(filters.FilterSet):
    state = filters.ChoiceFilter(choices=State.choices)
    rep = WholeNumberFilter(field_name="rep_id", help_text="Id of the rep.")
    product = TextFilter(field_name="product__key", max_length=60, help_text="Key of the product.")

    class Meta:
        model = Qualification
        fields: list[str] = []


class AlertFilterSet(filters.FilterSet):
    unread = TrueFalseFilter(method="filter_unread", help_text="Only new ones, or only read ones.")
    since = TimeFilter(
        field_name="created_at", lookup_expr="gte", help_text="Those made at or after this moment."
    )
    kind = filters.ChoiceFilter(choices=AlertKind.choices)
    severity = filters.ChoiceFilter(choices=SEVERITIES, method="filter_severity")

    class Meta:
        model = Alert
        fields: list[str] = []

    def filter_unread(self, queryset: AlertQuerySet, name: str, value: bool) -> AlertQuerySet:
        return queryset.unread() if value else queryset.exclude(read_at=None)

    def filter_severity(self, queryset: AlertQuerySet, name: str, value: str) -> AlertQuerySet:
        return queryset.filter(severity=Severity[value.upper()])
