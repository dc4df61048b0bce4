"""Bulk events -> hits, through the very mapping that live events go through."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integrations.datasets.load import Load
from integrations.datasets.rows import EventRow
from leads.ingest.tables import load_mapping_table
from leads.mapping import MappingTable

HitRow = tuple[int, int, datetime, int, float | None, int | None, int | None]
HIT_COLUMNS = (
    "lead_id",
    "signal_id",
    "occurred_at",
    "event_id",
    "number",
    "value_key",
    "session_key",
)


@dataclass(frozen=True, slots=True)
class HitMaker:
    """Knows the mappings as they are now; says which hits an event is."""

    table: MappingTable
    source_id: int

    @classmethod
    def for_load(cls, load: Load) -> "HitMaker":
        """Read the mappings once for the whole load."""
        return cls(load_mapping_table(), load.source.pk)

    def of(self, event_id: int, lead_id: int, row: EventRow) -> Iterator[HitRow]:
        """Yield the event's hits as rows of ``HIT_COLUMNS``."""
        facts = self.table.hits(
            row.kind, row.name, row.properties, source_id=self.source_id, session=row.session
        )
        for fact in facts:
            yield (
                lead_id,
                fact.signal_id,
                row.occurred_at,
                event_id,
                fact.number,
                fact.value_key,
                fact.session_key,
            )
