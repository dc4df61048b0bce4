"""A small threaded HTTP server that can be slow, lose its answers, go down and come back."""

import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """What came; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What goes back. ``is_lost``: the connection closes instead of an answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    is_lost: bool = False


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    Args:
        reply: sent instead of the right answer; None: the right one.
        applies: whether the request has its effect all the same.
        waits: for this event before anything happens.
    """

    reply: Reply | None = None
    applies: bool = False
    waits: threading.Event | None = None


LOST = Fault(Reply(is_lost=True), applies=True)
"""It has its effect, and nobody hears of it."""
SWALLOWED = Fault(Reply(is_lost=True))
"""It has no effect, and nobody hears of it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients are killed here: that they hang up is no news."""


class Double:
    """Start with ``with``; subclasses say what a request does in :meth:`answer`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.requests: list[Request] = []
        self.fault: Fault | None = None
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._server: _Server | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.down()

    def up(self) -> None:
        """Listen; after :meth:`down` at the same port as before."""
        handler = _handler(self._receive)
        self._server = _Server(("127.0.0.1", self._port), handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def break_next(self, path: str, *faults: Fault) -> None:
        """Let the next requests to a path go wrong, one after another."""
        self._faults[path].extend(faults)

    def answer(self, request: Request) -> Reply:
        """What a request does, and its right answer. Called under the lock."""
        raise NotImplementedError

    def _receive(self, request: Request) -> Reply:
        waiting = self._faults[request.path]
        fault = waiting.popleft() if waiting else self.fault
        if fault and fault.waits:
            fault.waits.wait(30)
        with self.lock:
            self.requests.append(request)
            if fault is None or fault.reply is None:
                return self.answer(request)
            if fault.applies:
                self.answer(request)
            return fault.reply


def _handler(receive: Callable[[Request], Reply]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = receive(Request(self.path, headers, self.rfile.read(length)))
            if reply.is_lost:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler
