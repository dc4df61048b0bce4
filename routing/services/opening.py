"""Crossings of the threshold become episodes of work, dealt to reps by the rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leads.models import Lead
from routing import reasons
from routing.briefs import last_time
from routing.dealing.decisions import Decision
from routing.dealing.facts import Facts
from routing.dealing.pilots import pilot_for
from routing.dealing.rules import read_rules
from routing.facts import facts_of
from routing.models import (
    LifecyclePolicy,
    Pilot,
    PilotCase,
    Qualification,
    ReviewPolicy,
    RoutingDecision,
    RuleSet,
    StateChange,
)
from routing.models.decision import Trigger
from routing.models.qualification import Review, State
from routing.services.dealing import (
    REASON_LENGTH,
    accounts_of,
    deal,
    deal_at,
    lay_table,
    log_row,
)
from routing.services.reviewing import HELD_BACK, review_asked_by
from rubrics.models import Score, ScoreChange

OPENED = "Met all three thresholds"
STILL_MET = "Still meets all three thresholds after its rest"
OPENED_BY_VERSION = "Met all three thresholds when a new version went live"


Key = tuple[int, int]
"""A lead's and a product's id."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a qualification: the score it freezes, and the crossing, if it was one."""

    score: Score
    change: ScoreChange | None

    @property
    def key(self) -> Key:
        return self.score.lead_id, self.score.product_id


@transaction.atomic
def open_qualifications(*, at: datetime, limit: int) -> int:
    """Turn up to ``limit`` unrouted crossings into qualifications; return how many were looked at.

    A crossing opens nothing if its lead was merged away, is no PQL any more, has an open
    qualification for the product, or had one closed so lately that its product's policy lets the
    lead rest.
    """
    changes = list(
        ScoreChange.objects.unrouted().select_for_update(skip_locked=True, of=("self",))[:limit]
    )
    if not changes:
        return 0
    crossings = [((change.lead_id, change.product_id), change) for change in changes]
    open_all(worth_opening(crossings, at=at), at=at)
    ScoreChange.objects.filter(pk__in=[change.pk for change in changes]).update(routed_at=at)
    return len(changes)


def worth_opening(
    wanted: Sequence[tuple[Key, ScoreChange | None]], *, at: datetime
) -> list[Opening]:
    """Those of these leads and products that are PQLs and may have a qualification now, once each.

    Needs a transaction: the leads are locked to its end.
    """
    lead_ids = {lead_id for (lead_id, _), _ in wanted}
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
    taken = Qualification.objects.barred(
        {key: score.total for key, score in scores.items()},
        at=at,
        lifecycles=LifecyclePolicy.objects.lifecycles(),
    )
    openings = []
    for key, change in wanted:
        score = scores.get(key)
        if score is None or key in taken:
            continue
        taken.add(key)
        openings.append(Opening(score, change))
    return openings


def open_all(openings: Sequence[Opening], *, at: datetime) -> None:
    """Make them qualifications, dealt by the live rules, with their history and routing log."""
    if not openings:
        return
    facts = _facts_of(openings, at=at)
    frozen = [_frozen(opening, at=at) for opening in openings]
    pilots = Pilot.objects.running(at).terms()
    places = [pilot_for(pilots, known, at=at) for known in facts]
    is_held = _hold_back(frozen, facts)
    why = _why_opened(frozen)
    rule_set = RuleSet.objects.live()
    # From here on nobody else deals: what takes time was done before.
    free = [number for number, held in enumerate(is_held) if not held]
    decisions = deal(
        [facts[number] for number in free],
        rule_set=rule_set,
        at=at,
        places=[places[number] for number in free],
    )
    for number, decision in zip(free, decisions, strict=True):
        _give(frozen[number], decision, at=at)
    pqls = Qualification.objects.bulk_create(frozen)
    history = _history([pqls[number] for number in free], decisions, why, at=at)
    held_back = [
        _held_back(pql, why[_key(pql)], at=at)
        for pql, held in zip(pqls, is_held, strict=True)
        if held
    ]
    StateChange.objects.bulk_create([*history, *held_back])
    RoutingDecision.objects.bulk_create(
        log_row(
            pqls[number], facts[number], decision, trigger=Trigger.OPENED, rule_set=rule_set, at=at
        )
        for number, decision in zip(free, decisions, strict=True)
    )
    PilotCase.objects.bulk_create(
        PilotCase(pilot_id=place.pilot.pilot_id, qualification=pql, arm=place.arm)
        for pql, place in zip(pqls, places, strict=True)
        if place is not None
    )


def _hold_back(frozen: Sequence[Qualification], facts: Sequence[Facts]) -> list[bool]:
    """Have those reviewed first that a policy asks it of; say of each whether it is one."""
    policies = list(ReviewPolicy.objects.in_force())
    is_held = [review_asked_by(policies, known) is not None for known in facts]
    for qualification, held in zip(frozen, is_held, strict=True):
        if held:
            qualification.review = Review.WAITING
    return is_held


