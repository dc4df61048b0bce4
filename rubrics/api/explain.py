"""What the API says of the scores of one lead, or account; the figures come from
:mod:`rubrics.explain`."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from leads.api.problems import Conflict
from leads.models import Account, Lead
from rubrics import explain, outlook
from rubrics.evidence import HitEvidence, counting, evidence
from rubrics.explain import Scored
from rubrics.labels import next_band
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.measures.subjects import subjects_of
from rubrics.models import AccountScore, RubricVersion, Score
from rubrics.scoring.advice import Advice
from rubrics.scoring.types import Band, Judgement, Subject
from rubrics.segments import scoring_versions, segment_reason

NUMBERS = ("fit", "fit_low", "fit_high", "behavior", "total", "is_pql")


Owner = Lead | Account
"""Whose scores they are."""


def stored_scores(owner: Owner, *, at: datetime, advises: bool = False) -> list[dict[str, Any]]:
    """The owner's newest score for each product, with its lines; the one that counts first.

    With ``advises`` also what would make it a PQL, or until when it is one, from ``at`` on.
    """
    found = []
    for score in _stored(owner):
        stored = explain.stored_score(score)
        told = _explained(score.version, stored, score, owner)
        if advises:
            now = explain.score_now(stored.version, subject_id=owner.pk, at=at)
            told.update(_outlook(now, owner))
        found.append(told)
    return _with_headline(found)


def _stored(owner: Owner) -> Iterable[Score | AccountScore]:
    if isinstance(owner, Account):
        of_account = AccountScore.objects.filter(account=owner).select_related("account")
        return of_account.select_related("version__rubric__product").order_by("rubric_id")
    of_lead = Score.objects.filter(lead=owner).select_related("lead__account")
    return of_lead.select_related("version__rubric__product").order_by("rubric_id")


def computed_scores(
    owner: Owner, *, version: RubricVersion | None, at: datetime, advises: bool = False
) -> list[dict[str, Any]]:
    """What the owner was worth at ``at`` by ``version``, or by the one of each product that
    scores it now, by the segment it belonged to then.

    Raises:
        Conflict: a draft that cannot be scored yet.
    """
    results = []
    for one in [version] if version is not None else _scoring(owner, at):
        scored = _score_as_of(one, owner, at)
        if scored is not None:
            told = _explained(one, scored, scored.judgement, owner)
            results.append(told | (_outlook(scored, owner) if advises else {}))
    return _with_headline(results)


def _with_headline(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Mark the score that stands for the owner, as ``headline_first`` orders them."""
    first = max(found, key=lambda one: (one["behavior"], one["total"]), default=None)
    told = [{**one, "is_headline": one is first} for one in found]
    return sorted(told, key=lambda one: not one["is_headline"])


def _scoring(owner: Owner, at: datetime) -> list[RubricVersion]:
    """The versions that score the owner now, by the segments it belonged to at ``at``."""
    subject = Subject.ACCOUNT if isinstance(owner, Account) else Subject.LEAD
    pks = [
        one.version_id for one in scoring_versions(subjects_of(subject, [owner.pk], at), as_of=True)
    ]
    versions = RubricVersion.objects.filter(pk__in=pks).select_related("rubric__product")
    return list(versions.order_by("rubric_id"))


def _score_as_of(version: RubricVersion, owner: Owner, at: datetime) -> Scored | None:
    """None if the owner does not try the product."""
    try:
        return explain.score_as_of(version.pk, subject_id=owner.pk, at=at)
    except SpecError as error:
        raise Conflict(f"{version} cannot be scored. {error}") from error


def _explained(
    version: RubricVersion, scored: Scored, result: Score | AccountScore | Judgement, owner: Owner
) -> dict[str, Any]:
    idle = timedelta(microseconds=scored.measured.idle_us)
    return {
        "product": version.rubric.product.key,
        "rubric": version.rubric.key,
        "version": version.number,
        "at": scored.at,
        "last_activity_at": scored.at - idle,
        "segment": "" if isinstance(result, Judgement) else segment_reason(result),
        "band": _band(scored),
        "next_band": next_band(scored.version, result.total),
        "tier": scored.judgement.tier,
        "lines": _lines(version, scored, owner),
        "advice": None,
        "pql_until": None,
        **{name: getattr(result, name) for name in NUMBERS},
    }


def _band(scored: Scored) -> Band | None:
    band = scored.judgement.band
    return None if band is None else scored.version.version.bands[band]


def _lines(version: RubricVersion, scored: Scored, owner: Owner) -> list[dict[str, Any]]:
    """The lines, those that look at hits with the address of their evidence."""
    kind = "account" if isinstance(owner, Account) else "lead"
    address = reverse(f"api:{kind}-score-evidence", args=[owner.pk])
    with_hits = counting(scored.version)
    told = []
    for line in outlook.detailed(scored, subject_id=owner.pk):
        query = {"criterion": line.key, "version": str(version.pk), "as_of": scored.at.isoformat()}
        evidence_at = f"{address}?{urlencode(query)}" if line.key in with_hits else None
        told.append({**asdict(line), "evidence": evidence_at})
    return told


def _outlook(scored: Scored | None, owner: Owner) -> dict[str, Any]:
    """``advice`` for whoever is no PQL, ``pql_until`` for whoever is."""
    if scored is None:
        return {"advice": None, "pql_until": None}
    if scored.judgement.is_pql:
        return {"advice": None, "pql_until": outlook.pql_until(scored, subject_id=owner.pk)}
    found = outlook.advice(scored, subject_id=owner.pk)
    return {"advice": _advice(scored, found), "pql_until": None}


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
    owner: Owner,
    *,
    criterion: str,
    version: RubricVersion | None,
    at: datetime | None,
    now: datetime,
) -> list[HitEvidence] | None:
    """The hits behind a criterion's line: of a version, or of the score stored; None if no score
    has such a criterion.

    Raises:
        Conflict: a draft that cannot be scored yet.
    """
    if version is not None:
        asked = [(version.pk, at or now)]
    else:
        asked = [(score.version_id, at or score.at) for score in _stored(owner)]
    for version_id, moment in asked:
        try:
            criteria = compiled(version_id).version.criteria
        except SpecError as error:
            raise Conflict(f"The version cannot be scored. {error}") from error
        if any(one.key == criterion for one in criteria):
            return evidence(version_id, subject_id=owner.pk, criterion_key=criterion, at=moment)
    return None


def comparisons(
    owner: Owner,
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
        before_by_product = {one.rubric.product_id: one for one in _scoring(owner, start)}
        pairs = [
            (before_by_product[one.rubric.product_id], one)
            for one in _scoring(owner, end)
            if one.rubric.product_id in before_by_product
        ]
    found = []
    for before, after in pairs:
        then, now = _score_as_of(before, owner, start), _score_as_of(after, owner, end)
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
