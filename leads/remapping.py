"""Signal mappings changed: work out anew which stored events are hits of the signals.

A job (leads/jobs.py): chunk by chunk of event ids, each in its own transaction, one job at a time.
Hits of events that retention has dropped stay as they are.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from leads import jobs
from leads.fences import have_ended, newest_event_id, readers_of
from leads.ingest.tables import load_mapping_table
from leads.mapping import MappingTable
from leads.merging import mark_changed
from leads.models import LeadChange, RemapJob

CHUNK = 5_000
PATIENCE = timedelta(seconds=1)
"""A change that waits longer than this for its score goes before remapping."""

# Of the ids of a chunk those that the mappings ask for by name, and those that are hits so far.
EVENTS = """
SELECT id, lead_id, source_id, kind, name, session, occurred_at, properties::text
FROM leads_event AS e
WHERE id > %(after)s AND id <= %(upto)s AND (
  EXISTS (SELECT FROM json_to_recordset(%(asked)s::json) AS a(kind text, name text)
    WHERE a.kind = e.kind AND a.name IN (e.name, ''))
  OR EXISTS (SELECT FROM leads_hit h WHERE h.event_id = e.id AND h.signal_id = ANY(%(signals)s)))
ORDER BY id
"""
HITS = """
SELECT event_id, signal_id, number, value_key, session_key FROM leads_hit
WHERE event_id = ANY(%s) AND signal_id = ANY(%s)
"""
REMOVE = """
DELETE FROM leads_hit h USING json_to_recordset(%s::json) AS g(event bigint, signal bigint)
WHERE h.event_id = g.event AND h.signal_id = g.signal
"""
ADD = """
WITH wanted AS (
  SELECT * FROM json_to_recordset(%s::json) AS w(event bigint, lead bigint, signal bigint,
    product bigint, at timestamptz, number float8, value_key bigint, session_key bigint)
), hit AS (
  INSERT INTO leads_hit (lead_id, signal_id, occurred_at, event_id, number, value_key, session_key)
  SELECT lead, signal, at, event, number, value_key, session_key FROM wanted
  ON CONFLICT (event_id, signal_id) DO UPDATE SET number = EXCLUDED.number,
    value_key = EXCLUDED.value_key, session_key = EXCLUDED.session_key
)
INSERT INTO leads_trial AS t (lead_id, product_id, started_at, start_is_stated)
SELECT lead, product, min(at), false FROM wanted GROUP BY product, lead ORDER BY product, lead
ON CONFLICT (product_id, lead_id) DO UPDATE SET started_at = EXCLUDED.started_at
WHERE NOT t.start_is_stated AND EXCLUDED.started_at < t.started_at
"""

Hit = tuple[float | None, int | None, int | None]
HitKey = tuple[int, int]  # event, signal


def start_remap(
    *, signal_ids: Iterable[int], at: datetime, by: AbstractBaseUser | None = None
) -> RemapJob:
    """Ask for past events to be mapped anew to these signals, by the mappings of then.

    A job that nobody has begun takes them on; call it in the transaction that changed the mappings.
    """
    wanted = set(signal_ids)
    with transaction.atomic():
        waiting = RemapJob.objects.running().filter(waits_for=None, claimed_until=None)
        job = waiting.select_for_update(of=("self",)).first()
        if job is None:
            return RemapJob.objects.create(
                signal_ids=sorted(wanted), started_at=at, asked_by_id=by.pk if by else None
            )
        job.signal_ids = sorted(wanted.union(job.signal_ids))
        job.save(update_fields=["signal_ids"])
        return job


def remap_some(*, at: datetime, seconds: float, gives_way: bool = False) -> bool:
    """Work on the remapping whose turn it is for about so long; False if there was none to do."""
    return jobs.work_on(
        RemapJob.objects.next(),
        _remap_chunk,
        at=at,
        seconds=seconds,
        gives_way=_is_scoring_behind if gives_way else None,
    )


def remap_now(
    job: RemapJob, *, at: datetime, told: Callable[[RemapJob], None] | None = None
) -> RemapJob:
    """Work until ``job`` has ended, beside or instead of the workers; return it as it ended."""
    began = timezone.now()
    while job.is_running:
        if not remap_some(at=at + (timezone.now() - began), seconds=1) or job.upto is None:
            time.sleep(0.1)  # a worker is at it, or old transactions are to end
        job.refresh_from_db()
        if told is not None:
            told(job)
    return job


def _is_scoring_behind(now: datetime) -> bool:
    return LeadChange.objects.waiting_since(now - PATIENCE).exists()


def _remap_chunk(job: RemapJob, at: datetime) -> bool:
    """Go one chunk on; False at the end, while it has to wait, or if the job is ours no more."""
    if job.upto is None:
        return _settle_range(job)
    if job.after >= job.upto:
        jobs.finish(job, at=at)
        return False
    return _remap_range(job, min(job.after + CHUNK, job.upto), at)


def _settle_range(job: RemapJob) -> bool:
    """Find where the events end that may have been mapped as before; False while some may come."""
    if job.waits_for is None:
        job.waits_for = readers_of("leads_signalmapping")
        if not jobs.advance(job, waits_for=job.waits_for):
            return False
    if not have_ended(job.waits_for):
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM leads_event")
        first = cursor.fetchone()[0]
    job.upto = newest_event_id()
    job.after = job.upto if first is None else first - 1
    return jobs.advance(job, after=job.after, upto=job.upto, total=job.upto - job.after)


@transaction.atomic
def _remap_range(job: RemapJob, upto: int, at: datetime) -> bool:
    table = load_mapping_table(job.signal_ids)
    events = _read_locked(job, table, upto)
    known = _known_hits([event[0] for event in events], job.signal_ids)
    wanted: dict[HitKey, Hit] = {}
    rows: dict[HitKey, dict[str, Any]] = {}
    lead_of = {}
    for event_id, lead_id, source_id, kind, name, session, occurred_at, text in events:
        lead_of[event_id] = lead_id
        facts = table.hits(kind, name, orjson.loads(text), source_id=source_id, session=session)
        for hit in facts:
            key = (event_id, hit.signal_id)
            wanted[key] = (hit.number, hit.value_key, hit.session_key)
            rows[key] = {
                "event": event_id,
                "lead": lead_id,
                "signal": hit.signal_id,
                "product": hit.product_id,
                "at": occurred_at,
                "number": hit.number,
                "value_key": hit.value_key,
                "session_key": hit.session_key,
            }
    gone = [key for key in known if key not in wanted]
    written = [key for key, hit in wanted.items() if known.get(key) != hit]
    altered = sum(key in known for key in written)
    moved = jobs.advance(
        job,
        done=upto - job.after,
        after=upto,
        added=F("added") + len(written) - altered,
        removed=F("removed") + len(gone),
        altered=F("altered") + altered,
    )
    if not moved:
        return False
    job.after = upto
    with connection.cursor() as cursor:
        if gone:
            pairs = [{"event": event, "signal": signal} for event, signal in gone]
            cursor.execute(REMOVE, [orjson.dumps(pairs).decode()])
        if written:
            cursor.execute(ADD, [orjson.dumps([rows[key] for key in written]).decode()])
    mark_changed(sorted({lead_of[event_id] for event_id, _ in (*gone, *written)}), at)
    return True


def _read_locked(job: RemapJob, table: MappingTable, upto: int) -> list[tuple[Any, ...]]:
    """Read a chunk of events; their leads are locked against merging."""
    asked = [{"kind": kind, "name": name} for kind, name in table.asks_for()]
    values: dict[str, Any] = {
        "after": job.after,
        "upto": upto,
        "asked": orjson.dumps(asked).decode(),
        "signals": job.signal_ids,
    }
    locked: set[int] = set()
    with connection.cursor() as cursor:
        while True:
            cursor.execute(EVENTS, values)
            events: list[tuple[Any, ...]] = cursor.fetchall()
            leads = {event[1] for event in events}
            if leads <= locked:
                return events
            cursor.execute(
                "SELECT id FROM leads_lead WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
                [sorted(leads)],
            )
            locked |= leads


def _known_hits(event_ids: list[int], signal_ids: list[int]) -> dict[HitKey, Hit]:
    with connection.cursor() as cursor:
        cursor.execute(HITS, [event_ids, signal_ids])
        return {(row[0], row[1]): (row[2], row[3], row[4]) for row in cursor.fetchall()}
