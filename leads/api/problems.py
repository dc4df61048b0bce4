"""Errors as RFC 9457 problem details (application/problem+json)."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, JsonResponse
from rest_framework import status
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

PROBLEM_JSON = "application/problem+json"


class InvalidParameters(APIException):
    """Query parameters that cannot be understood; names each and says how to mend it."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = "A query parameter is not valid; see `errors`."

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = [{"parameter": name, "detail": text} for name, text in errors.items()]


class Conflict(APIException):
    """What was asked for cannot be done in the state things are in."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = "This cannot be done now."


class BodyTooLarge(APIException):
    """The body is longer than the API takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler. What it does not know goes on to :mod:`config.errors` as a 500."""
    # DRF loads this module while it defines its own views (settings name what stands here).
    from rest_framework.views import exception_handler

    response = exception_handler(exc, context)
    if response is None:
        return None
    response.data = problem(response.status_code, **_words(exc, response.data))
    response.content_type = PROBLEM_JSON
    # Errors are JSON whatever the view renders, or could not agree with the client to render.
    request = context.get("request")
    if request is not None:
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type
    return response


def problem(
    status_code: int, *, detail: str, errors: list[dict[str, str]] | None = None
) -> dict[str, Any]:
    """The members of a problem; ``errors`` is our extension, one entry a field or parameter."""
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status_code).phrase,
        "status": status_code,
        "detail": detail,
    }
    if errors:
        members["errors"] = errors
    return members


def problem_response(request: HttpRequest, status_code: int, detail: str) -> JsonResponse:
    """A problem from outside DRF: unknown paths, errors of the framework itself."""
    return JsonResponse(
        problem(status_code, detail=detail), status=status_code, content_type=PROBLEM_JSON
    )


def _words(exc: Exception, data: Any) -> dict[str, Any]:
    if isinstance(exc, InvalidParameters):
        return {"detail": str(exc.detail), "errors": exc.errors}
    if isinstance(exc, ValidationError):
        return {
            "detail": "The body is not valid; see `errors`.",
            "errors": [{"pointer": at, "detail": text} for at, text in _flatten(exc.detail, "#")],
        }
    return {"detail": str(data["detail"] if isinstance(data, dict) else data)}


def _flatten(detail: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Nested serializer errors as (JSON pointer, text)."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            below = pointer if name == "non_field_errors" else f"{pointer}/{_escape(str(name))}"
            yield from _flatten(inner, below)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            is_text = isinstance(inner, ErrorDetail | str)
            yield from _flatten(inner, pointer if is_text else f"{pointer}/{index}")
    else:
        yield pointer, str(detail)


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
