"""A version's rows as a document, and a document as rows: the way loses nothing."""

from typing import Any

from leads.models import Signal
from rubrics.models import RubricVersion
from rubrics.rows.criteria import criterion_document, criterion_row, criterion_rows
from rubrics.rows.parts import band_rows, group_rows, list_rows, part_documents
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
