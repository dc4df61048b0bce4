"""Who names a signal: the versions that could not be scored without it."""

from collections.abc import Iterator, Mapping
from typing import Any

from leads.models import Signal
from rubrics.models import RubricVersion
from rubrics.rows import document_of

NAMING = ("signals", "steps", "activity_signals")
"""The fields of a document, at any depth, that list keys of signals."""


def versions_naming(signal: Signal) -> list[RubricVersion]:
    """Versions of the signal's product that name it, whatever their state, newest first.

    Retired ones too: one may go back to them, and scores of the past are explained by them.
    """
    versions = RubricVersion.objects.filter(rubric__product=signal.product_id)
    return [
        version
        for version in versions.select_related("rubric").order_by("-pk")
        if signal.key in set(_named(document_of(version)))
    ]


def _named(part: Any) -> Iterator[str]:
    """Every key of a signal in a document. Read as it stands: a draft may not parse yet."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            is_list = name in NAMING and isinstance(value, list)
            yield from _texts(value) if is_list else _named(value)
    elif isinstance(part, list):
        for one in part:
            yield from _named(one)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
