"""Write many events at once: each counts once, and is mapped to hits as live ones are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from integrations.datasets.copying import copy_rows, reserve_ids, to_json
from integrations.datasets.hits import HIT_COLUMNS, HitMaker
from integrations.datasets.load import Load
from integrations.datasets.rows import EventRow
from leads.keys import message_key
from leads.models import Event, Hit

EVENT_COLUMNS = (
    "id",
    "received_at",
    "occurred_at",
    "source_id",
    "lead_id",
    "kind",
    "name",
    "message_id",
    "session",
    "properties",
    "context",
)

# Sorted, so that two loads of one file wait for each other instead of dying in each other's arms.
CLAIM_KEYS = """
INSERT INTO leads_event_key (source_id, key)
SELECT %s, key FROM unnest(%s::uuid[]) AS told (key) ORDER BY key
ON CONFLICT DO NOTHING
RETURNING key
"""


@dataclass(frozen=True, slots=True)
class EventWriter:
    """Writes chunks of events. An event that is kept already, however it came, is passed over."""

    load: Load
    hits: HitMaker

    @transaction.atomic
    def write(self, told: Sequence[tuple[int, EventRow]]) -> int:
        """Write one chunk of (lead id, event); return how many events are new."""
        keyed = {message_key(row.message_id): (lead_id, row) for lead_id, row in told}
        fresh = [keyed[key] for key in self._claim(list(keyed))]
        if not fresh:
            return 0
        # Oldest first, as they would have come one by one.
        fresh.sort(key=lambda pair: pair[1].occurred_at)
        events = list(zip(reserve_ids(Event, len(fresh)), fresh, strict=True))
        copy_rows(Event, EVENT_COLUMNS, (self._event(id_, *pair) for id_, pair in events))
        copy_rows(
            Hit,
            HIT_COLUMNS,
            (hit for id_, (lead_id, row) in events for hit in self.hits.of(id_, lead_id, row)),
        )
        self.load.mark_changed({lead_id for lead_id, _ in fresh})
        return len(fresh)

    def _claim(self, keys: list[UUID]) -> list[UUID]:
        with connection.cursor() as cursor:
            cursor.execute(CLAIM_KEYS, [self.load.source.pk, keys])
            return [key for (key,) in cursor.fetchall()]

    def _event(self, event_id: int, lead_id: int, row: EventRow) -> tuple[Any, ...]:
        return (
            event_id,
            self.load.received_at(row.occurred_at),
            row.occurred_at,
            self.load.source.pk,
            lead_id,
            row.kind,
            row.name,
            row.message_id,
            row.session,
            to_json(row.properties),
            "{}",
        )
