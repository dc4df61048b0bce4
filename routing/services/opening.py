"""Crossings of the threshold become episodes of work, dealt to reps in turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from leads.models import Lead
from routing import reasons
from routing.dealing import Candidate, Deal, deal_round
from routing.models import Qualification, Rep, StateChange
from routing.models.qualification import State
from rubrics.models import Score, ScoreChange

OPENED = "Met all three thresholds"
OPENED_BY_VERSION = "Met all three thresholds when a new version went live"
NOBODY = "Nobody to deal it to: every rep is switched off or away"


@dataclass(frozen=True, slots=True)
class _Opening:
    """A crossing that opens a qualification, with the score it freezes."""

    change: ScoreChange
    score: Score

    @property
    def key(self) -> tuple[int, int]:
        return self.change.lead_id, self.change.product_id


@transaction.atomic
def open_qualifications(*, at: datetime, limit: int) -> int:
    """Turn up to ``limit`` unrouted crossings into qualifications; return how many were looked at.

    A crossing opens nothing if its lead was merged away, is no PQL any more, has an open
    qualification for the product, or had one closed within the cool-down.
    """
    changes = list(
        ScoreChange.objects.unrouted().select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not changes:
        return 0
    openings = _worth_opening(changes, at=at)
    _open(openings, at=at)
    ScoreChange.objects.filter(pk__in=[change.pk for change in changes]).update(routed_at=at)
    return len(changes)


def _worth_opening(changes: Sequence[ScoreChange], *, at: datetime) -> list[_Opening]:
    lead_ids = {change.lead_id for change in changes}
    # Held to the end: no merge and no second opener can come between the look and the insert.
    living = set(
        Lead.objects.living()
        .filter(pk__in=lead_ids)
        .select_for_update(no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    scores = {
        (score.lead_id, score.product_id): score
        for score in Score.objects.filter(lead_id__in=living, is_pql=True)
    }
    since = at - timedelta(days=settings.QUALIFICATION_COOLDOWN_DAYS)
    taken = set(Qualification.objects.barring(living, since=since))
    openings = []
    for change in changes:
        score = scores.get((change.lead_id, change.product_id))
        if score is None or (change.lead_id, change.product_id) in taken:
            continue
        opening = _Opening(change, score)
        taken.add(opening.key)
        openings.append(opening)
    return openings


def _open(openings: Sequence[_Opening], *, at: datetime) -> None:
    deals: list[Deal | None] = [*_deal(len(openings), at=at)]
    deals += [None] * (len(openings) - len(deals))
    pairs = zip(openings, deals, strict=True)
    qualifications = Qualification.objects.bulk_create(
        _frozen(opening, deal, at=at) for opening, deal in pairs
    )
    StateChange.objects.bulk_create(_history(qualifications, deals, at=at))


def _deal(count: int, *, at: datetime) -> list[Deal]:
    """Deal under lock of the reps' rows: openers running at once take turns, so it stays fair."""
    if not count:
        return []
    reps = {
        rep.pk: rep
        for rep in Rep.objects.available(at).select_for_update(of=("self",)).order_by("pk")
    }
    hands = [Candidate(rep.pk, rep.last_dealt_at) for rep in reps.values()]
    deals = deal_round(hands, count, at=at)
    for deal in deals:
        reps[deal.rep_id].last_dealt_at = deal.dealt_at
    Rep.objects.bulk_update(reps.values(), ["last_dealt_at"])
    return deals


def _frozen(opening: _Opening, deal: Deal | None, *, at: datetime) -> Qualification:
    change, score = opening.change, opening.score
    return Qualification(
        lead_id=change.lead_id,
        product_id=change.product_id,
        version_id=score.version_id,
        opened_by=change,
        publication_id=change.publication_id,
        state=State.ASSIGNED if deal else State.NEW,
        rep_id=deal.rep_id if deal else None,
        fit=score.fit,
        behavior=score.behavior,
        total=score.total,
        breakdown=reasons.freeze(score),
        opened_at=at,
        assigned_at=at if deal else None,
    )


def _history(
    qualifications: Iterable[Qualification], deals: Iterable[Deal | None], *, at: datetime
) -> list[StateChange]:
    rows = []
    for qualification, deal in zip(qualifications, deals, strict=True):
        opened = OPENED_BY_VERSION if qualification.publication_id else OPENED
        reason = opened if deal else f"{opened}. {NOBODY}"
        rows.append(
            StateChange(
                qualification=qualification,
                to_state=State.NEW,
                reason=reason,
                at=at,
                announced_at=_told_by_digest(qualification, at),
            )
        )
        if deal:
            rows.append(_dealt(qualification, deal, at=at))
    return rows


def _dealt(qualification: Qualification, deal: Deal, *, at: datetime) -> StateChange:
    return StateChange(
        qualification=qualification,
        from_state=State.NEW,
        to_state=State.ASSIGNED,
        rep_id=deal.rep_id,
        reason=deal.reason,
        at=at,
        announced_at=_told_by_digest(qualification, at),
    )


def _told_by_digest(qualification: Qualification, at: datetime) -> datetime | None:
    """What a version brings by going live is told in one digest (:mod:`routing.digests`), so it
    counts as announced: hundreds of alerts at once are none."""
    return at if qualification.publication_id else None


@transaction.atomic
def deal_waiting(*, at: datetime, limit: int) -> int:
    """Deal up to ``limit`` PQLs that nobody could be dealt when they opened, longest first.

    Returns how many were dealt: none while every rep is switched off.
    """
    if not Rep.objects.available(at).exists():
        return 0
    waiting = list(
        Qualification.objects.undealt()
        .order_by("opened_at", "pk")
        .select_for_update(skip_locked=True)[:limit]
    )
    deals = _deal(len(waiting), at=at)
    for qualification, deal in zip(waiting, deals, strict=False):
        qualification.state = State.ASSIGNED
        qualification.rep_id = deal.rep_id
        qualification.assigned_at = at
    Qualification.objects.bulk_update(waiting[: len(deals)], ["state", "rep", "assigned_at"])
    pairs = zip(waiting, deals, strict=False)
    StateChange.objects.bulk_create(_dealt(pql, deal, at=at) for pql, deal in pairs)
    return len(deals)
