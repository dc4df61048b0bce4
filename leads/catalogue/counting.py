"""Count stored events into the catalogue, each exactly once, some thousand at a time.

Ingest has no part in it. Events are counted by ranges of ids that are complete (leads/fences.py);
a range and how far the count is are committed together, so that it can be killed anywhere. Events
are immutable, and none appears in a range that was complete: adding up is exact here, and it keeps
the counts of events that retention drops (docs/adr/0012).
"""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import orjson
from django.db import connection, transaction

from leads.fences import is_behind, newest_event_id, raise_fence
from leads.models import CatalogueState, EventVolume
from leads.models.catalogue import Span

BLOCK = 10_000
"""Events counted in one transaction: a few tenths of a second."""
SAMPLE = 300
"""Event ids kept of each type and day."""
MOST_PROPERTIES = 200
"""Property names kept of each type. More than that are no names but data."""
HOURS_KEPT = timedelta(days=9)
SAMPLES_KEPT = timedelta(days=60)
LATE = timedelta(days=1)

# The sample of a day are the events with the lowest hashes: it does not depend on the order in
# which they are counted, and samples of parts make the sample of the whole.
FOLD = """
WITH event AS MATERIALIZED (
  SELECT id, source_id, kind, name, occurred_at, received_at,
    date_trunc('day', received_at, 'UTC') AS day,
    occurred_at < received_at - %(late)s AS is_late,
    occurred_at > received_at AS is_ahead
  FROM leads_event WHERE id > %(after)s AND id <= %(upto)s
), type AS (
  INSERT INTO leads_eventtype AS t (source_id, kind, name, total, first_at, last_at,
    first_received_at, last_received_at, properties)
  SELECT source_id, kind, name, count(*), min(occurred_at), max(occurred_at), min(received_at),
    max(received_at), '{}'
  FROM event GROUP BY source_id, kind, name ORDER BY source_id, kind, name
  ON CONFLICT (source_id, kind, name) DO UPDATE SET
    total = t.total + EXCLUDED.total,
    first_at = least(t.first_at, EXCLUDED.first_at),
    last_at = greatest(t.last_at, EXCLUDED.last_at),
    first_received_at = least(t.first_received_at, EXCLUDED.first_received_at),
    last_received_at = greatest(t.last_received_at, EXCLUDED.last_received_at)
  RETURNING id, source_id, kind, name
), placed AS MATERIALIZED (
  SELECT type.id AS type_id, event.id, received_at, day, is_late, is_ahead,
    row_number() OVER (PARTITION BY type.id, day ORDER BY hashint8(event.id), event.id) AS place
  FROM event JOIN type USING (source_id, kind, name)
), hours AS (
  INSERT INTO leads_eventvolume AS v (type_id, span, start, count, late, ahead, sample)
  SELECT type_id, 'hour', date_trunc('hour', received_at, 'UTC'), count(*),
    count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_ahead), '{}'
  FROM placed WHERE received_at >= %(hours_since)s GROUP BY 1, 2, 3
  ON CONFLICT (type_id, span, start) DO UPDATE SET count = v.count + EXCLUDED.count,
    late = v.late + EXCLUDED.late, ahead = v.ahead + EXCLUDED.ahead
), days AS (
  INSERT INTO leads_eventvolume AS v (type_id, span, start, count, late, ahead, sample)
  SELECT type_id, 'day', day, count(*),
    count(*) FILTER (WHERE is_late), count(*) FILTER (WHERE is_ahead),
    array_agg(id ORDER BY place) FILTER (WHERE place <= %(sample)s)
  FROM placed GROUP BY 1, 2, 3
  ON CONFLICT (type_id, span, start) DO UPDATE SET count = v.count + EXCLUDED.count,
    late = v.late + EXCLUDED.late, ahead = v.ahead + EXCLUDED.ahead,
    sample = ARRAY(SELECT id FROM unnest(v.sample || EXCLUDED.sample) AS id
      ORDER BY hashint8(id), id LIMIT %(sample)s)
)
SELECT type_id, array_agg(id) FILTER (WHERE place <= %(looked_at)s), count(*)
FROM placed GROUP BY type_id
"""
LOOKED_AT = 50
"""Events of each type and day of a block whose property names are read."""

