"""How fast stored events are counted into the catalogue, and whether ingest notices.

    python -m benchmarks.catalogue [--events 600000] [--batches 150]

The events of a bulk load are counted from the first to the last. Then batches of events are taken
in, in turns with the counter at rest and with it counting all the time in a process of its own.
"""

import argparse
import threading
import time
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from benchmarks.database import own_database, workers
from benchmarks.results import Row, keep, percentile

if TYPE_CHECKING:
    from leads.models import Source

NAMES = 200
LEADS = 5_000
BATCH = 100
DAY = timedelta(days=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=600_000)
    parser.add_argument("--batches", type=int, default=150)
    arguments = parser.parse_args()
    with own_database():
        _fill(arguments.events)
        seconds, blocks = _count()
        with workers(1) as pool:
            alone, beside = _take_in(arguments.batches, pool)
    counted = f"Events counted after a bulk load ({arguments.events:,})"
    rate = arguments.events / seconds
    slower = sum(beside) / sum(alone)
    keep(
        "catalogue",
        "Event catalogue",
        [
            Row(counted, f"{rate:,.0f} events/s"),
            Row("- the longest block", f"{max(blocks) * 1000:,.0f} ms"),
            Row("A batch taken in, nobody counting, median", f"{_median_ms(alone):.1f} ms"),
            Row(
                "A batch taken in beside a counter that never rests", f"{_median_ms(beside):.1f} ms"
            ),
            Row("- of the time alone, all batches", f"{slower:.2f}"),
        ],
        notes=[
            f"{NAMES} names over 60 days; batches of {BATCH}. In service the counter is rung every "
            "10 seconds and mostly finds one small block."
        ],
    )


def _fill(events: int) -> None:
    """Stored events as a bulk load leaves them, made by the database itself."""
    from django.db import connection

    from leads.models import Lead, Product, Source
    from leads.partitions import ensure_event_partitions

    now = datetime.now(UTC)
    product = Product.objects.create(key="bench", name="Bench")
    source = Source.objects.create(name="Bench", product=product)
    Lead.objects.bulk_create(Lead(email=f"p{n}@company.example") for n in range(LEADS))
    for days in (60, 30, 0):
        ensure_event_partitions(now - days * DAY)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_event (received_at, occurred_at, source_id, lead_id, kind, name,"
            " message_id, properties)"
            " SELECT at, at, %(source)s, (SELECT min(id) FROM leads_lead) + n %% %(leads)s,"
            " 'track', 'Event ' || n %% %(names)s, 'm' || n,"
            " jsonb_build_object('plan', 'plan ' || n %% 5, 'seats', n %% 50)"
            " FROM (SELECT n, %(start)s + n * %(step)s::interval AS at"
            "  FROM generate_series(1, %(events)s) AS n) AS told",
            {
                "source": source.pk,
                "leads": LEADS,
                "names": NAMES,
                "events": events,
                "start": now - 59 * DAY,
                "step": str(58 * DAY / events),
            },
        )
        cursor.execute("ANALYZE leads_event")


def _count() -> tuple[float, list[float]]:
    """Count them all; return the seconds it took, and those of each block."""
    from leads.catalogue import count_events

    blocks: list[float] = []
    while True:
        started = time.monotonic()
        counted = count_events(at=datetime.now(UTC))
        if not counted:
            return sum(blocks), blocks
        blocks.append(time.monotonic() - started)


def _take_in(batches: int, pool: Executor) -> tuple[list[float], list[float]]:
    """Seconds of each batch taken in: with nobody counting, and beside a counter; in turns."""
    from leads.models import Source

    source = Source.objects.get(name="Bench")
    alone: list[float] = []
    beside: list[float] = []
    for turn in range(6):
        if turn % 2 == 0:
            alone += [_send(source, f"{turn}-{n}") for n in range(batches // 3)]
            continue
        over = threading.Event()
        rings = threading.Thread(target=_ring, args=(pool, over))
        rings.start()
        beside += [_send(source, f"{turn}-{n}") for n in range(batches // 3)]
        over.set()
        rings.join()
    return alone, beside


def _ring(pool: Executor, over: threading.Event) -> None:
    while not over.is_set():
        pool.submit(count_once).result()


def count_once() -> None:
    """One ring of the counter, in a process of its own."""
    from leads.catalogue import count_events

    count_events(at=datetime.now(UTC), seconds=1)


def _send(source: "Source", name: str) -> float:
    from leads.ingest import ingest, read_message

    now = datetime.now(UTC)
    raws = [
        {"type": "track", "event": f"Event {n}", "userId": f"u{n}", "messageId": f"{name}-{n}",
         "properties": {"plan": "pro", "seats": n}}
        for n in range(BATCH)
    ]  # fmt: skip
    started = time.monotonic()
    ingest([read_message(raw, received_at=now) for raw in raws], source=source, received_at=now)
    return time.monotonic() - started


def _median_ms(seconds: list[float]) -> float:
    return percentile(seconds, 0.5) * 1000


if __name__ == "__main__":
    main()
