"""The signals that a document declares, as rows of a product."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from leads.models import Product, Signal, SignalMapping, Source
from rubrics.measures import SpecError


@transaction.atomic
def ensure_signals(document: Mapping[str, Any], *, product: Product) -> None:
    """Create the signals a document declares and the mappings of those it creates.

    Raises:
        SpecError: a mapping names a source that there is not.
    """
    for key, spec in (document.get("signals") or {}).items():
        signal, created = Signal.objects.get_or_create(
            product=product,
            key=key,
            defaults={
                "name": str(spec.get("name") or key.replace("_", " ").capitalize())[:120],
                "description": str(spec.get("description") or "")[:300],
                "is_activity": spec.get("activity", True),
            },
        )
        if created:
            SignalMapping.objects.bulk_create(
                SignalMapping(
                    signal=signal,
                    source_id=_source_id(event, f"signals.{key}.events[{position}].source"),
                    kind=event.get("kind", "track"),
                    event_name=str(event.get("event") or ""),
                    conditions=list(event.get("where") or ()),
                    value_property=str(event.get("value") or ""),
                    session_property=str(event.get("session") or ""),
                    position=position,
                )
                for position, event in enumerate(spec.get("events") or (), 1)
            )


def _source_id(event: Mapping[str, Any], where: str) -> int | None:
    name = event.get("source")
    if not name:
        return None
    found: int | None = Source.objects.filter(name=name).values_list("pk", flat=True).first()
    if found is None:
        raise SpecError(where, f"there is no source {name!r} here; leave it out for any source")
    return found
