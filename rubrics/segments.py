"""Which of a product's rubrics scores whom (docs/adr/0010).

A product has at most one rubric without a segment, its default, and any number with one. Each lead
(and by account rubrics each account) is scored by exactly one of them: the first by order whose
conditions all hold, else the default. Conditions look at attributes alone, so choosing is one
small statement for all segments of a product.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from rubrics.mappers import Compiled, compiled
from rubrics.measures import MEASURES, AttributeMeasure, SpecError
from rubrics.measures.attributes import attribute_words
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds, LeadIds, Subjects
from rubrics.models import AccountScore, Publication, RubricVersion, Score
from rubrics.scoring.types import (
    Column,
    Decay,
    DecayMode,
    Segment,
    Subject,
    Thresholds,
    Values,
    Version,
)

Attributes = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """The published versions of one product for one kind of subject: segments, then the default."""

    product_id: int
    subject: Subject
    versions: tuple[Compiled, ...]

    publication_id: int | None = None
    """Of a panel that is coming: the publication that it goes live with."""

    @property
    def is_plain(self) -> bool:
        """One rubric for everybody: there is nothing to choose."""
        return len(self.versions) == 1 and self.versions[0].version.segment is None


@dataclass(slots=True)
class Choice:
    """Whom each version scores; ids of leads, or of accounts.

    ``next_us`` is how long until time alone may change the choice, for those whom it may.
    """

    ids: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    outside: list[int] = field(default_factory=list)
    next_us: dict[int, int] = field(default_factory=dict)

    def is_for_all(self, ids: Sequence[int]) -> bool:
        """Whether one version scores everybody asked for."""
        return len(ids) == sum(map(len, self.ids.values())) + len(self.outside)


def published_panels() -> list[Panel]:
    """What scores now, product by product: one query once the versions are known."""
    pks = RubricVersion.objects.published().order_by("pk").values_list("pk", flat=True)
    found: dict[tuple[int, Subject], list[Compiled]] = defaultdict(list)
    for version in map(compiled, pks):
        found[version.product_id, version.version.subject].append(version)
    return [panel_among(*kind, versions) for kind, versions in found.items()]


def panel_among(product_id: int, subject: Subject, versions: Sequence[Compiled]) -> Panel:
    """The panel that these versions of a product make, in the order in which they are asked."""
    return Panel(product_id, subject, tuple(sorted(versions, key=_place)))


def coming_panels(published: Sequence[Panel] | None = None) -> list[Panel]:
    """What will score once the publications under way flip: their version instead of the one it
    replaces, among what is published now."""
    running = list(Publication.objects.running().select_related("version", "replaces"))
    if not running:
        return []
    panels = published_panels() if published is None else published
    return [panel for publication in running for panel in _coming(publication, panels)]


def coming_panel(publication: Publication, subject: Subject) -> Panel:
    """The panel of one kind of subject that comes with a publication; without a version if the one
    that it replaces was the only one."""
    panels = _coming(publication, published_panels())
    return next(panel for panel in panels if panel.subject is subject)


def _coming(publication: Publication, published: Sequence[Panel]) -> list[Panel]:
    version = compiled(publication.version_id, publication_id=publication.pk)
    stay = [
        one
        for panel in published
        for one in panel.versions
        if one.product_id == version.product_id and one.rubric_id != version.rubric_id
    ]
    together = [*stay, version]
    return [
        replace(
            panel_among(
                version.product_id,
                subject,
                [one for one in together if one.version.subject is subject],
            ),
            publication_id=publication.pk,
        )
        for subject in publication.subjects
    ]


def panel_of(version: Compiled) -> Panel:
    """The panel that a version belongs to; alone in it if it is not published."""
    for panel in published_panels():
        if any(one.version_id == version.version_id for one in panel.versions):
            return panel
    alone = replace(version, version=replace(version.version, segment=None))
    return Panel(version.product_id, version.version.subject, (alone,))


def panel_with(version: Compiled) -> Panel:
    """The panel that a version would belong to if it were published: in the place of its rubric's
    published version, if there is one."""
    kind = (version.product_id, version.version.subject)
    others = [
        one
        for panel in published_panels()
        if (panel.product_id, panel.subject) == kind
        for one in panel.versions
        if one.rubric_id != version.rubric_id
    ]
    return panel_among(*kind, [*others, version])


def choose(panel: Panel, subjects: Subjects, *, as_of: bool = False) -> Choice:
    """Ask the segments in order, whom each version scores.

    Args:
        as_of: from attributes as of the subjects' moments, as :func:`measure` reads them.
    """
    asked = _combine(panel)
    choice = Choice()
    for subject_id, measured in measure(
        asked.version,
        subjects,
        product_id=panel.product_id,
        names=panel.versions[0].names,
        as_of=as_of,
    ):
        version_id = asked.first_met(measured.values)
        if version_id is None:
            choice.outside.append(subject_id)
        else:
            choice.ids[version_id].append(subject_id)
        if measured.next_us is not None:
            choice.next_us[subject_id] = measured.next_us
    return choice


def scoring_versions(subjects: LeadIds | AccountIds, *, as_of: bool = False) -> list[Compiled]:
    """The versions that score this one lead, or account: at most one a product, by product.

    Args:
        as_of: by the segment it belonged to then, from what was known at that moment.
    """
    subject = Subject.LEAD if isinstance(subjects, LeadIds) else Subject.ACCOUNT
    found: list[Compiled] = []
    for panel in sorted(published_panels(), key=lambda panel: panel.product_id):
        if panel.subject is not subject:
            continue
        chosen = None if panel.is_plain else choose(panel, subjects, as_of=as_of).ids
        found += [v for v in panel.versions if chosen is None or v.version_id in chosen]
    return found


def segment_words(version: Compiled, values: Values, known: Mapping[str, Attributes]) -> str:
    """``Segment Enterprise: company size 1,200``; empty for a rubric without a segment.

    Args:
        values: what was measured by the version; the segment's columns are among its columns.
        known: attributes of the ``lead`` and of the ``account``.
    """
    segment = version.version.segment
    if segment is None:
        return ""
    told = (_told(version, condition.column, values, known) for condition in segment.when)
    return f"Segment {segment.name}: {', '.join(dict.fromkeys(told))}"


def segment_reason(score: Score | AccountScore) -> str:
    """Why this rubric gave the score and no other of the product's; empty where there is but one.

    Reads the lead and its account, or the account, unless they are loaded.
    """
    version = compiled(score.version_id)
    if version.version.segment is None:
        panel = panel_of(version)
        return "In no segment: the product's default rubric" if len(panel.versions) > 1 else ""
    if isinstance(score, AccountScore):
        known = {"account": score.account.attributes}
    else:
        account = score.lead.account
        known = {"lead": score.lead.attributes, "account": account.attributes if account else {}}
    return segment_words(version, score.measures, known)


def _told(version: Compiled, index: int, values: Values, known: Mapping[str, Attributes]) -> str:
    column = version.version.columns[index]
    kind = MEASURES[column.measure]
    if column.unit != "flag" or not isinstance(kind, AttributeMeasure):
        text = version.describe(index, values[index])
        return text[:1].lower() + text[1:]
    references = kind.attribute(column.params)
    parts = (reference.split(".", 1) for reference in references)
    found = (known.get(owner, {}).get(name) for owner, name in parts)
    value = next((value for value in found if value not in (None, "")), None)
    return f"{attribute_words(references)} {'unknown' if value is None else _shown(value)}"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}"
    return ", ".join(map(_shown, value)) if isinstance(value, list) else str(value)


def check_beside(version: Compiled, *, leaves: bool = False) -> None:
    """Check that a product's rubrics fit together once the version joins, or ``leaves``, them.

    Raises:
        SpecError: two are the default or ask at the same place; or without a default nobody
            watches those outside of every segment, whom time may move into one.
    """
    kind = (version.product_id, version.version.subject)
    panels = [p for p in published_panels() if (p.product_id, p.subject) == kind]
    others = [one for p in panels for one in p.versions if one.rubric_id != version.rubric_id]
    if not leaves:
        _check_places(version, others)
    together = others if leaves else [*others, version]
    if all(one.version.segment for one in together):
        for one in together:
            _check_stands_still(one)


def _check_places(version: Compiled, others: Sequence[Compiled]) -> None:
    segment = version.version.segment
    for other in others:
        rival, name = other.version.segment, other.version.rubric
        if segment is None and rival is None:
            raise SpecError(
                "segment",
                f"the rubric {name} scores every {version.version.subject} of no segment already; "
                "give this one a segment, or retire that one first",
            )
        if segment is not None and rival is not None and segment.order == rival.order:
            raise SpecError(
                "segment.order",
                f"the rubric {name} has the order {rival.order} too; give this one another",
            )


def _check_stands_still(version: Compiled) -> None:
    segment = version.version.segment
    for condition in segment.when if segment else ():
        column = version.version.columns[condition.column]
        kind = MEASURES[column.measure]
        moves = (
            isinstance(kind, AttributeMeasure)
            and type(kind).changes is not AttributeMeasure.changes
        )
        if moves:
            raise SpecError(
                "segment.when",
                f"{column.measure} of the rubric {version.version.rubric} changes with time, which "
                "needs a published rubric without a segment beside it",
            )


@dataclass(frozen=True, slots=True)
class _Combined:
    """All segments of a panel over one list of columns, and what measures these."""

    version: Version
    segments: tuple[tuple[Segment, int], ...]
    default: int | None

    def first_met(self, values: Sequence[float | None]) -> int | None:
        for segment, version_id in self.segments:
            if segment.met(values):
                return version_id
        return self.default


def _combine(panel: Panel) -> _Combined:
    columns: list[Column] = []
    segments = []
    default = None
    for one in panel.versions:
        segment = one.version.segment
        if segment is None:
            default = one.version_id
            continue
        when = []
        for condition in segment.when:
            column = one.version.columns[condition.column]
            if column not in columns:
                columns.append(column)
            when.append(replace(condition, column=columns.index(column)))
        segments.append((replace(segment, when=tuple(when)), one.version_id))
    asked = Version(
        rubric="",
        columns=tuple(columns),
        criteria=(),
        thresholds=Thresholds(),
        decay=Decay(mode=DecayMode.NONE),
        activity_signals=(),
        subject=panel.subject,
    )
    return _Combined(asked, tuple(segments), default)


def _place(version: Compiled) -> tuple[bool, int, int]:
    segment = version.version.segment
    return segment is None, 0 if segment is None else segment.order, version.version_id
