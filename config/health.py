"""Is this process alive, and can it do its work? For load balancers and supervisors."""

from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rubrics.scores import oldest_change


@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """Answers whenever the process does; asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the database answers, and how long the oldest changed lead waits for its score.

    A long wait says that the workers are behind. It is no reason to take this process out of
    service, so only the database decides on the status.
    """
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '3s'")
            try:
                facts = _facts()
            finally:
                cursor.execute("RESET statement_timeout")
    except DatabaseError:
        return JsonResponse({"status": "unavailable", "database": "unreachable"}, status=503)
    return JsonResponse({"status": "ok", "database": "ok", **facts})


def _facts() -> dict[str, Any]:
    oldest = oldest_change()
    age = None if oldest is None else max((timezone.now() - oldest).total_seconds(), 0.0)
    return {"oldest_change_seconds": age}
