"""A version as a file: its document with the events its signals are made of."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import reverse

from leads.models import Signal, SignalMapping
from rubrics.files.text import rubric_text
from rubrics.models import RubricVersion
from rubrics.rows import document_of, whole_document


def version_document(version: RubricVersion) -> dict[str, Any]:
    """The version as a document that means the same elsewhere: it carries the events mapped to
    its signals, as they are now.

    Raises:
        SpecError: a draft that is no whole rubric yet.
    """
    document = document_of(version)
    signals = Signal.objects.filter(product_id=version.rubric.product_id)
    declared = {
        signal.key: signal_document(signal, signal.mappings.all())
        for signal in signals.prefetch_related("mappings__source")
    }
    return whole_document({**document, "signals": declared})


def version_text(version: RubricVersion) -> str:
    """The canonical text of a version.

    Raises:
        SpecError: a draft that is no whole rubric yet.
    """
    return rubric_text(version_document(version), schema_url=schema_url())


def schema_url() -> str:
    """Where this installation serves the JSON Schema."""
    return f"{settings.PUBLIC_URL}{reverse('api:rubric-schema')}"


def signal_document(signal: Signal, mappings: Iterable[SignalMapping]) -> dict[str, Any]:
    """A signal as an entry of ``signals``."""
    entry: dict[str, Any] = {"name": signal.name}
    if signal.description:  # a file leaves an empty one out: both read the same
        entry["description"] = signal.description
    if events := [_event(mapping) for mapping in mappings]:
        entry["events"] = events
    return entry


def _event(mapping: SignalMapping) -> dict[str, Any]:
    told = {
        "kind": mapping.kind if mapping.kind != "track" else "",
        "event": mapping.event_name,
        "source": mapping.source.name if mapping.source else "",
        "where": mapping.conditions,
        "value": mapping.value_property,
        "session": mapping.session_property,
    }
    return {name: value for name, value in told.items() if value}
