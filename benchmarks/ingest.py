"""How fast events come in over HTTP, against a bare COPY of the same rows into the same table.

    python -m benchmarks.ingest [--seconds 20]

The driver, the web workers, the scoring worker and PostgreSQL share the machine.
"""

import argparse
import itertools
import os
import signal
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

import psycopg

from benchmarks.messages import filled, singles, templates
from benchmarks.results import Row, keep, spread_ms
from tests.e2e.client import Client, basic
from tests.e2e.stack import Stack
from tests.e2e.workspace import make_workspace

BATCH = 100
CONNECTIONS = 6
GOAL = 0.25
COLUMNS = (
    "received_at, occurred_at, source_id, lead_id, kind, name, message_id, session,"
    " properties, context"
)


class Driver:
    """Persistent connections that send bodies one after another until time is up."""

    def __init__(self, url: str, write_key: str, path: str, bodies: Sequence[bytes]) -> None:
        self.url, self.headers, self.path, self.bodies = url, basic(write_key), path, bodies
        self.seconds: list[float] = []
        self._numbers = itertools.count()
        self._until = 0.0

    def run(self, seconds: float, name: str) -> float:
        """Send for ``seconds``; return requests a second."""
        self.seconds.clear()
        self._until = time.monotonic() + seconds
        threads = [
            threading.Thread(target=self._send, args=(f"{name}-{n}",)) for n in range(CONNECTIONS)
        ]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return len(self.seconds) / (time.monotonic() - started)

    def _send(self, name: str) -> None:
        with Client(self.url, self.headers, timeout=60) as client:
            while time.monotonic() < self._until:
                number = next(self._numbers)
                body = filled(self.bodies[number % len(self.bodies)], f"{name}-{number}")
                started = time.monotonic()
                answer = client.post(self.path, body)
                self.seconds.append(time.monotonic() - started)
                assert answer.status == 200, answer.body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    seconds = parser.parse_args().seconds
    with Stack() as stack:
        write_key = make_workspace(stack).write_key
        batches = Driver(stack.url, write_key, "/v1/batch", templates(BATCH))
        alone = Driver(stack.url, write_key, "/v1/track", singles())
        batches.run(3, "warm")  # makes the leads
        scoring = BATCH * batches.run(seconds, "scoring")
        scoring_spread = spread_ms(batches.seconds)
        single_rate = alone.run(seconds / 2, "single")
        _settle(stack)
        with _paused(stack, ("worker", "beat")):
            rate = BATCH * batches.run(seconds, "ingest")
            spread = spread_ms(batches.seconds)
            rows = _stored(stack)
            copied = max(_copy(stack, rows, per_commit=len(rows)) for _ in range(2))
            committed = _copy(stack, rows[: len(rows) // 4], per_commit=BATCH)
    ratio = rate / copied
    keep(
        "ingest",
        "Ingest",
        [
            Row("Bare COPY of the same rows, one stream", f"{copied:,.0f} events/s"),
            Row(f"Bare COPY, committed every {BATCH} rows", f"{committed:,.0f} events/s"),
            Row(f"Batches of {BATCH} over HTTP", f"{rate:,.0f} events/s"),
            Row("- of the bare COPY", f"{ratio:.2f}", f">= {GOAL}", ratio >= GOAL),
            Row(f"- of the COPY committed every {BATCH} rows", f"{rate / committed:.2f}"),
            Row("- per batch, p50 / p95 / p99", spread),
            Row(f"Batches of {BATCH} with scoring at the same time", f"{scoring:,.0f} events/s"),
            Row("- per batch, p50 / p95 / p99", scoring_spread),
            Row("Single events, with scoring at the same time", f"{single_rate:,.0f} events/s"),
            Row("- per event, p50 / p95 / p99", spread_ms(alone.seconds)),
        ],
        notes=[
            f"2 web workers, {CONNECTIONS} connections of one driver on the same machine; every "
            "200 is a commit on disk. An event over HTTP is also parsed, checked, claimed once, "
            "resolved to a lead, mapped to hits and marked for scoring; COPY only stores it.",
        ],
    )


class _paused:  # noqa: N801  reads as what it does
    """Stop processes without ending them."""

    def __init__(self, stack: Stack, names: Sequence[str]) -> None:
        parents = [stack.pids()[name] for name in names]
        self.pids = parents + [child for parent in parents for child in children(parent)]

    def __enter__(self) -> None:
        for pid in self.pids:
            os.kill(pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def children(pid: int) -> list[int]:
    """The child processes of a process."""
    with open(f"/proc/{pid}/task/{pid}/children") as listed:  # noqa: PTH123  a kernel file
        return [int(word) for word in listed.read().split()]


def _settle(stack: Stack) -> None:
    stack.wait_for(
        lambda: stack.query("SELECT count(*) FROM leads_leadchange") == [(0,)], 120, "scoring"
    )


def _stored(stack: Stack) -> list[tuple[object, ...]]:
    """Up to 200,000 of the rows the server has just stored, as a client would send them."""
    return stack.query(
        "SELECT received_at, occurred_at, source_id, lead_id, kind, name, message_id, session,"
        " properties::text, context::text FROM leads_event ORDER BY id DESC LIMIT 200000"
    )


def _copy(stack: Stack, rows: Sequence[tuple[object, ...]], *, per_commit: int) -> float:
    """COPY the rows into the event table; return rows a second, commits included."""
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        started = time.monotonic()
        for first in range(0, len(rows), per_commit):
            with cursor.copy(f"COPY leads_event ({COLUMNS}) FROM STDIN".encode()) as copy:
                for row in rows[first : first + per_commit]:
                    copy.write_row(row)
            connection.commit()
        return len(rows) / (time.monotonic() - started)


if __name__ == "__main__":
    main()
