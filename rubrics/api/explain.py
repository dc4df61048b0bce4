"""What the API says of one lead's scores; the figures come from :mod:`rubrics.explain`."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from leads.api.problems import Conflict
from leads.models import Lead
from rubrics import explain, outlook
from rubrics.evidence import HitEvidence, evidence
from rubrics.explain import Scored
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.measures.subjects import LeadIds
from rubrics.models import RubricVersion, Score
from rubrics.scoring.advice import Advice
from rubrics.scoring.types import Band, Judgement
from rubrics.segments import scoring_versions, segment_reason

NUMBERS = ("fit", "fit_low", "fit_high", "behavior", "total", "is_pql")


def stored_scores(lead: Lead, *, at: datetime, advises: bool = False) -> list[dict[str, Any]]:
    """The lead's newest score by each rubric, with its lines.

    With ``advises`` also what would make it a PQL, or until when it is one, from ``at`` on.
    """
    scores = Score.objects.filter(lead=lead).select_related(
        "version__rubric__product", "lead__account"
    )
    found = []
    for score in scores.order_by("rubric_id"):
        stored = explain.stored_score(score)
        told = _explained(score.version, stored, score, lead)
        if advises:
            now = explain.score_now(stored.version, lead_id=lead.pk, at=at)
            told.update(_outlook(now, lead))
        found.append(told)
    return _with_headline(found)


def computed_scores(
    lead: Lead, *, version: RubricVersion | None, at: datetime, advises: bool = False
) -> list[dict[str, Any]]:
    """What the lead was worth at ``at`` by ``version``, or by the one of each product that
    scores the lead now, by the segment it belonged to then.

    Raises:
        Conflict: a draft that cannot be scored yet.
    """
    results = []
    for one in [version] if version is not None else _scoring(lead, at):
        scored = _score_as_of(one, lead, at)
        if scored is not None:
            told = _explained(one, scored, scored.judgement, lead)
            results.append(told | (_outlook(scored, lead) if advises else {}))
    return _with_headline(results)


def _with_headline(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark the score that stands for the lead, as ``headline_first`` orders them."""
    first = max(found, key=lambda one: (one["behavior"], one["total"]), default=None)
    return [{**one, "is_headline": one is first} for one in found]


def _scoring(lead: Lead, at: datetime) -> list[RubricVersion]:
    """The versions that score the lead now, by the segments it belonged to at ``at``."""
    pks = [one.version_id for one in scoring_versions(LeadIds([lead.pk], at), as_of=True)]
    return list(
        RubricVersion.objects.filter(pk__in=pks, rubric__product__trials__lead=lead)
        .select_related("rubric__product")
        .order_by("rubric_id")
    )


def _score_as_of(version: RubricVersion, lead: Lead, at: datetime) -> Scored | None:
    try:
        return explain.score_as_of(version.pk, lead_id=lead.pk, at=at)
    except SpecError as error:
        raise Conflict(f"{version} cannot be scored. {error}") from error


def _explained(
    version: RubricVersion, scored: Scored, result: Score | Judgement, lead: Lead
) -> dict[str, Any]:
    return {
        "product": version.rubric.product.key,
        "rubric": version.rubric.key,
        "version": version.number,
        "at": scored.at,
        "segment": segment_reason(result) if isinstance(result, Score) else "",
        "band": _band(scored),
        "tier": scored.judgement.tier,
        "lines": _lines(version, scored, lead),
        "advice": None,
        "pql_until": None,
        **{name: getattr(result, name) for name in NUMBERS},
    }


def _band(scored: Scored) -> Band | None:
    band = scored.judgement.band
    return None if band is None else scored.version.version.bands[band]


def _lines(version: RubricVersion, scored: Scored, lead: Lead) -> list[dict[str, Any]]:
    """The lines, those that look at hits with the address of their evidence."""
    address = reverse("api:lead-score-evidence", args=[lead.pk])
    spec = scored.version.version
    counting = {
        criterion.key
        for criterion in spec.criteria
        if any("signals" in spec.columns[i].params for i in criterion.columns)
    }
    told = []
    for line in outlook.detailed(scored, lead_id=lead.pk):
        query = {"criterion": line.key, "version": str(version.pk), "as_of": scored.at.isoformat()}
        evidence_at = f"{address}?{urlencode(query)}" if line.key in counting else None
        told.append({**asdict(line), "evidence": evidence_at})
    return told


