"""A version's lists, groups and bands: rows as sections of a document, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

from rubrics.models import Band, CriterionGroup, RubricList, RubricVersion

Document = Mapping[str, Any]


def part_documents(version: RubricVersion) -> dict[str, Any]:
    """Lists; groups and bands, where there are any."""
    return parts_document(version.lists.all(), version.groups.all(), version.bands.all())


def parts_document(
    lists: Iterable[RubricList], groups: Iterable[CriterionGroup], bands: Iterable[Band]
) -> dict[str, Any]:
    """The same of rows that need no version."""
    sections: dict[str, Any] = {
        "lists": {row.key: list(row.values) for row in lists},
        "groups": {group.key: _group_document(group) for group in groups},
        "bands": [
            {"at_least": band.at_least, "name": band.name, "meaning": band.meaning}
            for band in bands
        ],
    }
    return {name: part for name, part in sections.items() if part or name == "lists"}


def _group_document(group: CriterionGroup) -> dict[str, Any]:
    limits = {"max": group.most, "min": group.least}
    return {"name": group.name, **{k: v for k, v in limits.items() if v is not None}}


def list_rows(document: Document) -> list[RubricList]:
    """A checked document's lists as unsaved rows."""
    lists = document.get("lists") or {}
    return [RubricList(key=key, values=list(values)) for key, values in lists.items()]


def group_rows(document: Document) -> list[CriterionGroup]:
    """A checked document's groups as unsaved rows, in its order."""
    return [
        CriterionGroup(
            key=key,
            position=position,
            name=group.get("name") or "",
            most=group.get("max"),
            least=group.get("min"),
        )
        for position, (key, group) in enumerate((document.get("groups") or {}).items())
    ]


def band_rows(document: Document) -> list[Band]:
    """A checked document's bands as unsaved rows."""
    return [
        Band(at_least=band["at_least"], name=band["name"], meaning=band.get("meaning") or "")
        for band in document.get("bands") or ()
    ]
