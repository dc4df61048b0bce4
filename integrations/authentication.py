"""API tokens: `Authorization: Bearer rl_...`."""

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from integrations.models import ApiToken


class ApiTokenAuthentication(BaseAuthentication):
    """Authenticate by a hashed, scoped token; ``request.auth`` is the :class:`ApiToken`."""

    def authenticate(self, request: Request) -> tuple[object, ApiToken] | None:
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        if len(header) != 2:
            raise AuthenticationFailed("Send the header as `Authorization: Bearer <token>`.")
        token = ApiToken.objects.usable_with(header[1].decode("latin-1"))
        if token is None:
            raise AuthenticationFailed("Unknown, expired or revoked token.")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
