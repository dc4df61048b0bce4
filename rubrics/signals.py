"""The signals that a document declares, as rows of a product."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from leads.models import Product, Signal, SignalMapping


@transaction.atomic
def ensure_signals(document: Mapping[str, Any], *, product: Product) -> None:
    """Create the signals a document declares and the mappings of those it creates."""
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
                    kind=event.get("kind", "track"),
                    event_name=event.get("event", ""),
                    conditions=event.get("where", []),
                    value_property=event.get("value", ""),
                    session_property=event.get("session", ""),
                    position=position,
                )
                for position, event in enumerate(spec.get("events", ()))
            )
