"""Stored events of the catalogue's samples: what pages show, and what a mapping would match."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
from django.db import connection

from leads.mapping import Mapping, MappingTable
from leads.models import EventType, EventVolume

DAYS = 30
"""The newest days with events that are looked at."""
MOST = 3_000
"""Events that are read at once: about a tenth of a second."""
SHOWN = 5

READ = """
SELECT id, type_day, lead_id, source_id, kind, name, session, occurred_at, properties::text
FROM json_to_recordset(%s::json) AS d(type_day int, ids bigint[])
CROSS JOIN unnest(d.ids) AS wanted
JOIN leads_event ON id = wanted AND received_at >= %s AND received_at < %s
ORDER BY occurred_at DESC, id DESC
"""


class SampledEvent(NamedTuple):
    """A stored event; ``day`` is the place of its day among those asked for."""

    id: int
    day: int
    lead_id: int
    source_id: int
    kind: str
    name: str
    session: str
    occurred_at: datetime
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """Events drawn evenly from each of the newest days with events; the newest event first.

    Of ``received`` events that came from ``since`` until the end of the day ``until``.
    """

    days: Sequence[EventVolume]
    events: Sequence[SampledEvent]

    @property
    def received(self) -> int:
        return sum(day.count for day in self.days)

    @property
    def since(self) -> datetime | None:
        return min((day.start for day in self.days), default=None)

    @property
    def until(self) -> datetime | None:
        return max((day.start for day in self.days), default=None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left out."""
        return len(self.events) == self.received


def read_sample(types: Iterable[EventType], *, most: int = MOST) -> Sample:
    """Read a sample of the newest 30 days on which any of these types was received."""
    ids = [event_type.pk for event_type in types]
    volumes = EventVolume.objects.days(ids)
    newest = list(volumes.values_list("start", flat=True).distinct()[:DAYS])
    if not newest:
        return Sample((), ())
    days = list(volumes.filter(start__in=newest))
    each = max(most // len(days), 1)
    wanted = [{"type_day": n, "ids": day.sample[:each]} for n, day in enumerate(days)]
    with connection.cursor() as cursor:
        cursor.execute(
            READ, [orjson.dumps(wanted).decode(), newest[-1], newest[0] + timedelta(days=1)]
        )
        events = [SampledEvent._make((*row, orjson.loads(text))) for *row, text in cursor]
    return Sample(days, events)


@dataclass(frozen=True, slots=True)
class Matching:
    """What a mapping would make of a sample: how many events of all are hits, and some of each.

    ``events`` is exact where the sample is whole, else an estimate from it; ``leads`` counts those
    seen in the sample.
    """

    sample: Sample
    events: int
    leads: int
    hits: Sequence[SampledEvent]
    misses: Sequence[SampledEvent]


def match(mapping: Mapping, sample: Sample) -> Matching:
    """Ask the very matcher that ingest asks, of every event of the sample."""
    table = MappingTable([mapping])
    met: Counter[int] = Counter()
    read: Counter[int] = Counter()
    leads: set[int] = set()
    hits: list[SampledEvent] = []
    misses: list[SampledEvent] = []
    for event in sample.events:
        read[event.day] += 1
        is_hit = table.hits(
            event.kind,
            event.name,
            event.properties,
            source_id=event.source_id,
            session=event.session,
        )
        if is_hit:
            met[event.day] += 1
            leads.add(event.lead_id)
        kept = hits if is_hit else misses
        if len(kept) < SHOWN:
            kept.append(event)
    estimate = sum(sample.days[day].count * met[day] / read[day] for day in met)
    return Matching(sample, round(estimate), len(leads), hits, misses)
