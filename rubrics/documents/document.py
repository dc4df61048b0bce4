"""The document as a whole: its sections in order, and what they have to do with each other."""

from collections.abc import Mapping, Sequence
from typing import Any

from rubrics import checks
from rubrics.documents import sections
from rubrics.documents.columns import Columns
from rubrics.documents.criteria import parse_criterion
from rubrics.documents.signals import check_signals
from rubrics.measures import SpecError
from rubrics.scoring.types import Criterion, Group, Subject, Version

FORMAT = 1
Document = Mapping[str, Any]

TEXT_FIELDS = {"name": 120, "description": 5000, "source": 300, "product_name": 120, "note": 300}
"""The texts about the rubric as a whole, and how long they may be."""
TOP_FIELDS = frozenset(
    {
        "format", "rubric", "name", "description", "source", "product_name", "note", "thresholds",
        "limits", "decay", "lists", "signals", "criteria", "activity_signals", "subject", "segment",
        "combination", "ceiling", "groups", "cross_product", "matrix", "bands",
    }
)  # fmt: skip


def parse_document(document: Document) -> Version:
    """Check a document and compile it.

    Raises:
        SpecError: names the field that is wrong and says how to mend it.
    """
    if not isinstance(document, Mapping):
        raise SpecError("document", "is a mapping with `criteria:`")
    checks.only(document, TOP_FIELDS, "document")
    for name, most in TEXT_FIELDS.items():
        checks.words(document.get(name), name, most)
    given, rubric = document.get("format", FORMAT), document.get("rubric")
    if given is True or given != FORMAT:
        raise SpecError("format", f"this version of the software reads format {FORMAT}")
    lists = {
        checks.key(key, "lists"): checks.texts(values, f"lists.{key}")
        for key, values in checks.mapping(document, "lists").items()
    }
    check_signals(checks.mapping(document, "signals"))
    subject = checks.choice(Subject, document.get("subject", "lead"), "subject")
    columns = Columns(lists, subject)
    criteria = _criteria(document, columns)
    limits = sections.parse_limits(checks.mapping(document, "limits"))
    blend = sections.parse_combination(checks.mapping(document, "combination"), limits)
    return Version(
        rubric="" if rubric in (None, "") else checks.key(rubric, "rubric"),
        criteria=criteria,
        thresholds=sections.parse_thresholds(checks.mapping(document, "thresholds")),
        activity_signals=activity_signals(document),
        max_fit=limits.fit,
        max_behavior=limits.behavior,
        velocity_exceeds_cap=limits.velocity_exceeds_cap,
        lists=lists,
        subject=subject,
        blend=blend,
        groups=_groups(document, criteria),
        matrix=sections.parse_matrix(document.get("matrix")),
        bands=sections.parse_bands(document.get("bands")),
        # These measure something of their own, after the criteria's columns.
        decay=sections.parse_decay(checks.mapping(document, "decay"), columns),
        segment=sections.parse_segment(document.get("segment"), columns),
        ceiling=sections.parse_ceiling(document.get("ceiling"), columns),
        cross_product=sections.parse_cross_product(document.get("cross_product"), columns),
        columns=columns.found,
    )


def activity_signals(document: Document) -> tuple[str, ...]:
    """The signals that count as using the product: those stated, else all not said to be none."""
    if "activity_signals" in document:
        return tuple(sorted(checks.texts(document["activity_signals"], "activity_signals")))
    signals = checks.mapping(document, "signals")
    return tuple(sorted(key for key, signal in signals.items() if signal.get("activity", True)))


def used_signals(version: Version) -> set[str]:
    """Every signal key that measuring the version needs."""
    keys = set(version.activity_signals)
    for column in version.columns:
        keys.update(column.params.get("signals", ()))
        keys.update(key for step in column.params.get("steps", ()) for key in step)
    return keys


def _criteria(document: Document, columns: Columns) -> tuple[Criterion, ...]:
    raw = document.get("criteria")
    if isinstance(raw, str) or not isinstance(raw, Sequence) or not raw:
        raise SpecError("criteria", "list at least one criterion")
    criteria = tuple(parse_criterion(item, index, columns) for index, item in enumerate(raw, 1))
    keys = [criterion.key for criterion in criteria]
    for key in keys:
        if keys.count(key) > 1:
            raise SpecError(f"criteria.{key}", "the key stands twice; every criterion has its own")
    return criteria


def _groups(document: Document, criteria: Sequence[Criterion]) -> tuple[Group, ...]:
    raw = checks.mapping(document, "groups")
    members: dict[str, list[int]] = {key: [] for key in raw}
    for index, item in enumerate(document["criteria"]):
        key = item.get("group")
        if key is None:
            continue
        if not isinstance(key, str) or key not in members:
            known = ", ".join(raw) or "none: add it under groups"
            where = f"criteria.{criteria[index].key}.group"
            raise SpecError(where, f"{key!r} is no group; known are {known}")
        members[key].append(index)
    return tuple(
        sections.parse_group(key, spec, members[key], criteria) for key, spec in raw.items()
    )
