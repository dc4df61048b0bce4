"""The OpenAPI document: what drf-spectacular cannot read off the views by itself."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from integrations.models.token import Scope
from leads.api.permissions import scopes_for
from leads.api.problems import PROBLEM_JSON

PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "examples": ["about:blank"]},
        "title": {"type": "string", "examples": ["Bad Request"]},
        "status": {"type": "integer", "examples": [400]},
        "detail": {"type": "string", "description": "What is wrong, and what to do about it."},
        "errors": {
            "type": "array",
            "description": "One entry a field of the body (`pointer`) or query parameter.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "examples": ["#/occurred_at"]},
                    "parameter": {"type": "string", "examples": ["min_total"]},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
ALWAYS = {
    "400": "A parameter or the body is not valid; `errors` names each.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "The token or account lacks the scope.",
    "406": "Only JSON can be sent.",
}
WITH_PATH = {"404": "There is no such object, or it is not the caller's to see."}
WITH_POST = {
    "409": "The state of the object does not allow it.",
    "413": "The body is too large.",
    "415": "The body is not application/json.",
}


class ScopedSchema(AutoSchema):
    """Says which scope an operation needs, in words and in its security requirement."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        scopes = self._scopes()
        if operation is not None and scopes:
            words = f"Scope: {' or '.join(f'`{scope}`' for scope in scopes)}."
            operation["description"] = f"{operation.get('description', '')}\n\n{words}".strip()
        return operation

    def get_auth(self) -> list[dict[str, Any]]:
        super().get_auth()  # puts the schemes into the document
        scopes = self._scopes()
        if not scopes:
            return [{"token": []}, {"session": []}]
        return [*({"token": [scope]} for scope in scopes), {"session": []}]

    def _scopes(self) -> tuple[str, ...]:
        return scopes_for(self.method, getattr(self.view, "scopes", {}))


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base
    """A token, with what its scopes open."""

    target_class = "integrations.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        scopes = "\n".join(f"- `{scope.value}`: {scope.label}" for scope in Scope)
        return {
            "type": "http",
            "scheme": "bearer",
            "description": f"A token `rl_…` with the scopes it was issued for:\n\n{scopes}",
        }


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # its base
    """A person signed in to the application; writing needs the CSRF header too."""

    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1  # before the one drf-spectacular ships

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A signed-in person, with the permissions of their groups.",
        }


def describe_problems(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """drf-spectacular hook: every operation may answer with a problem."""
    schemas = result.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = PROBLEM_SCHEMA
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            problems = dict(ALWAYS)
            if "{" in path or path.endswith(("/score/", "/latest/")):
                problems |= WITH_PATH
            if method == "post":
                problems |= WITH_POST
            for status, description in problems.items():
                answer = {"description": description, "content": content}
                operation["responses"].setdefault(status, answer)
    return result
