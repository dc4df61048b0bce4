"""Which version of a rubric scored when, and whom the next one will score."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from leads.models import AuditEntry
from rubrics.models import AccountScore, Publication, Rubric, RubricVersion, Score
from rubrics.models.rubric import VersionStatus
from rubrics.publishing.filling import count_trying
from rubrics.scoring.types import Subject


@dataclass(frozen=True, slots=True)
class Span:
    """A time in which a version scored; ``end`` is None while it does."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Scored:
    """Whom a version is going to score: so many people, or companies."""

    subject: Subject
    count: int
    has_scores: bool

    @property
    def words(self) -> str:
        """``12,345 leads are``, to begin a sentence."""
        one = "lead" if self.subject is Subject.LEAD else "account"
        return f"{self.count:,} {one} is" if self.count == 1 else f"{self.count:,} {one}s are"


def who_is_scored(version: RubricVersion) -> Scored:
    """How many of the product there are to score, and whether anybody has a score yet."""
    subject = Subject(version.subject)
    stored = Score if subject is Subject.LEAD else AccountScore
    product_id = version.rubric.product_id
    has_scores = stored.objects.filter(product=product_id).exists()
    return Scored(subject, count_trying(product_id, subject), has_scores)


def scored_before(version: RubricVersion) -> RubricVersion | None:
    """The version that the one that scores now took the place of, if it can be gone back to."""
    last = Publication.objects.flipped().filter(version=version).select_related("replaces").first()
    before = last.replaces if last else None
    if before is None:
        retired = version.rubric.versions.filter(status=VersionStatus.RETIRED)
        before = retired.order_by("-published_at", "-number").first()
    return before if before is None or before.status == VersionStatus.RETIRED else None


def spans(rubric: Rubric) -> dict[int, list[Span]]:
    """When each version of a rubric scored, by its id; the newest time first."""
    versions = list(rubric.versions.exclude(published_at=None))
    starts = [
        (flipped_at, version_id)
        for flipped_at, version_id in Publication.objects.flipped()
        .filter(version__rubric=rubric)
        .values_list("flipped_at", "version_id")
        if flipped_at is not None
    ]
    told = {version_id for _, version_id in starts}
    # What was published before publications were kept.
    starts += [(v.published_at, v.pk) for v in versions if v.published_at and v.pk not in told]
    starts.sort()
    ends = list(
        AuditEntry.objects.filter(
            action="retired",
            about="rubrics.rubricversion",
            about_id__in=[version.pk for version in versions],
        ).values_list("at", "about_id")
    )
    scoring = {v.pk for v in versions if v.status == VersionStatus.PUBLISHED}
    found: dict[int, list[Span]] = defaultdict(list)
    for place, (start, version_id) in enumerate(starts):
        after = [moment for moment, _ in starts[place + 1 : place + 2]]
        after += [moment for moment, pk in ends if pk == version_id and moment >= start]
        is_now = version_id in scoring and place == len(starts) - 1
        found[version_id].insert(0, Span(start, None if is_now else min(after, default=start)))
    return dict(found)
