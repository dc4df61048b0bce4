"""What the API says of one lead's scores; the figures come from :mod:`rubrics.explain`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from leads.models import Lead
from rubrics.explain import breakdown, score_as_of
from rubrics.models import RubricVersion, Score


def explained_scores(
    lead: Lead, *, version: RubricVersion | None, as_of: datetime | None, now: datetime
) -> list[dict[str, Any]]:
    """The lead's scores with their lines: as stored, or computed for a version or a moment."""
    if version is None and as_of is None:
        stored = Score.objects.filter(lead=lead).select_related("rubric__product", "version")
        return [
            _explained(score.version, score.at, score, breakdown(score))
            for score in stored.order_by("pk")
        ]
    at = as_of or now
    results = []
    for one in _versions(lead, version):
        scored = score_as_of(one.pk, lead_id=lead.pk, at=at)
        if scored is not None:
            results.append(_explained(one, at, scored.judgement, scored.lines))
    return results


def _versions(lead: Lead, version: RubricVersion | None) -> Iterable[RubricVersion]:
    if version is not None:
        return [version]
    published = RubricVersion.objects.published().select_related("rubric__product")
    return published.filter(rubric__product__trials__lead=lead).order_by("rubric_id")


def _explained(
    version: RubricVersion, at: datetime, result: Any, lines: Iterable[Any]
) -> dict[str, Any]:
    numbers = ("fit", "fit_low", "fit_high", "behavior", "total", "is_pql")
    return {
        "product": version.rubric.product.key,
        "rubric": version.rubric.key,
        "version": version.number,
        "at": at,
        "lines": lines,
        **{name: getattr(result, name) for name in numbers},
    }
