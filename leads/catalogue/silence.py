"""Who has gone silent: nothing for longer than usual, judged by its own rhythm."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from leads.models import CatalogueState, EventType, Source

FEWEST = 5
"""Hours, or days, with events from which on there is a rhythm to speak of."""
TIMES = 2
"""Silent after so many times the longest pause before."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

# Of sources by the hour over a week, for as long are hours kept; of types by the day over 60 days.
_BY_HOUR = """
SELECT source_id, max(last), count(*), max(start - before) FROM (
  SELECT source_id, last, start, lag(start) OVER (PARTITION BY source_id ORDER BY start) AS before
  FROM (
    SELECT DISTINCT t.source_id, s.last, v.start FROM leads_eventtype t
    JOIN (SELECT source_id, max(last_received_at) AS last FROM leads_eventtype GROUP BY source_id) s
      USING (source_id)
    JOIN leads_eventvolume v ON v.type_id = t.id AND v.span = %s AND v.start > s.last - %s
  ) AS hours
) AS pauses GROUP BY source_id
"""
_BY_DAY = """
SELECT type_id, max(last), count(*), max(start - before) FROM (
  SELECT v.type_id, t.last_received_at AS last, v.start,
    lag(v.start) OVER (PARTITION BY v.type_id ORDER BY v.start) AS before
  FROM leads_eventtype t JOIN leads_eventvolume v ON v.type_id = t.id AND v.span = 'day'
    AND v.start > t.last_received_at - %(window)s
  WHERE %(ids)s::bigint[] IS NULL OR t.id = ANY(%(ids)s)
) AS pauses GROUP BY type_id
"""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When something was last received, and what was its longest pause before that."""

    last_at: datetime
    active: int
    longest_pause: timedelta | None
    step: timedelta

    @property
    def patience(self) -> timedelta | None:
        """How long a pause may be before it is silence; None if there is no rhythm yet."""
        if self.active < FEWEST or self.longest_pause is None:
            return None
        return TIMES * max(self.longest_pause, self.step)

    def is_silent(self, at: datetime) -> bool:
        """Whether nothing came for longer than usual."""
        patience = self.patience
        return patience is not None and at - self.last_at > patience


@dataclass(frozen=True, slots=True)
class SilentSource:
    """An active source that stopped sending."""

    source: Source
    last_at: datetime
    usual: timedelta

    @property
    def usual_words(self) -> str:
        """``17 hours``, ``3 days``: the longest pause it had made."""
        unit, word = (DAY, "day") if self.usual >= 2 * DAY else (HOUR, "hour")
        count = max(round(self.usual / unit), 1)
        return f"1 {word}" if count == 1 else f"{count} {word}s"


def type_rhythms(type_ids: Iterable[int] | None = None) -> dict[int, Rhythm]:
    """The rhythm of event types by id; of all of them without ``type_ids``."""
    values: dict[str, Any] = {"ids": None if type_ids is None else list(type_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, values | {"window": 60 * DAY})
        rows = cursor.fetchall()
    return {
        type_id: Rhythm(last_at, active, pause, DAY) for type_id, last_at, active, pause in rows
    }


def silent_types(at: datetime) -> list[int]:
    """The event types that have gone silent."""
    return [type_id for type_id, rhythm in type_rhythms().items() if rhythm.is_silent(at)]


def silent_sources(at: datetime) -> list[SilentSource]:
    """The active sources that have gone silent, the longest silent first."""
    rhythms: dict[int, Rhythm] = {}
    looks: tuple[tuple[Any, ...], ...] = (("day", DAY, 60 * DAY), ("hour", HOUR, 7 * DAY))
    with connection.cursor() as cursor:
        for span, step, window in looks:
            cursor.execute(_BY_HOUR, [span, window])
            for source_id, last_at, active, pause in cursor.fetchall():
                rhythm = Rhythm(last_at, active, pause, step)
                if rhythm.patience is not None:
                    rhythms[source_id] = rhythm
    silent = {pk: rhythm for pk, rhythm in rhythms.items() if rhythm.is_silent(at)}
    found = [
        SilentSource(source, silent[source.pk].last_at, silent[source.pk].longest_pause or DAY)
        for source in Source.objects.filter(pk__in=silent, is_active=True)
    ]
    return sorted(found, key=lambda one: one.last_at)


def counted_at() -> datetime | None:
    """The moment up to which everything stored is counted. Silence is judged as of then: where
    counting is behind, sources are not to blame."""
    return CatalogueState.objects.values_list("counted_at", flat=True).first()


def never_seen(names: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of these (kind, name) that no source ever sent."""
    wanted = set(names)
    seen = EventType.objects.filter(name__in={name for _, name in wanted})
    return wanted - set(seen.values_list("kind", "name"))
