"""What is known of a lead when an alert about them is made."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from django.urls import reverse

from leads.models import Hit, Lead
from routing.alerts.content import REASONS, Content, Reason, Scores, one_line
from routing.messages import suggested_message
from routing.models import Qualification
from rubrics import explain
from rubrics.labels import band_of, tier_words
from rubrics.mappers import compiled
from rubrics.models import Score
from rubrics.scoring.types import Line

TEXT_LENGTH = 300


def score_for(lead: Lead, qualification: Qualification | None) -> Score | None:
    """The score that an alert is about: the PQL's product's, else the one that counts."""
    scores = Score.objects.filter(lead=lead).select_related("version", "product")
    if qualification is not None:
        scores = scores.filter(product=qualification.product_id)
    return scores.headline_first().first()


def describe(
    lead: Lead,
    qualification: Qualification | None,
    score: Score | None,
    *,
    zone: tzinfo,
    message: str = "",
) -> Content:
    """An alert's content, of the lead as they are now.

    Args:
        zone: the recipient's; moments are told in it.
    """
    product = score.product if score else qualification.product if qualification else None
    return Content(
        message=one_line(message, TEXT_LENGTH),
        person=one_line(str(lead)),
        job_title=one_line(lead.title),
        company=one_line(lead.account.name) if lead.account else "",
        product=one_line(product.name) if product else "",
        scores=_scores(score) if score else _scores_then(qualification),
        reasons=_reasons(score, qualification),
        last_activity=_last_activity(lead, product.pk if product else None, zone),
        suggested_message=suggested_message(qualification) if qualification else "",
        path=reverse("routing:lead-show", args=[lead.pk]),
    )


def _scores(score: Score) -> Scores:
    version = score.version
    band = band_of(score)
    return Scores(
        fit=score.fit,
        max_fit=version.max_fit,
        behavior=score.behavior,
        max_behavior=version.max_behavior,
        total=score.total,
        max_total=compiled(version.pk).version.max_total,
        band=band.name if band else "",
        tier=tier_words(score),
    )


def _scores_then(qualification: Qualification | None) -> Scores | None:
    """Of a lead that is scored no more: what the PQL was opened with."""
    if qualification is None:
        return None
    version = qualification.version
    return Scores(
        fit=qualification.fit,
        max_fit=version.max_fit,
        behavior=qualification.behavior,
        max_behavior=version.max_behavior,
        total=qualification.total,
        max_total=compiled(version.pk).version.max_total,
    )


def _reasons(score: Score | None, qualification: Qualification | None) -> tuple[Reason, ...]:
    if score is not None:
        return tuple(_reason(line) for line in explain.top_reasons(score, REASONS))
    kept: list[Mapping[str, Any]] = qualification.breakdown if qualification else []
    given = sorted(kept, key=lambda line: (line["axis"] == "fit", -line["points"]))
    return tuple(
        Reason(line["points"], one_line(line["reason"] or line["label"], TEXT_LENGTH))
        for line in given[:REASONS]
        if line["points"] > 0
    )


def _reason(line: Line) -> Reason:
    return Reason(line.points, one_line(line.reason or line.label, TEXT_LENGTH))


def _last_activity(lead: Lead, product_id: int | None, zone: tzinfo) -> str:
    hits = Hit.objects.of_lead(lead.pk).filter(signal__is_activity=True)
    if product_id is not None:
        hits = hits.filter(signal__product=product_id)
    last = hits.select_related("signal").first()
    if last is None:
        return ""
    return f"{one_line(last.signal.name)}, {moment(last.occurred_at, zone)}"


def moment(at: datetime, zone: tzinfo) -> str:
    """``Tue 10 Mar at 14:03``, by the clock of the zone."""
    return f"{at.astimezone(zone):%a %-d %b at %H:%M}"