NAMES = """
WITH looked_at AS (
  SELECT type_id, properties
  FROM json_to_recordset(%(looked_at)s::json) AS l(type_id bigint, ids bigint[])
  CROSS JOIN unnest(l.ids) AS event_id
  JOIN leads_event e ON e.id = event_id AND e.id > %(after)s AND e.id <= %(upto)s
), found AS (
  SELECT type_id, top.key AS name, top.value FROM looked_at CROSS JOIN jsonb_each(properties) AS top
), named AS (
  SELECT type_id, name FROM found
  UNION
  SELECT type_id, found.name || '.' || inside.key
  FROM found CROSS JOIN jsonb_each(
    CASE WHEN jsonb_typeof(found.value) = 'object' THEN found.value ELSE '{}' END) AS inside
), fresh AS (
  SELECT type_id, array_agg(named.name) AS names FROM named
  JOIN leads_eventtype t ON t.id = type_id
  WHERE length(named.name) <= 200 AND named.name NOT LIKE '%%@%%'
    AND NOT named.name = ANY(t.properties)
  GROUP BY type_id
)
UPDATE leads_eventtype t SET properties = ARRAY(
  SELECT name FROM unnest((t.properties || fresh.names)[:%(most)s]) AS name ORDER BY name)
FROM fresh WHERE t.id = fresh.type_id AND cardinality(t.properties) < %(most)s
"""


def count_events(*, at: datetime, seconds: float = 0) -> int:
    """Count what is new for about so long, one block at least; return how many events it was.

    Harmless beside itself: a second one finds the count taken, and returns.
    """
    began = monotonic()
    counted = 0
    while True:
        block = _count_block(at)
        if block is None:
            return counted
        counted += block
        if monotonic() - began >= seconds:
            return counted


@transaction.atomic
def _count_block(at: datetime) -> int | None:
    """Count the next block; None if nothing can be counted now."""
    # Before anything is written or locked, with which this transaction gets its number, the fence:
    # whoever was given an id by now belongs to a transaction before it.
    newest = newest_event_id()
    CatalogueState.objects.bulk_create([CatalogueState()], ignore_conflicts=True)
    state = CatalogueState.objects.select_for_update(skip_locked=True).first()
    if state is None:
        return None
    if state.counted_id >= state.fence_id:
        state.fence_id, state.fence_xid, state.fence_at = newest, raise_fence(), at
    if not is_behind(state.fence_xid):
        state.save()
        return None
    first = _first_id(state.counted_id, state.fence_id)
    counted = None
    if first is None:
        state.counted_id = max(state.counted_id, state.fence_id)
    else:
        upto = min(first - 1 + BLOCK, state.fence_id)
        counted = _fold(first - 1, upto, at)
        state.counted_id = upto
    if state.counted_id >= state.fence_id:
        state.counted_at = state.fence_at
    state.save()
    return counted


def _first_id(after: int, upto: int) -> int | None:
    """The first event of a range; ids may have gaps of any size."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM leads_event WHERE id > %s AND id <= %s", [after, upto])
        found: int | None = cursor.fetchone()[0]
    return found


def _fold(after: int, upto: int, at: datetime) -> int:
    values: dict[str, Any] = {
        "after": after,
        "upto": upto,
        "late": LATE,
        "hours_since": at - HOURS_KEPT,
        "sample": SAMPLE,
        "looked_at": LOOKED_AT,
        "most": MOST_PROPERTIES,
    }
    with connection.cursor() as cursor:
        cursor.execute(FOLD, values)
        found = cursor.fetchall()
        looked_at = [{"type_id": type_id, "ids": ids} for type_id, ids, _ in found]
        cursor.execute(NAMES, {**values, "looked_at": orjson.dumps(looked_at).decode()})
    return sum(count for *_, count in found)


def trim_catalogue(*, at: datetime) -> None:
    """Forget the hours, and the samples of days, that nobody asks for any more."""
    EventVolume.objects.filter(span=Span.HOUR, start__lt=at - HOURS_KEPT).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_eventvolume v SET sample = '{}' FROM leads_eventtype t"
            " WHERE t.id = v.type_id AND v.span = 'day' AND v.sample <> '{}'"
            " AND v.start < t.last_received_at - %s::interval",
            [str(SAMPLES_KEPT)],
        )
