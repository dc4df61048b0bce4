"""The reference sheet of a version: all that its readers need to know of it, in words.

What tasks 9 and 16 of the methodology hand over: rules, thresholds, decay, mappings, history.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rubrics.comparing import compare_documents
from rubrics.documents import parse_document
from rubrics.files import version_document
from rubrics.measures import MEASURES, SpecError
from rubrics.measures.attributes import attribute_words
from rubrics.models import RubricVersion
from rubrics.models.approval import ApprovalStep
from rubrics.models.rubric import VersionStatus
from rubrics.rows import document_of
from rubrics.scoring.types import Axis
from rubrics.words import (
    CriterionWords,
    Passage,
    Wording,
    criterion_words,
    event_words,
    section_passages,
)
from rubrics.words.wording import spoken

MOST_LISTED = 12
MOST_HISTORY = 8
MOST_CHANGES = 6
IN_BRIEF = {"limits", "ceiling", "decay", "combination"}
WENT_LIVE = (VersionStatus.PUBLISHED, VersionStatus.RETIRED)


@dataclass(frozen=True)
class SignalEntry:
    """A signal the version uses, and the events mapped to it now, in words."""

    name: str
    description: str
    is_activity: bool
    events: tuple[str, ...]


@dataclass(frozen=True)
class ListEntry:
    """A list: its first values, and how many there are besides."""

    name: str
    count: int
    shown: tuple[str, ...]

    @property
    def rest(self) -> int:
        """How many are not shown."""
        return self.count - len(self.shown)


@dataclass(frozen=True)
class Step:
    """Somebody did something to the version: ``Published``, who, when, why."""

    action: str
    by: str
    at: datetime | None
    note: str = ""


@dataclass(frozen=True)
class HistoryEntry:
    """A version that went live, and what it changed against the one before; ``rest`` more."""

    version: RubricVersion
    summary: str
    changes: tuple[str, ...]
    rest: int


@dataclass(frozen=True)
class Sheet:
    """Everything the reference sheet says."""

    version: RubricVersion
    axes: tuple[tuple[Axis, tuple[CriterionWords, ...]], ...]
    passages: tuple[Passage, ...]
    signals: tuple[SignalEntry, ...]
    attributes: tuple[tuple[str, str], ...]
    lists: tuple[ListEntry, ...]
    proxies: tuple[tuple[str, str], ...]
    owners: tuple[Step, ...]
    history: tuple[HistoryEntry, ...]
    source: str


def reference_sheet(version: RubricVersion) -> Sheet:
    """What the sheet of a version says. Reads only.

    Raises:
        SpecError: a draft that is no whole rubric yet.
    """
    document = version_document(version)
    wording = Wording.of(document)
    criteria = [criterion_words(entry, wording) for entry in document["criteria"]]
    return Sheet(
        version=version,
        axes=tuple((axis, tuple(c for c in criteria if c.axis is axis)) for axis in Axis),
        passages=tuple(section_passages(document, wording)),
        signals=tuple(_signals(document)),
        attributes=tuple(sorted(_attributes(document))),
        lists=tuple(
            ListEntry(spoken(key), len(values), tuple(values[:MOST_LISTED]))
            for key, values in document["lists"].items()
        ),
        proxies=tuple(
            (str(entry["name"]), str(entry["proxy_for"]))
            for entry in document["criteria"]
            if entry.get("proxy_for")
        ),
        owners=tuple(_owners(version)),
        history=tuple(_history(version)),
        source=str(document["source"]),
    )


def rules_in_brief(version: RubricVersion) -> list[str]:
    """What one needs to know to read a version's scores, besides thresholds: caps, decay, total.

    Nothing of one that is no whole rubric.
    """
    try:
        passages = section_passages(version_document(version))
    except SpecError:
        return []
    return [
        sentence
        for passage in passages
        if passage.key in IN_BRIEF
        for sentence in passage.sentences
    ]


def _signals(document: Mapping[str, Any]) -> Iterator[SignalEntry]:
    for key, spec in document["signals"].items():
        yield SignalEntry(
            name=str(spec.get("name") or spoken(key).capitalize()),
            description=str(spec.get("description") or ""),
            is_activity=bool(spec["activity"]),
            events=tuple(event_words(event) for event in spec.get("events") or ()),
        )


def _attributes(document: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The attributes that are read, each with its words."""
    found = set()
    for column in parse_document(document).columns:
        for references in MEASURES[column.measure].attributes(column.params):
            found |= {(reference, attribute_words((reference,))) for reference in references}
    return found


def _owners(version: RubricVersion) -> Iterator[Step]:
    if version.rubric.owner is not None:
        yield Step("Kept", _name(version.rubric.owner), None)
    yield Step("Made", _name(version.created_by), version.created_at, version.note)
    signed = version.approvals.filter(step=ApprovalStep.APPROVED).select_related("by")
    for approval in signed.order_by("at"):
        yield Step("Approved", _name(approval.by), approval.at, approval.note)
    if version.published_at is not None:
        yield Step("Published", _name(version.published_by), version.published_at)


def _name(person: Any) -> str:
    """Who it was; a command has no name."""
    return "a command" if person is None else person.get_full_name() or person.get_username()


def _history(version: RubricVersion) -> Iterator[HistoryEntry]:
    """Versions up to this one that went live, newest first, each against the one before it."""
    earlier = version.rubric.versions.filter(number__lte=version.number)
    shown = earlier.filter(status__in=WENT_LIVE) | earlier.filter(pk=version.pk)
    versions = list(
        shown.select_related("rubric", "published_by", "created_by").order_by("-number")[
            : MOST_HISTORY + 1
        ]
    )
    documents = [document_of(one) for one in versions]
    for place, one in enumerate(versions[:MOST_HISTORY]):
        if place + 1 == len(versions):
            yield HistoryEntry(one, "The first version", (), 0)
            continue
        found = compare_documents(documents[place + 1], documents[place])
        texts = [f"{change.kind.label}: {change.text}" for change in found.changes]
        rest = max(0, len(texts) - MOST_CHANGES)
        yield HistoryEntry(one, found.summary, tuple(texts[:MOST_CHANGES]), rest)
