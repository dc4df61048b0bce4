"""A score then and now, or by one version and another: what the page of a lead or an account asks
for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date

from rubrics import explain
from rubrics.measures import SpecError
from rubrics.models import AccountScore, RubricVersion, Score
from rubrics.models.rubric import VersionStatus
from rubrics.scoring.differences import Difference
from rubrics.scoring.types import Judgement

EARLIEST = date(1970, 1, 1)
SPANS = (7, 30)
"""Days back that are offered."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from ``then`` (at ``start``, by ``before``) to ``now`` (at ``end``, by
    ``after``), and what else could be compared. ``problem`` says why nothing is."""

    start: datetime
    end: datetime
    days: int | None
    before: RubricVersion
    after: RubricVersion
    versions: Sequence[RubricVersion]
    then: Judgement | None = None
    now: Judgement | None = None
    change: Difference | None = None
    problem: str = ""


def day_end(text: str, now: datetime) -> datetime | None:
    """The end of a day written ``2026-05-03``, or now if that is later; None for no such day, and
    for one before any product was tried."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is None or day < EARLIEST:
        return None
    if day >= timezone.localdate(now):
        return now
    return datetime.combine(day, time.max, tzinfo=timezone.get_current_timezone())


def compare(
    score: Score | AccountScore, asked: QueryDict, *, end: datetime, may_see_drafts: bool
) -> Comparison:
    """Compare as the page's form asks: by default the last 7 days, by the score's own version.

    Args:
        asked: ``days`` or a date ``from``; ``from_version`` and ``to_version``, ids. What makes no
            sense is as if it were not there.
    """
    versions = RubricVersion.objects.filter(
        rubric=score.rubric_id, subject=score.version.subject
    ).select_related("rubric")
    if not may_see_drafts:
        versions = versions.exclude(status=VersionStatus.DRAFT)
    offered = list(versions.select_related("rubric").order_by("-number"))
    by_id = {str(version.pk): version for version in offered}
    after = by_id.get(asked.get("to_version", ""), score.version)
    before = by_id.get(asked.get("from_version", ""), score.version)
    start, days = day_end(asked.get("from", ""), end), None
    if start is None:
        wanted = asked.get("days", "")
        days = int(wanted) if wanted in map(str, (0, *SPANS)) else SPANS[0]
        if "days" not in asked and before != after:
            days = 0  # versions are compared on the same facts unless a span is asked for
        start = end - timedelta(days=days)
    plain = Comparison(start, end, days, before, after, offered)
    try:
        then = explain.score_as_of(before.pk, subject_id=score.subject_id, at=start)
        now = explain.score_as_of(after.pk, subject_id=score.subject_id, at=end)
    except SpecError as error:
        return replace(plain, problem=f"A version cannot be scored. {error}")
    if then is None or now is None:
        if isinstance(score, Score):
            return replace(plain, problem="This person does not try the product.")
        problem = "Nobody of this company tried the product by then. Choose a later day."
        return replace(plain, problem=problem)
    change = explain.compare(then, now)
    return replace(plain, then=then.judgement, now=now.judgement, change=change)
