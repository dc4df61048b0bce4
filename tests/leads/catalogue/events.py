"""Stored events for tests of the catalogue."""

import itertools
from datetime import UTC, datetime
from typing import Any

from leads.catalogue import count_events
from leads.models import Event, EventType, Lead, Source

AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
_messages = itertools.count()


def store(
    source: Source,
    lead: Lead,
    name: str = "Teammate Invited",
    *,
    received_at: datetime = AT,
    occurred_at: datetime | None = None,
    kind: str = "track",
    times: int = 1,
    **properties: Any,
) -> list[Event]:
    """Events as ingest leaves them."""
    return Event.objects.bulk_create(
        Event(
            received_at=received_at,
            occurred_at=occurred_at or received_at,
            source=source,
            lead=lead,
            kind=kind,
            name=name,
            message_id=f"m{next(_messages)}",
            properties=properties,
        )
        for _ in range(times)
    )


def count_all(at: datetime = AT) -> int:
    """Count until there is nothing left."""
    return count_events(at=at, seconds=60)


def totals() -> dict[str, int]:
    return dict(EventType.objects.values_list("name", "total"))
