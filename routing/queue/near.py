"""Near misses: leads that are no PQLs, but one or two steps away.

They are cut on stored numbers by an index; which steps those are is computed exactly, for the rows
that are looked at (:func:`routing.people` and the lead's page say the same).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from leads.models import Lead
from routing.models import LeadTag, Qualification
from routing.queue.marks import tags_of
from routing.queue.maxima import Maxima, maxima_of
from routing.queue.reading import PAGE_SIZE, TREND_SPAN, Page, total_before
from routing.queue.wanted import Wanted
from routing.reasons import missing
from rubrics import explain
from rubrics.models import RubricVersion, Score
from rubrics.scoring.types import Line, Subject

WITHIN = 20
"""So many points of total, or of behavior, may be missing."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A lead that is nearly a PQL; ``short`` says which thresholds it misses, by how much."""

    score: Score
    short: list[str]
    trend: int | None
    reasons: list[Line]
    tags: list[str]

    @property
    def lead(self) -> Lead:
        return self.score.lead

    @property
    def maxima(self) -> Maxima:
        """Of how many points the numbers are."""
        return maxima_of(self.score.version_id)


def read_near_misses(wanted: Wanted, *, at: datetime) -> Page[NearMiss]:
    """The nearest first. Fit is met: nobody can be asked to become another company."""
    start = (wanted.page - 1) * PAGE_SIZE
    most = start + PAGE_SIZE + 1
    versions = RubricVersion.objects.published().values_list(
        "pk", "min_total", "min_fit", "min_behavior"
    )
    if wanted.rubric:
        versions = versions.filter(rubric=wanted.rubric)
    # Each version's by its own stretch of the index, no further than the page reaches.
    found: list[tuple[int, int]] = []
    for version_id, total, fit, behavior in versions.filter(subject=Subject.LEAD):
        near = _near(wanted, version_id, total, fit, behavior).values_list("total", "pk")[:most]
        found += [(total - points, pk) for points, pk in near]
    found.sort()
    cut = [pk for _, pk in found[start:most]]
    scores = (
        Score.objects.filter(pk__in=cut[:PAGE_SIZE])
        .select_related("lead__account", "version__rubric", "product")
        .defer("lead__attributes")
        .annotate(
            past_total=Subquery(total_before(at - TREND_SPAN)), tags=tags_of(OuterRef("lead"))
        )
    )
    place = {pk: index for index, pk in enumerate(cut)}
    rows = [_near_miss(score) for score in sorted(scores, key=lambda score: place[score.pk])]
    return Page(rows, wanted.page, len(cut) > PAGE_SIZE)


def _near(wanted: Wanted, version_id: int, total: int, fit: int, behavior: int) -> QuerySet[Score]:
    worked = Qualification.objects.open().filter(lead=OuterRef("lead"), product=OuterRef("product"))
    equal = {
        "product": wanted.product,
        "tier": wanted.tier,
        "lead__account__attributes__country__iexact": wanted.country,
        "lead__account__attributes__industry__iexact": wanted.industry,
    }
    found = Score.objects.filter(
        ~Exists(worked),
        version=version_id,
        is_pql=False,
        total__gte=total - WITHIN,
        fit__gte=max(fit, wanted.min_fit or 0),
        behavior__gte=behavior - WITHIN,
        **{name: value for name, value in equal.items() if value},
    )
    if wanted.words:
        found = found.filter(lead__in=Lead.objects.search(wanted.words))
    if wanted.tag:
        found = found.filter(lead__in=LeadTag.objects.filter(name=wanted.tag).values("lead"))
    return found.order_by("-total", "pk")


def _near_miss(score: Score) -> NearMiss:
    past: int | None = score.past_total  # type: ignore[attr-defined]  # annotated
    return NearMiss(
        score=score,
        short=missing(score),
        trend=None if past is None else score.total - past,
        reasons=explain.top_reasons(score),
        tags=score.tags,  # type: ignore[attr-defined]  # annotated
    )
