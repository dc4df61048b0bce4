"""Processor time: our own, and that of the PostgreSQL process that serves our connection."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection


@dataclass(slots=True)
class Spent:
    """Seconds of processor time on each side. Other work on the machine hardly changes them."""

    python: float = 0.0
    server: float = 0.0

    @property
    def whole(self) -> float:
        """Of both sides."""
        return self.python + self.server

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.python + other.python, self.server + other.server)

    def times(self, factor: float) -> "Spent":
        """What so many times the work would take."""
        return Spent(self.python * factor, self.server * factor)


class Processor:
    """Adds up what pieces of work spend, by their name. For one thread and its connection."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (process,) = cursor.fetchone()
        # Nanoseconds on a processor; /proc/.../stat counts in hundredths of a second.
        self._server = Path(f"/proc/{process}/schedstat")
        self.spent: dict[str, Spent] = {}

    @contextmanager
    def spends(self, name: str) -> Iterator[None]:
        """Add what the block spends to the name's."""
        python, server = time.process_time(), self._server_seconds()
        yield
        more = Spent(time.process_time() - python, self._server_seconds() - server)
        self.spent[name] = self.spent.get(name, Spent()) + more

    def _server_seconds(self) -> float:
        return int(self._server.read_text().split()[0]) / 1e9
