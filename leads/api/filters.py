"""Strict query parameters: what is not understood is refused by name, never ignored."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django_filters import rest_framework as filters
from drf_spectacular.drainage import set_override
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from leads.api.problems import InvalidParameters

if TYPE_CHECKING:  # DRF loads this module while it defines APIView
    from rest_framework.views import APIView

TIME_HELP = (
    "Give an ISO 8601 time with its offset, e.g. 2026-11-01T09:00:00Z (a + is written %2B in an "
    "address)."
)
EARLIEST_YEAR, LATEST_YEAR = 1970, 2199


def parse_time(text: str) -> datetime:
    """An ISO 8601 time with its offset, or ValueError with words that say so."""
    try:
        parsed = parse_datetime(text)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise ValueError(TIME_HELP)
    if not EARLIEST_YEAR < parsed.year < LATEST_YEAR:
        raise ValueError(f"Give a year between {EARLIEST_YEAR} and {LATEST_YEAR}.")
    return parsed


class TextFilter(filters.CharFilter):
    """Exact text, taken as it is: one that is all blanks must not turn into "no filter"."""

    def __init__(self, *args: Any, max_length: int, **kwargs: Any) -> None:
        super().__init__(*args, max_length=max_length, strip=False, **kwargs)
        set_override(self, "field", {"type": "string", "minLength": 1, "maxLength": max_length})


class TimeField(forms.Field):
    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return parse_time(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


@extend_schema_field(OpenApiTypes.DATETIME)
class TimeFilter(filters.Filter):
    field_class = TimeField


class TrueFalseField(forms.Field):
    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if value not in {"true", "false"}:
            raise forms.ValidationError("Give true or false.")
        return bool(value == "true")


@extend_schema_field(OpenApiTypes.BOOL)
class TrueFalseFilter(filters.Filter):
    field_class = TrueFalseField


class WholeNumberField(forms.IntegerField):
    def to_python(self, value: Any) -> int | None:
        # Python's int() also takes "1_000" and other scripts' digits.
        if isinstance(value, str) and value and not value.lstrip("-").isascii():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


@extend_schema_field({"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1})
class WholeNumberFilter(filters.Filter):
    """A whole number that the column can hold."""

    field_class = WholeNumberField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=-(2**63), max_value=2**63 - 1, **kwargs)


class StrictFilterBackend(filters.DjangoFilterBackend):
    """django-filter, with errors that name the parameter."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: "APIView"
    ) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        if filterset is None:
            return queryset
        errors = {name: " ".join(texts) for name, texts in filterset.errors.items()}
        # An empty value is most often a variable that was not set: it must not mean "all".
        errors |= {
            name: "Give a value, or leave the parameter out."
            for name in filterset.filters
            if request.query_params.get(name) == ""
        }
        if errors:
            raise InvalidParameters(errors)
        filtered: QuerySet[Any] = filterset.qs
        return filtered
