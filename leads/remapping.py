"""Signal mappings changed: work out anew which stored events are hits of the signals."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from django.db import connection, transaction

from leads.ingest.tables import load_mapping_table
from leads.ingest.times import OLDEST
from leads.mapping import MappingTable
from leads.merging import mark_changed

CHUNK = 5_000

EVENTS = """
SELECT id, lead_id, source_id, kind, name, session, occurred_at, properties::text
FROM leads_event WHERE id > %s AND received_at >= %s ORDER BY id LIMIT %s
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


def remap_signals(*, signal_ids: Iterable[int], at: datetime, since: datetime = OLDEST) -> int:
    """Map events received from ``since`` on to these signals anew; return how many leads changed.

    Worked in chunks by event id, each in its own transaction: harmless twice, or if it stops half
    way. Hits of events that retention has dropped, or that are older, stay as they are.
    """
    ids = sorted(signal_ids)
    table = load_mapping_table(ids)
    changed: set[int] = set()
    after: int | None = 0
    while after is not None:
        after, leads = _remap_chunk(ids, table, after=after, since=since, at=at)
        changed |= leads
    return len(changed)


@transaction.atomic
def _remap_chunk(
    signal_ids: list[int], table: MappingTable, *, after: int, since: datetime, at: datetime
) -> tuple[int | None, set[int]]:
    events = _read_locked(after, since)
    if not events:
        return None, set()
    known = _known_hits([event[0] for event in events], signal_ids)
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
    added = [key for key, hit in wanted.items() if known.get(key) != hit]
    changed = {lead_of[event_id] for event_id, _ in (*gone, *added)}
    with connection.cursor() as cursor:
        if gone:
            pairs = [{"event": event, "signal": signal} for event, signal in gone]
            cursor.execute(REMOVE, [orjson.dumps(pairs).decode()])
        if added:
            cursor.execute(ADD, [orjson.dumps([rows[key] for key in added]).decode()])
    mark_changed(sorted(changed), at)
    return events[-1][0], changed


def _read_locked(after: int, since: datetime) -> list[tuple[Any, ...]]:
    """Read a chunk of events; their leads are locked against merging."""
    locked: set[int] = set()
    with connection.cursor() as cursor:
        while True:
            cursor.execute(EVENTS, [after, since, CHUNK])
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