def _why_opened(pqls: Sequence[Qualification]) -> dict[Key, str]:
    """In words, by lead and product; of a lead that had one before also how that ended."""
    earlier = Qualification.objects.ended_last({pql.lead_id for pql in pqls})
    ended = {_key(one): one for one in earlier}
    why = {}
    for pql in pqls:
        crossed = OPENED_BY_VERSION if pql.publication_id else OPENED
        opened = crossed if pql.opened_by_id else STILL_MET
        before = ended.get(_key(pql))
        again = last_time(pql, [before]) if before else ""
        why[_key(pql)] = f"{opened}. {again}" if again else opened
    return why


def _key(qualification: Qualification) -> Key:
    return qualification.lead_id, qualification.product_id


def _held_back(qualification: Qualification, opened: str, *, at: datetime) -> StateChange:
    """No news yet: reps are told once it was reviewed."""
    return StateChange(
        qualification=qualification,
        to_state=State.NEW,
        reason=_in_a_row(opened, HELD_BACK),
        at=at,
        announced_at=at,
    )


def _facts_of(wanted: Sequence[Opening | Qualification], *, at: datetime) -> list[Facts]:
    keys = [one.key if isinstance(one, Opening) else _key(one) for one in wanted]
    found = facts_of(keys, at=at)
    return [found[key] for key in keys]


def _give(qualification: Qualification, decision: Decision, *, at: datetime) -> None:
    """Make it the chosen rep's, if there is one."""
    if decision.rep_id is not None:
        qualification.state = State.ASSIGNED
        qualification.rep_id = decision.rep_id
        qualification.assigned_at = at


def _frozen(opening: Opening, *, at: datetime) -> Qualification:
    change, score = opening.change, opening.score
    return Qualification(
        lead_id=score.lead_id,
        product_id=score.product_id,
        version_id=score.version_id,
        opened_by=change,
        publication_id=change.publication_id if change else None,
        fit=score.fit,
        behavior=score.behavior,
        total=score.total,
        breakdown=reasons.freeze(score),
        opened_at=at,
    )


def _history(
    qualifications: Iterable[Qualification],
    decisions: Iterable[Decision],
    why: Mapping[Key, str],
    *,
    at: datetime,
) -> list[StateChange]:
    rows = []
    for qualification, decision in zip(qualifications, decisions, strict=True):
        opened = why[_key(qualification)]
        is_dealt = decision.rep_id is not None
        rows.append(
            StateChange(
                qualification=qualification,
                to_state=State.NEW,
                reason=_in_a_row(opened, "" if is_dealt else _why_nobody(decision)),
                at=at,
                announced_at=_told_by_digest(qualification, at),
            )
        )
        if is_dealt:
            rows.append(_dealt(qualification, decision, at=at))
    return rows


def _in_a_row(opened: str, after: str) -> str:
    """Both as one reason. What follows says what happens next: the first is cut rather than it."""
    if not after:
        return opened[:REASON_LENGTH]
    room = REASON_LENGTH - len(after) - len(". ")
    return f"{opened if len(opened) <= room else opened[: room - 1] + '…'}. {after}"


def _why_nobody(decision: Decision) -> str:
    return (decision.reason if decision.waits_until else decision.last.why)[:200]


def _dealt(qualification: Qualification, decision: Decision, *, at: datetime) -> StateChange:
    return StateChange(
        qualification=qualification,
        from_state=State.NEW,
        to_state=State.ASSIGNED,
        rep_id=decision.rep_id,
        reason=decision.reason[:REASON_LENGTH],
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

    Returns how many were dealt: none while nobody can take one. Those that a rule keeps until
    somebody is at work are left until then.
    """
    rule_set = RuleSet.objects.live()
    kept = RoutingDecision.objects.waiting_at(at, rule_set.pk if rule_set else None)
    undealt = Qualification.objects.undealt().exclude(decisions__in=kept)
    waiting = list(
        undealt.order_by("opened_at", "pk").select_for_update(skip_locked=True, of=("self",))[
            :limit
        ]
    )
    if not waiting:
        return 0
    facts = _facts_of(waiting, at=at)
    rules = read_rules(rule_set.document if rule_set else ())
    known = PilotCase.objects.filter(qualification__in=waiting).places(at)
    places = [known.get(pql.pk) for pql in waiting]
    table = lay_table(rules, accounts_of(facts), at=at, is_dealt=True, places=places)
    if table.is_full:
        return 0
    decisions = deal_at(table, facts, at=at, places=places)
    rounds = list(zip(waiting, facts, decisions, strict=True))
    dealt = [one for one in rounds if one[2].rep_id is not None]
    for qualification, _, decision in dealt:
        _give(qualification, decision, at=at)
    Qualification.objects.bulk_update(
        [qualification for qualification, _, _ in dealt], ["state", "rep", "assigned_at"]
    )
    StateChange.objects.bulk_create(_dealt(pql, decision, at=at) for pql, _, decision in dealt)
    # Who still waits for nobody in particular has its entry from when it opened.
    RoutingDecision.objects.bulk_create(
        log_row(pql, known, decision, trigger=Trigger.WAITING, rule_set=rule_set, at=at)
        for pql, known, decision in rounds
        if decision.rep_id is not None or decision.waits_until is not None
    )
    return len(dealt)
