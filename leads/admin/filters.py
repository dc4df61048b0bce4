"""Filters of lists that all apps share."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from unfold.contrib.filters.admin import RangeDateTimeFilter


class MomentFilter(RangeDateTimeFilter):
    """From one moment to another, in the time zone that pages show. The theme's own compares
    moments without a zone, which Django warns of."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, lookup in (("from", "gte"), ("to", "lte")):
            name = f"{self.parameter_name}_{end}"
            day, time = (self.used_parameters.get(f"{name}_{part}") for part in (0, 1))
            moment = _moment(f"{day} {time}") if day and time else None
            if moment is not None:
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": moment})
        return queryset


def _moment(words: str) -> Any:
    """None for what is no moment: a filter in a link somebody typed narrows nothing then."""
    try:
        moment = parse_datetime(words)
    except ValueError:  # well formed, but no day of the calendar
        return None
    return make_aware(moment) if moment is not None and is_naive(moment) else moment
