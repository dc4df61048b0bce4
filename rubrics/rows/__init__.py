"""A version's rows as a document, and a document as rows: the way loses nothing."""

from collections.abc import Mapping
from typing import Any

from leads.models import Signal
from rubrics.documents import activity_signals, parse_document, used_signals
from rubrics.models import RubricVersion
from rubrics.rows.criteria import criterion_document, criterion_row, criterion_rows
from rubrics.rows.parts import band_rows, group_rows, list_rows, part_documents, parts_document
from rubrics.rows.sections import section_documents, version_columns

__all__ = [
    "band_rows",
    "criterion_document",
    "criterion_row",
    "criterion_rows",
    "document_of",
    "group_rows",
    "list_rows",
    "part_documents",
    "section_documents",
    "version_columns",
    "whole_document",
]


def document_of(version: RubricVersion) -> dict[str, Any]:
    """A version's rows as a document: what is exported, compared and compiled.

    Sections that the version goes without are left out.
    """
    criteria = version.criteria.order_by("position", "pk").prefetch_related("tiers")
    signals = {
        key: {"name": name, "activity": key in version.activity_signals}
        for key, name in Signal.objects.filter(product_id=version.rubric.product_id)
        .order_by("key")
        .values_list("key", "name")
    }
    return {
        "format": 1,
        "rubric": version.rubric.key,
        "name": version.rubric.name,
        "description": version.rubric.description,
        "note": version.note,
        "source": version.source,
        **section_documents(version),
        **part_documents(version),
        "signals": signals,
        "activity_signals": list(version.activity_signals),
        "criteria": [criterion_document(criterion) for criterion in criteria],
    }


def whole_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document as a version loaded from it would be told: defaults filled in, one way to write.

    Its signals are those that it uses, with their events. Nothing is read or written.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    parsed = parse_document(document)
    version = RubricVersion(**version_columns(document))
    declared = document.get("signals") or {}
    activity = set(activity_signals(document))
    return {
        "format": 1,
        "rubric": parsed.rubric,
        "name": str(document.get("name") or parsed.rubric),
        "description": str(document.get("description") or ""),
        "note": version.note,
        "source": version.source,
        **section_documents(version),
        **parts_document(list_rows(document), group_rows(document), band_rows(document)),
        "signals": {
            key: {
                **{name: told for name, told in (declared.get(key) or {}).items() if told},
                "activity": key in activity,
            }
            for key in sorted(used_signals(parsed))
        },
        "activity_signals": sorted(activity),
        "criteria": [criterion_document(row, tiers) for row, tiers in criterion_rows(document)],
    }
