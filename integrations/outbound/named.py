"""Destinations as plays name them; offered to routing when the application starts."""

from collections.abc import Iterator

from integrations.models import Destination, DestinationKind, EventType
from routing.plays.destinations import NamedDestination


def destinations_for_plays() -> Iterator[NamedDestination]:
    """All, in the order of their names; one query."""
    for found in Destination.objects.only("key", "name", "kind", "is_on", "events"):
        yield NamedDestination(
            key=found.key,
            name=found.name,
            is_webhook=found.kind == DestinationKind.WEBHOOK,
            is_on=found.is_on,
            takes_plays=found.takes(EventType.PLAY),
        )
