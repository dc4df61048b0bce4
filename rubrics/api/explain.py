"""What the API says of one lead's scores; the figures come from :mod:`rubrics.explain`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from leads.api.problems import Conflict
from leads.models import Lead
from rubrics.explain import breakdown, score_as_of
from rubrics.measures import SpecError
from rubrics.models import RubricVersion, Score
from rubrics.scoring.types import Judgement, Line


def stored_scores(lead: Lead) -> list[dict[str, Any]]:
    """The lead's newest score by each rubric, with its lines."""
    scores = Score.objects.filter(lead=lead).select_related("version__rubric__product")
    return [
        _explained(score.version, score.at, score, breakdown(score))
        for score in scores.order_by("rubric_id")
    ]


def computed_scores(
    lead: Lead, *, version: RubricVersion | None, at: datetime
) -> list[dict[str, Any]]:
    """What the lead was worth at ``at`` by ``version``, or by every published version.

    Raises:
        Conflict: a draft that cannot be scored yet.
    """
    if version is not None:
        versions = [version]
    else:
        published = RubricVersion.objects.published().filter(rubric__product__trials__lead=lead)
        versions = list(published.select_related("rubric__product").order_by("rubric_id"))
    results = []
    for one in versions:
        try:
            scored = score_as_of(one.pk, lead_id=lead.pk, at=at)
        except SpecError as error:
            raise Conflict(f"{one} cannot be scored. {error}") from error
        if scored is not None:
            results.append(_explained(one, at, scored.judgement, scored.lines))
    return results


def _explained(
    version: RubricVersion, at: datetime, result: Score | Judgement, lines: Iterable[Line]
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
