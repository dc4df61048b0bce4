"""Which PQLs a list holds."""

from django_filters import rest_framework as filters

from leads.api.filters import TextFilter, WholeNumberFilter
from routing.models import Qualification
from routing.models.qualification import State


class PqlFilterSet(filters.FilterSet):
    state = filters.ChoiceFilter(choices=State.choices)
    rep = WholeNumberFilter(field_name="rep_id", help_text="Id of the rep.")
    product = TextFilter(field_name="product__key", max_length=60, help_text="Key of the product.")

    class Meta:
        model = Qualification
        fields: list[str] = []
