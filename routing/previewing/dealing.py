"""The new PQLs of a draft, dealt by the live rules as they would be on publishing it now.

One pass over those who enter alone, in chunks: reps, rules, limits and turns are read once, and
everything then happens in memory. Nothing is written and nobody's turn is taken.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from leads.models import Lead
from routing.dealing.facts import Facts
from routing.dealing.pilots import Arm, Place, pilot_for
from routing.dealing.rules import read_rules
from routing.dealing.territories import Area
from routing.facts import facts_of
from routing.models import Pilot, ReviewPolicy, RuleSet, Territory
from routing.services.dealing import lay_table
from routing.services.reviewing import review_asked_by
from rubrics.mappers import Compiled
from rubrics.measures import SpecError
from rubrics.models import Preview, PreviewLead
from rubrics.models.preview import Movement
from rubrics.previews.plan import plan_of
from rubrics.scoring.combine import band_of, tier_of

CHUNK = 1000
NOWHERE = "In no territory"


@dataclass(slots=True)
class Dealt:
    """What became of the new PQLs: how many each rep got by id, how many no rep did.

    ``reviewed`` wait for a review first; ``waiting`` for somebody of their rule to be at work.
    ``rules`` counts by the rule that decided; ``territories`` by where the lead lies, of all that
    are new; a lead in several counts for the first.
    """

    reps: Counter[int] = field(default_factory=Counter)
    nobodys: int = 0
    waiting: int = 0
    reviewed: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    territories: Counter[str] = field(default_factory=Counter)


def deal_entering(preview: Preview, lead_ids: Sequence[int], *, at: datetime) -> Dealt:
    """Deal these of a preview's leads in the order of their ids, as a publication opens them.

    The same order, limits and turns as live, as of ``at``: who is full by then gets no more.
    """
    rule_set = RuleSet.objects.live()
    rules = read_rules(rule_set.document if rule_set else ())
    pilots = Pilot.objects.running(at).terms()
    policies = list(ReviewPolicy.objects.in_force())
    their_turns = [Place(pilot, Arm.PILOT) for pilot in pilots]
    table = lay_table(rules, _accounts_of(lead_ids), at=at, places=their_turns)
    market = _Market(_areas())
    dealt = Dealt()
    for facts in _facts_then(preview, sorted(lead_ids), at=at):
        dealt.territories[market.name_of(facts)] += 1
        if review_asked_by(policies, facts) is not None:
            dealt.reviewed += 1
            continue
        decision = table.deal(facts, at=at, place=pilot_for(pilots, facts, at=at))
        if decision.rep_id is not None:
            dealt.reps[decision.rep_id] += 1
            dealt.rules[decision.last.name] += 1
        elif decision.waits_until is not None:
            dealt.waiting += 1
        else:
            dealt.nobodys += 1
    return dealt


def _accounts_of(lead_ids: Sequence[int]) -> set[int]:
    accounts = Lead.objects.filter(pk__in=lead_ids, account__isnull=False)
    return {pk for pk in accounts.values_list("account_id", flat=True) if pk is not None}


def _areas() -> list[Area]:
    """Every territory, in the order in which a lead is looked for."""
    found = Territory.objects.prefetch_related("reps").order_by("pk")
    return [territory.area for territory in found]


class _Market:
    """Which territory a lead lies in; leads that are alike in what territories ask are asked for
    once."""

    def __init__(self, areas: Sequence[Area]) -> None:
        self._areas = areas
        self._known: dict[tuple[object, ...], str] = {}

    def name_of(self, facts: Facts) -> str:
        key = (facts.country, facts.region, facts.industry, facts.employees)
        if key not in self._known:
            inside = (area.name for area in self._areas if area.holds(facts))
            self._known[key] = next(inside, NOWHERE)
        return self._known[key]


def _facts_then(preview: Preview, lead_ids: Sequence[int], *, at: datetime) -> Iterator[Facts]:
    """What the dealing would know of each lead: as now, but for the score, which is the draft's."""
    rubrics = _rubrics_then(preview)
    for start in range(0, len(lead_ids), CHUNK):
        chunk = lead_ids[start : start + CHUNK]
        known = facts_of([(lead_id, preview.product_id) for lead_id in chunk], at=at)
        rows = preview.leads.filter(movement=Movement.ENTERED, lead__in=chunk)
        then = {row.lead_id: row for row in rows.defer("lines")}
        for lead_id in chunk:
            facts = known.get((lead_id, preview.product_id))
            if facts is not None:
                row = then[lead_id]
                yield _scored(facts, row, rubrics.get(row.then_rubric))


def _rubrics_then(preview: Preview) -> Mapping[str, Compiled]:
    """What would score by the name it is kept by; nothing where the draft cannot be read again,
    because a signal that it needs is gone."""
    try:
        plan = plan_of(preview)
    except SpecError:
        return {}
    return {plan.rubrics.get(one.rubric_id, ""): one for one in plan.panel.versions}


def _scored(facts: Facts, row: PreviewLead, by: Compiled | None) -> Facts:
    fit, behavior, total = row.then_fit or 0, row.then_behavior or 0, row.then_total or 0
    facts = replace(facts, fit=fit, behavior=behavior, total=total)
    if by is None:
        return facts
    version = by.version
    band = band_of(version.bands, total)
    return replace(
        facts,
        rubric=version.rubric,
        segment=version.segment.name if version.segment else "",
        band="" if band is None else version.bands[band].name,
        tier=tier_of(version.matrix, fit, behavior),
    )
