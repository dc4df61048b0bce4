"""Changes to signals and their mappings: checked, and kept in the audit log with the change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.text import slugify

from leads.audit import differences, record
from leads.merging import mark_changed
from leads.models import Product, Signal, SignalMapping, Source

LONGEST_KEY = 60

Document = dict[str, Any]


def document_of(signal: Signal) -> Document:
    """A signal with its mappings as a plain document, for the audit log."""
    mappings = SignalMapping.objects.filter(signal=signal).select_related("source")
    return {
        "name": signal.name,
        "description": signal.description,
        "is_activity": signal.is_activity,
        "mappings": [_mapping_document(mapping) for mapping in mappings.order_by("position", "pk")],
    }


def _mapping_document(mapping: SignalMapping) -> Document:
    return {
        "key": str(mapping.pk),
        "kind": mapping.kind,
        "event": mapping.event_name,
        "source": mapping.source.name if mapping.source else None,
        "conditions": mapping.conditions,
        "value": mapping.value_property,
        "session": mapping.session_property,
        "position": mapping.position,
    }


def record_edit(
    signal: Signal, before: Document | None, *, by: AbstractBaseUser | None, at: datetime
) -> bool:
    """Keep what became different of a signal since ``before`` (None: it is new). False: nothing."""
    now = document_of(signal)
    if before is None:
        record("created", about=signal, by=by, at=at, changes=[("", None, now)])
        return True
    changes = list(differences(before, now))
    if changes:
        record("edited", about=signal, by=by, at=at, changes=changes)
    return bool(changes)


@transaction.atomic
def create_signal(
    *,
    product: Product,
    name: str,
    at: datetime,
    by: AbstractBaseUser | None = None,
    is_activity: bool = True,
) -> Signal:
    """Add a signal to a product; its key is made of the name."""
    signal = Signal.objects.create(
        product=product, key=_free_key(product, name), name=name, is_activity=is_activity
    )
    record_edit(signal, None, by=by, at=at)
    return signal


def _free_key(product: Product, name: str) -> str:
    stem = slugify(name).replace("-", "_")[: LONGEST_KEY - 4] or "signal"
    taken = set(Signal.objects.filter(product=product).values_list("key", flat=True))
    keys = (stem if n == 1 else f"{stem}_{n}" for n in range(1, len(taken) + 2))
    return next(key for key in keys if key not in taken)


@transaction.atomic
def add_mapping(
    *,
    signal: Signal,
    kind: str,
    event_name: str,
    at: datetime,
    by: AbstractBaseUser | None = None,
    source: Source | None = None,
    conditions: Sequence[Document] = (),
    value_property: str = "",
    session_property: str = "",
) -> SignalMapping:
    """Count such events as hits of a signal from now on (:mod:`leads.remapping` for past ones).

    Raises:
        django.core.exceptions.ValidationError: the parts make no mapping.
    """
    signal = Signal.objects.select_for_update().get(pk=signal.pk)
    before = document_of(signal)
    mapping = SignalMapping(
        signal=signal,
        kind=kind,
        event_name=event_name,
        source=source,
        conditions=list(conditions),
        value_property=value_property,
        session_property=session_property,
        position=len(before["mappings"]),
    )
    mapping.full_clean()
    mapping.save()
    record_edit(signal, before, by=by, at=at)
    return mapping


@transaction.atomic
def delete_mapping(mapping: SignalMapping, *, at: datetime, by: AbstractBaseUser | None) -> None:
    """Take a mapping away. The hits it made stay until past events are mapped anew."""
    signal = Signal.objects.select_for_update().get(pk=mapping.signal_id)
    before = document_of(signal)
    mapping.delete()
    record_edit(signal, before, by=by, at=at)


@transaction.atomic
def delete_signal(signal: Signal, *, at: datetime, by: AbstractBaseUser | None) -> None:
    """Delete a signal with its hits; the leads that had some are scored anew."""
    record("deleted", about=signal, by=by, at=at, changes=[("", document_of(signal), None)])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM leads_hit WHERE signal_id = %s RETURNING lead_id", [signal.pk])
        mark_changed(sorted({lead_id for (lead_id,) in cursor.fetchall()}), at)
    signal.delete()
