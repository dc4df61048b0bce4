"""Posts one body to one URL: guarded, without redirects, and over in fifteen seconds.

Every connection goes through :class:`_Guarded`, so that the address looked at is the address
reached, and a receiver that answers one byte a second gets no longer than any other.
"""

import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore

from integrations.outbound.webhooks.guard import UnknownHostError, resolve

CONNECT_S = 5.0
DEADLINE_S = 15.0
MOST_ANSWER_BYTES = 64 * 1024


class NotSentError(Exception):
    """It certainly did not arrive; says why, to people."""


class NoAnswerError(Exception):
    """No answer came, or none that ends: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the receiver said; header names in lower case."""

    status: int
    headers: dict[str, str]


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Post ``body``; the answer's own body is read only to be polite.

    Raises:
        ForbiddenAddressError: it leads where it must not.
        NotSentError, NoAnswerError: see there.
    """
    backend = _Guarded(time.monotonic() + DEADLINE_S)
    pool = httpcore.ConnectionPool(
        ssl_context=_context(), max_connections=1, retries=0, network_backend=backend
    )
    timeouts = {"connect": CONNECT_S, "read": DEADLINE_S, "write": DEADLINE_S, "pool": CONNECT_S}
    with pool:
        try:
            with pool.stream(
                "POST",
                url,
                content=body,
                headers=[*headers.items()],
                extensions={"timeout": timeouts},
            ) as response:
                answer = _answer(response)
                _drain(response)
        except (UnknownHostError, httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            raise NotSentError(f"It cannot be reached: {_words(error)}.") from error
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise NoAnswerError(f"No answer came: {_words(error)}.") from error
    return answer


@cache
def _context() -> ssl.SSLContext:
    """The machine's certificates; reading them takes longer than a request."""
    return ssl.create_default_context()


def _answer(response: httpcore.Response) -> Answer:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers
    }
    return Answer(response.status, headers)


def _drain(response: httpcore.Response) -> None:
    """Whatever comes after the status changes nothing any more."""
    read = 0
    try:
        for chunk in response.iter_stream():
            read += len(chunk)
            if read > MOST_ANSWER_BYTES:
                return
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError):
        return


def _words(error: Exception) -> str:
    text = str(error).strip().rstrip(".")
    return text[:120] or type(error).__name__


class _Guarded(httpcore.NetworkBackend):
    """Connects to what :func:`resolve` allows, and gives every wait what is left of the time."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        problem: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in resolve(host, port):
            left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
            try:
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
            else:
                return _Timed(stream, self._deadline)
        raise problem or httpcore.ConnectError("no address")


class _Timed(httpcore.NetworkStream):
    """A stream whose reads and writes all end by the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _left(self._deadline, timeout, httpcore.ReadTimeout)
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None, error: type[httpcore.TimeoutException]) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise error(f"{DEADLINE_S:g} s are over")
    return left if timeout is None else min(left, timeout)
