"""How fast events come in over HTTP, against a bare COPY of the same rows into the same tables.

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
from typing import NamedTuple

import psycopg

from benchmarks.messages import filled, singles, templates
from benchmarks.results import Row, keep, spread_ms
from tests.e2e.client import Client, basic
from tests.e2e.stack import Stack
from tests.e2e.workspace import make_workspace

BATCH = 100
CONNECTIONS = 6
GOAL = 0.25


class Table(NamedTuple):
    """What an event leaves in one table: how to read it, and how to copy it in once more."""

    name: str
    columns: str
    select: str


# An event is a row, the key that makes it count once, and the hits it is of. Copied again, keys
# are new ones and hits have event numbers below zero: no row stands in another's way.
TABLES = (
    Table(
        "leads_event",
        "received_at, occurred_at, source_id, lead_id, kind, name, message_id, session,"
        " properties, context",
        "received_at, occurred_at, source_id, lead_id, kind, name, message_id, session,"
        " properties::text, context::text FROM leads_event WHERE id > {first} AND id <= {last}",
    ),
    Table(
        "leads_event_key",
        "source_id, key",
        "source_id, gen_random_uuid() FROM leads_event WHERE id > {first} AND id <= {last}",
    ),
    Table(
        "leads_hit",
        "lead_id, signal_id, occurred_at, event_id, number, value_key, session_key",
        "lead_id, signal_id, occurred_at, -event_id - {copy} * 1000000000000, number, value_key,"
        " session_key FROM leads_hit WHERE event_id > {first} AND event_id <= {last}",
    ),
)
COPIED = 200_000


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
            ((last,),) = stack.query("SELECT max(id) FROM leads_event")
            copied = max(_copy(stack, _stored(stack, last, copy=n)) for n in (1, 2))
            events_alone = max(_copy(stack, _stored(stack, last, copy=3)[:1]) for _ in range(2))
            committed = _copy(stack, _stored(stack, last, copy=4), per_commit=BATCH)
    ratio = rate / copied
    keep(
        "ingest",
        "Ingest",
        [
            Row("Bare COPY of the same rows (event, key, hits)", f"{copied:,.0f} events/s"),
            Row("Bare COPY of the events alone", f"{events_alone:,.0f} events/s"),
            Row(f"Bare COPY, committed every {BATCH} events", f"{committed:,.0f} events/s"),
            Row(f"Batches of {BATCH} over HTTP", f"{rate:,.0f} events/s"),
            Row("- of the bare COPY of the same rows", f"{ratio:.2f}", f">= {GOAL}", ratio >= GOAL),
            Row("- of the bare COPY of the events alone", f"{rate / events_alone:.2f}"),
            Row(f"- of the COPY committed every {BATCH} events", f"{rate / committed:.2f}"),
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


Rows = list[tuple[object, ...]]


def _stored(stack: Stack, last: int, *, copy: int) -> list[Rows]:
    """The rows of the last events the server stored, table by table, as a client would send them.

    ``copy``: the how manieth copy this will be; each has keys and event numbers of its own.
    """
    selects = (table.select.format(first=last - COPIED, last=last, copy=copy) for table in TABLES)
    return [stack.query(f"SELECT {select}") for select in selects]


def _copy(stack: Stack, stored: Sequence[Rows], *, per_commit: int = COPIED) -> float:
    """COPY the rows into their tables once more; return events a second, commits included."""
    events = len(stored[0])
    parts = -(-events // per_commit)
    with psycopg.connect(stack.env["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        started = time.monotonic()
        for part in range(parts):
            for table, rows in zip(TABLES, stored, strict=False):
                size = -(-len(rows) // parts)
                statement = f"COPY {table.name} ({table.columns}) FROM STDIN"
                with cursor.copy(statement.encode()) as copy:
                    for row in rows[part * size : (part + 1) * size]:
                        copy.write_row(row)
            connection.commit()
        return events / (time.monotonic() - started)


if __name__ == "__main__":
    main()
