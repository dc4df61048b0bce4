"""One persistent HTTP connection that speaks JSON, on the standard library: cheap for its CPU."""

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

Headers = dict[str, str]


def basic(user: str) -> Headers:
    """A write key as Segment's SDKs send it."""
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:".encode()).decode()}


def bearer(token: str) -> Headers:
    """An API token as clients send it."""
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Answer:
    """A status and a body."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Requests one after another. After an error the next one opens a new connection."""

    def __init__(self, url: str, headers: Headers | None = None, *, timeout: float = 15.0) -> None:
        self._headers = {"Content-Type": "application/json", **(headers or {})}
        parts = urlsplit(url)
        assert parts.hostname is not None
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Answer:
        return self.send("GET", path, None)

    def post(self, path: str, content: Any) -> Answer:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.send("POST", path, body)

    def send(self, method: str, path: str, body: bytes | None) -> Answer:
        """Send a request and read the answer.

        Raises:
            OSError, http.client.HTTPException: no answer; the request may have had its effect.
        """
        try:
            self._connection.request(method, path, body, self._headers)
            response = self._connection.getresponse()
            return Answer(response.status, response.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
