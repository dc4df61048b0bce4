"""Foretelling, of open PQLs, when each stops being one and how fast it rises (docs/adr/0020)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from routing.models import Forecast, Qualification
from routing.queue.reading import TREND_SPAN, total_before
from rubrics import explain, outlook
from rubrics.mappers import compiled
from rubrics.models import Score, ScoreChange

AHEAD = timedelta(days=14)
"""So far is looked, and again after ``REFRESH``: a week ahead is always known."""
REFRESH = timedelta(days=7)
CLOSED_WITHIN = timedelta(days=7)
"""What was closed within it is looked through for forecasts that nobody needs any more."""
BECAUSE_LENGTH = 200


def foretell(*, at: datetime, limit: int, may_go_on: Callable[[], bool] = lambda: True) -> int:
    """Make up to ``limit`` forecasts anew, those open longest first; return how many were made.
    What was foretold of a PQL that is closed goes: lists would have to look past it for ever.

    Killed between two of them, the rest is made by the next call. Args:
        may_go_on: asked before each; False ends the call early, with what is made kept.
    """
    Forecast.objects.of_closed(at - CLOSED_WITHIN).delete()
    # Joined by with_score().
    stale = Qualification.objects.unforetold(at).select_related("score")  # type: ignore[misc]
    stale = stale.annotate(
        past_total=Coalesce(Subquery(total_before(at - TREND_SPAN)), 0),
        gain_changes=Subquery(_first_change_since(at - TREND_SPAN)),
    )
    made = 0
    for pql in stale.order_by("pk").defer("breakdown")[:limit]:
        if not may_go_on():
            break
        _keep(_foretold(pql, at))
        made += 1
    return made


def _foretold(pql: Qualification, at: datetime) -> Forecast:
    score: Score = pql.score  # type: ignore[attr-defined]  # joined by unforetold()
    until = _until(score, at) if score.is_pql else None
    moments = [at + REFRESH]
    if pql.gain_changes:  # type: ignore[attr-defined]  # annotated by foretell()
        moments.append(pql.gain_changes + TREND_SPAN)  # type: ignore[attr-defined]  # annotated
    return Forecast(
        qualification=pql,
        lead_id=pql.lead_id,
        product_id=pql.product_id,
        revision=score.revision,
        gain=score.total - pql.past_total,  # type: ignore[attr-defined]  # annotated
        falls_at=until.at if until else None,
        because=until.because[:BECAUSE_LENGTH] if until else "",
        due_at=min(moments),
    )


def _until(score: Score, at: datetime) -> outlook.Until | None:
    """From what is measured now: the stored score may be older, though its result is not."""
    if score.due_at is None or score.due_at > at + AHEAD:
        return None  # before then nothing changes it at all
    now = explain.score_now(compiled(score.version_id), subject_id=score.lead_id, at=at)
    if now is None or not now.judgement.is_pql:
        return None
    return outlook.pql_until(now, subject_id=score.lead_id, within=AHEAD)


@transaction.atomic
def _keep(forecast: Forecast) -> None:
    """Write it, unless the PQL was closed or deleted meanwhile."""
    still = Qualification.objects.open().filter(pk=forecast.pk).select_for_update(no_key=True)
    if still.exists():
        forecast.save(force_update=Forecast.objects.filter(pk=forecast.pk).exists())


def _first_change_since(moment: datetime) -> QuerySet[ScoreChange, datetime]:
    return (
        ScoreChange.objects.filter(
            lead=OuterRef("lead"), product=OuterRef("product"), at__gt=moment
        )
        .order_by("at")
        .values_list("at", flat=True)[:1]
    )