def _outlook(scored: Scored | None, lead: Lead) -> dict[str, Any]:
    """``advice`` for whoever is no PQL, ``pql_until`` for whoever is."""
    if scored is None:
        return {"advice": None, "pql_until": None}
    if scored.judgement.is_pql:
        return {"advice": None, "pql_until": outlook.pql_until(scored, lead_id=lead.pk)}
    return {"advice": _advice(scored, outlook.advice(scored, lead_id=lead.pk)), "pql_until": None}


def _advice(scored: Scored, found: Advice) -> dict[str, Any]:
    criteria = scored.version.version.criteria
    return {
        "short": found.short,
        "gates": found.gates,
        "verdict": found.verdict,
        "unknowns": found.unknowns,
        "suggestions": [
            {
                "words": one.words,
                "follows": one.follows,
                "is_certain": one.is_certain,
                "fit": one.judgement.fit,
                "behavior": one.judgement.behavior,
                "total": one.judgement.total,
                "steps": [
                    {
                        "criterion": None if s.criterion is None else criteria[s.criterion].key,
                        "words": s.words,
                        "gain": s.gain,
                        "actions": s.actions,
                        "finds_out": s.finds_out,
                    }
                    for s in one.steps
                ],
            }
            for one in found.suggestions
        ],
    }


def hits_behind(
    lead: Lead, *, criterion: str, version: RubricVersion | None, at: datetime | None, now: datetime
) -> list[HitEvidence] | None:
    """The hits behind a criterion's line: of a version, or of the score stored; None if no score
    has such a criterion.

    Raises:
        Conflict: a draft that cannot be scored yet.
    """
    if version is not None:
        asked = [(version.pk, at or now)]
    else:
        scores = Score.objects.filter(lead=lead).order_by("rubric_id")
        asked = [(score.version_id, at or score.at) for score in scores]
    for version_id, moment in asked:
        try:
            criteria = compiled(version_id).version.criteria
        except SpecError as error:
            raise Conflict(f"The version cannot be scored. {error}") from error
        if any(one.key == criterion for one in criteria):
            return evidence(version_id, lead_id=lead.pk, criterion_key=criterion, at=moment)
    return None


def comparisons(
    lead: Lead,
    *,
    start: datetime,
    end: datetime,
    from_version: RubricVersion | None,
    to_version: RubricVersion | None,
) -> list[dict[str, Any]]:
    """Each rubric's score at ``start`` against that at ``end``, or by one version against another.

    Raises:
        Conflict: a draft that cannot be scored yet.
    """
    if to_version is not None:
        pairs = [(from_version or to_version, to_version)]
    elif from_version is not None:
        published = RubricVersion.objects.published().filter(rubric=from_version.rubric_id)
        now_published = published.select_related("rubric__product").first()
        pairs = [(from_version, now_published or from_version)]
    else:
        before_by_product = {one.rubric.product_id: one for one in _scoring(lead, start)}
        pairs = [
            (before_by_product[one.rubric.product_id], one)
            for one in _scoring(lead, end)
            if one.rubric.product_id in before_by_product
        ]
    found = []
    for before, after in pairs:
        then, now = _score_as_of(before, lead, start), _score_as_of(after, lead, end)
        if then is None or now is None:
            continue
        change = explain.compare(then, now)
        found.append(
            {
                "product": after.rubric.product.key,
                "from": _end(before, then),
                "to": _end(after, now),
                "sentences": change.sentences,
                "lines": change.lines,
            }
        )
    return found


def _end(version: RubricVersion, scored: Scored) -> dict[str, Any]:
    return {
        "rubric": version.rubric.key,
        "version": version.number,
        "at": scored.at,
        **{name: getattr(scored.judgement, name) for name in NUMBERS},
    }
