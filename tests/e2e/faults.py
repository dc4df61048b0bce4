"""Ways to hit processes at the worst moment: in the middle of a transaction."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from tests.e2e.stack import Stack

WRITER_S = 30.0


@contextlib.contextmanager
def held(stack: Stack, table: str, then: Callable[[], object] | None = None) -> Iterator[None]:
    """Let nobody write to a table, until somebody waits in the middle of a transaction.

    Rows can be read and locked meanwhile. ``then`` causes the writing once the table is held.
    """
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection:
        connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE".encode())
        if then is not None:
            then()
        waiting = (
            f"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"
        )
        stack.wait_for(lambda: stack.query(waiting) != [(0,)], WRITER_S, f"a writer of {table}")
        yield


def kill_children(stack: Stack, name: str) -> None:
    """Kill whoever works for a process, as soon as there is somebody."""
    stack.wait_for(lambda: bool(_children(stack, name)), WRITER_S, f"a child of the {name}")
    for pid in _children(stack, name):
        os.kill(pid, signal.SIGKILL)


def _children(stack: Stack, name: str) -> list[int]:
    parent = stack.pids().get(name)
    if parent is None:
        return []
    words = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [int(word) for word in words]
