"""Who may call what: a token by its scopes, a signed-in person by their groups."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView


class HasScope(BasePermission):
    """Let a request through if its token, or its person's groups, grant the view's scope.

    A view names its needs as ``scopes = {"GET": "read:scores", "POST": "work:pqls"}`` (method, or
    ``"*"``). A view that names none is refused to everybody: forgetting is never permission.
    """

    message = "This token or account does not have the scope this call needs."

    def has_permission(self, request: Request, view: APIView) -> bool:
        needed = _needed_scope(request.method or "GET", getattr(view, "scopes", {}))
        if needed is None or not request.user or not request.user.is_authenticated:
            return False
        granted: Any = getattr(request.auth, "scopes", None)
        if granted is not None:
            return needed in granted
        return request.user.has_perm(SCOPE_PERMISSIONS[needed])


# A scope of a token, and the Django permission that grants the same to a signed-in person.
SCOPE_PERMISSIONS = {
    "ingest": "leads.add_event",
    "read:scores": "rubrics.view_score",
    "work:pqls": "routing.work_qualification",
    "manage:rubrics": "rubrics.change_rubricversion",
}


def _needed_scope(method: str, scopes: dict[str, str]) -> str | None:
    lookup = "GET" if method in {"HEAD", "OPTIONS"} else method
    return scopes.get(lookup, scopes.get("*"))
