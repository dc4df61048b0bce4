"""Pages that go by key, not by count: nothing is skipped or repeated while rows are written."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

import orjson
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model, Q
from django.utils import timezone
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from leads.api.problems import InvalidParameters

if TYPE_CHECKING:  # DRF loads this module while it defines APIView
    from rest_framework.views import APIView

MAX_KEY = 2**63 - 1


class StableCursorPagination(BasePagination):
    """Pages by primary key, 100 rows each; ``page_size`` up to 1,000; ``next`` is null at the end.

    The cursor holds the key of the last row handed out, so a page begins right after it whatever
    was inserted or deleted meanwhile. A subclass may order by other fields, unique together.
    """

    ordering: ClassVar[tuple[str, ...]] = ("id",)
    page_size = 100
    max_page_size = 1000
    parameters: ClassVar[frozenset[str]] = frozenset({"cursor", "page_size"})

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        self.request = request
        size = self._page_size(request)
        self.state = self._read_cursor(request, queryset.model)
        after = self.state.get("after")
        if after is not None:
            queryset = queryset.filter(_beyond(self.ordering, after))
        rows = list(queryset.order_by(*self.ordering)[: size + 1])
        self.last = rows[size - 1] if len(rows) > size else None
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next_link(), **self.extra(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["next", *self.extra_schema(), "results"],
            "properties": {
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "Address of the next page; null on the last.",
                },
                **self.extra_schema(),
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        return [
            {
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins: from the `next` of the page before.",
                "schema": {"type": "string"},
            },
            {
                "name": "page_size",
                "in": "query",
                "description": f"Rows on a page, 1 to {self.max_page_size}.",
                "schema": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": self.max_page_size,
                    "default": self.page_size,
                },
            },
        ]

    def extra(self) -> dict[str, Any]:
        """Members of the page besides ``next`` and ``results``."""
        return {}

    def extra_schema(self) -> dict[str, Any]:
        return {}

    def carried(self) -> dict[str, Any]:
        """What else the cursor carries from page to page."""
        return {}

    def _page_size(self, request: Request) -> int:
        given = request.query_params.get("page_size")
        if given is None:
            return self.page_size
        if given.isascii() and given.isdigit() and 1 <= int(given[:9]) <= self.max_page_size:
            return int(given)
        raise InvalidParameters(
            {"page_size": f"Give a whole number from 1 to {self.max_page_size}."}
        )

    def _next_link(self) -> str | None:
        if self.last is None:
            return None
        after = [_plain(getattr(self.last, name)) for name in self.ordering]
        packed = orjson.dumps({"after": after, **self.carried()})
        cursor = base64.urlsafe_b64encode(packed).decode().rstrip("=")
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)

    def _read_cursor(self, request: Request, model: type[Model]) -> dict[str, Any]:
        given = request.query_params.get("cursor")
        if given is None:
            return {}
        try:
            packed = base64.b64decode(
                given + "=" * (-len(given) % 4), altchars=b"-_", validate=True
            )
            return self.read_state(orjson.loads(packed), model)
        except (ValueError, TypeError, KeyError, ValidationError, binascii.Error) as error:
            raise InvalidParameters(
                {"cursor": "Take it from the `next` of a page as it is, or leave it out."}
            ) from error

    def read_state(self, state: Any, model: type[Model]) -> dict[str, Any]:
        """A cursor's content, checked: it comes from outside and may say anything."""
        fields = [_field(model, name) for name in self.ordering]
        return {"after": [_checked(f, v) for f, v in zip(fields, state["after"], strict=True)]}


class ChangeFeedPagination(StableCursorPagination):
    """Rows by (``changed_at``, id), oldest change first, with the point to resume from.

    A row that changes moves to the end, so a walk may meet it again: at least once, never not at
    all. ``resume_from`` is when the walk began, less the time the longest writing transaction may
    have been under way; give it as ``changed_since`` to the next walk.
    """

    ordering = ("changed_at", "id")
    overlap = timedelta(minutes=2)  # above CELERY_TASK_TIME_LIMIT, which bounds every writer

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        now = timezone.now()
        rows = super().paginate_queryset(queryset, request, view)
        self.resume_from = self.state.get("resume_from", now - self.overlap)
        return rows

    def extra(self) -> dict[str, Any]:
        return {"resume_from": self.resume_from.isoformat()}

    def extra_schema(self) -> dict[str, Any]:
        return {
            "resume_from": {
                "type": "string",
                "format": "date-time",
                "description": "Once `next` is null, give this as `changed_since` to get what "
                "changed after this walk began. A few rows come again: at least once.",
            }
        }

    def carried(self) -> dict[str, Any]:
        return {"resume_from": self.resume_from.isoformat()}

    def read_state(self, state: Any, model: type[Model]) -> dict[str, Any]:
        resume_from = datetime.fromisoformat(state["resume_from"])
        if resume_from.tzinfo is None:
            raise ValueError("a time without an offset")
        return {**super().read_state(state, model), "resume_from": resume_from}


def _beyond(ordering: Sequence[str], after: Sequence[Any]) -> Q:
    """Rows after the key ``after``, in a form that an index on ``ordering`` serves."""
    first, *rest = ordering
    if not rest:
        return Q(**{f"{first}__gt": after[0]})
    ties = Q(**{first: after[0]}) & ~_beyond(rest, after[1:])
    return Q(**{f"{first}__gte": after[0]}) & ~ties


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    field = model._meta.get_field(name)
    if not isinstance(field, Field):
        raise FieldDoesNotExist(f"{name} is no column")
    return field


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _checked(field: "Field[Any, Any]", value: Any) -> Any:
    cleaned = field.to_python(value)
    if isinstance(cleaned, datetime) and cleaned.tzinfo is None:
        raise ValueError("a time without an offset")
    if isinstance(cleaned, int) and not 0 <= cleaned <= MAX_KEY:
        raise ValueError("no key is so large")
    if cleaned is None:
        raise ValueError("a key is never empty")
    return cleaned
