"""Who may call what: a token by its scopes, a signed-in person by their groups."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # DRF loads this module while it defines APIView
    from rest_framework.views import APIView

# A scope of a token, and the Django permissions that grant the same to a signed-in person. Scores
# are those of all leads: a rep, from whose pages other teams' leads are hidden, may not read them.
SCOPE_PERMISSIONS = {
    "ingest": ("leads.add_event",),
    "read:scores": ("rubrics.view_score", "routing.view_all_qualifications"),
    "work:pqls": ("routing.work_qualification",),
    "manage:rubrics": ("rubrics.change_rubricversion",),
}

Scopes = Mapping[str, str | tuple[str, ...]]


def scopes_for(method: str, scopes: Scopes) -> tuple[str, ...]:
    """The scopes of which one is needed for ``method``; none for a method nobody may use."""
    lookup = "GET" if method in {"HEAD", "OPTIONS"} else method
    needed = scopes.get(lookup, scopes.get("*", ()))
    return (needed,) if isinstance(needed, str) else needed


class HasScope(BasePermission):
    """Let a request through if its token, or its person's groups, grant the view's scope.

    A view names its needs as ``scopes = {"GET": "read:scores", "POST": "work:pqls"}`` (method, or
    ``"*"``; a tuple where any one of several will do). A view that names none is refused to
    everybody: forgetting is never permission.
    """

    message = "This call is open to nobody."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        if not user or not user.is_authenticated:
            return False
        if not hasattr(view, (request.method or "").lower()):
            return True  # the view has no such method: 405 says more than 403
        needed = scopes_for(request.method or "GET", getattr(view, "scopes", {}))
        if needed:
            self.message = f"This call needs the scope {' or '.join(f'`{n}`' for n in needed)}."
        granted: Any = getattr(request.auth, "scopes", None)
        if granted is not None:
            return any(scope in granted for scope in needed)
        return any(user.has_perms(SCOPE_PERMISSIONS[scope]) for scope in needed)


class ReadsDocs(BasePermission):
    """The API's own description: for any token, and for signed-in staff."""

    message = "The API's description is for tokens and for staff."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        if not user or not user.is_authenticated:
            return False
        return request.auth is not None or bool(user.is_staff)
