"""Somebody's webhook, verifying what it gets with the reference library."""

from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.doubles.server import Double, Reply, Request

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver(Double):
    """``events`` are those verified with ``secret``, with their id."""

    def __init__(self, secret: str = SECRET) -> None:
        super().__init__()
        self.secret = secret
        self.events: list[tuple[str, dict[str, Any]]] = []

    @property
    def hook(self) -> str:
        """The URL events are posted to."""
        return f"{self.url}/hook"

    def answer(self, request: Request) -> Reply:
        try:
            event = Webhook(self.secret).verify(request.body, request.headers)
        except WebhookVerificationError:
            return Reply(401)
        self.events.append((request.headers["webhook-id"], event))
        return Reply(204)
