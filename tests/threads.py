"""Transactions of others that last while a test goes on."""

import threading
from collections.abc import Callable

from django.db import connections, transaction

PATIENCE_S = 20


class SlowWriter:
    """Writes in a transaction of its own, which stays open until :meth:`commit`."""

    def __init__(self, write: Callable[[], object]) -> None:
        self._write = write
        self._written, self._may_end = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def begin(self) -> None:
        """Have it write, unless it did already; back once that is done."""
        if not self._written.is_set():
            self._thread.start()
            assert self._written.wait(PATIENCE_S)

    def commit(self) -> None:
        """Back once what it wrote can be seen by everybody."""
        self._may_end.set()
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        with transaction.atomic():
            self._write()
            self._written.set()
            self._may_end.wait(PATIENCE_S)
        connections.close_all()
