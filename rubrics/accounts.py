"""Reads of an account's worth: its own scores, and its members' scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, Prefetch, QuerySet

from leads.models import Account, Lead
from rubrics.labels import band_of, tier_words
from rubrics.mappers import compiled
from rubrics.models import AccountScore, Score
from rubrics.scoring.types import Band
from rubrics.segments import segment_reason

MOST_MEMBERS = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """One score of an account with its labels."""

    score: AccountScore
    segment: str
    band: Band | None
    tier: str
    maximum: int


@dataclass(frozen=True, slots=True)
class Member:
    """A lead of the account with the score that represents it, and when it was last active."""

    lead: Lead
    score: Score | None
    last_activity_at: datetime | None


def standings(account: Account) -> list[Standing]:
    """The account's scores, one a product; the one that counts first."""
    scores = AccountScore.objects.filter(account=account).headline_first()
    return [
        Standing(
            score=score,
            segment=segment_reason(score),
            band=band_of(score),
            tier=tier_words(score),
            maximum=compiled(score.version_id).version.max_total,
        )
        for score in scores.select_related("account", "product", "version__rubric")
    ]


def members(leads: QuerySet[Lead], *, limit: int = MOST_MEMBERS) -> Sequence[Member]:
    """Up to ``limit`` of an account's leads, the most recently active first."""
    scores = Score.objects.headline_first().select_related("product", "rubric")
    found = (
        leads.annotate(last_activity_at=Max("scores__last_activity_at"))
        .prefetch_related(Prefetch("scores", queryset=scores))
        .order_by(F("last_activity_at").desc(nulls_last=True), "pk")[:limit]
    )
    return [
        Member(lead, next(iter(lead.scores.all()), None), lead.last_activity_at) for lead in found
    ]
