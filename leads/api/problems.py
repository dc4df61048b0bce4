"""Errors as RFC 9457 problem details (application/problem+json)."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler


def problem_details(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: type, title, status, detail, and per-field errors."""
    response = exception_handler(exc, context)
    if response is None:
        return None
    data = response.data
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": response.status_text,
        "status": response.status_code,
    }
    if isinstance(data, dict) and set(data) == {"detail"}:
        problem["detail"] = str(data["detail"])
    else:
        problem["detail"] = "The request has errors; see `errors` for each field."
        problem["errors"] = data
    response.data = problem
    response.content_type = "application/problem+json"
    return response
