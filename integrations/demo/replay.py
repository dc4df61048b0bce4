"""Live the demo's past again: score it step by step, and let the reps work what it brings.

The real services do it all, each with the moment it would have happened at; nothing is made up but
the moments and the reps' decisions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from integrations.demo.decisions import Decision, decide
from integrations.demo.history import Past
from leads.models import Account, Outcome
from routing.models import Qualification
from routing.services import open_qualifications
from rubrics.mappers import Compiled
from rubrics.measures.subjects import AccountIds, LeadIds
from rubrics.models import AccountScore, Score, ScoreChange
from rubrics.scores import score_by, score_panel
from rubrics.scoring.types import Subject
from rubrics.segments import published_panels

Happening = tuple[datetime, Callable[[datetime], None]]

# Coarse at first, fine lately, so that what is new today is new to the hour.
FINE_FROM = timedelta(days=2)
FINE_STEP = timedelta(minutes=40)
COARSE_STEP = timedelta(hours=10)
# An account's history is coarser: many people change it.
ACCOUNT_STEP = timedelta(days=2)


@dataclass(slots=True)
class Replay:
    """Replays the pasts of all products, each under its id, by the versions that are published;
    ``ids`` names the leads of the pasts."""

    pasts: Mapping[int, Past]
    of_accounts: Compiled
    ids: Mapping[str, int]
    random: Random
    planned: list[tuple[datetime, int, Decision]] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    """What somebody changes meanwhile, earliest first."""

    def run(self, *, since: datetime, until: datetime) -> None:
        """Go from ``since`` to ``until``. Needs a transaction that nobody else can see into."""
        touched = self._touched(list(_steps(since, until, self.random)))
        panels = [panel for panel in published_panels() if panel.subject is Subject.LEAD]
        trying: dict[int, set[int]] = defaultdict(set)
        active: set[int] = set()
        accounts_at = since
        for at, met in touched.items():
            for product_id, lead_ids in met.items():
                trying[product_id] |= lead_ids
            lead_ids = set().union(*met.values())
            while self.happenings and self.happenings[0][0] <= at:
                _, happen = self.happenings.pop(0)
                happen(at)
            affected = lead_ids | set(Score.objects.due(at).values_list("lead_id", flat=True))
            for panel in panels:
                if theirs := sorted(affected & trying[panel.product_id]):
                    score_panel(panel, LeadIds(theirs, at))
            if affected:
                self._open(at, until)
            self._work(at)
            active |= lead_ids
            if at - accounts_at >= ACCOUNT_STEP:
                self._score_accounts(active, at)
                active, accounts_at = set(), at

    def _score_accounts(self, lead_ids: set[int], at: datetime) -> None:
        """Score the accounts of these leads, and those that time has changed."""
        due = AccountScore.objects.due(at).values_list("account_id", flat=True)
        known = Account.objects.filter(leads__in=lead_ids).values_list("pk", flat=True)
        affected = set(due) | set(known)
        if affected:
            score_by(self.of_accounts, AccountIds(sorted(affected), at))

    def _touched(self, steps: list[datetime]) -> dict[datetime, dict[int, set[int]]]:
        """Which leads did something in a product, or signed up, between each step and the one
        before; the leads under the product's id."""
        moments: list[tuple[datetime, str, int]] = []
        for product_id, past in self.pasts.items():
            moments += [(row.created_at, row.external_id, product_id) for row in past.leads]
            moments += [(row.occurred_at, row.user_id, product_id) for row in past.events]
        moments.sort()
        touched: dict[datetime, dict[int, set[int]]] = {}
        position = 0
        for at in steps:
            met = touched[at] = defaultdict(set)
            while position < len(moments) and moments[position][0] <= at:
                _, external_id, product_id = moments[position]
                met[product_id].add(self.ids[external_id])
                position += 1
        return touched

    def _open(self, at: datetime, until: datetime) -> None:
        if not ScoreChange.objects.unrouted().exists():
            return
        open_qualifications(at=at, limit=1_000)
        # What waits for a review is nobody's to work.
        dealt = Qualification.objects.filter(opened_at=at, rep__isnull=False)
        new = list(dealt.order_by("pk"))
        fates: dict[tuple[int, int | None], list[Outcome]] = defaultdict(list)
        outcomes = Outcome.objects.filter(lead__in=[q.lead_id for q in new])
        for outcome in outcomes.order_by("occurred_at"):
            fates[outcome.lead_id, outcome.product_id].append(outcome)
        for qualification in new:
            fate = fates[qualification.lead_id, qualification.product_id]
            for decision in decide(self.random, opened_at=at, until=until, outcomes=fate):
                self.planned.append((decision.at, qualification.pk, decision))
        self.planned.sort(key=lambda plan: plan[:2])

    def _work(self, at: datetime) -> None:
        while self.planned and self.planned[0][0] <= at:
            _, pk, decision = self.planned.pop(0)
            qualification = Qualification.objects.select_related("rep__user").get(pk=pk)
            decision.carry_out(qualification)


def _steps(since: datetime, until: datetime, random: Random) -> Iterator[datetime]:
    at = since
    while at < until:
        step = FINE_STEP if until - at <= FINE_FROM else COARSE_STEP
        at = min(at + step * random.uniform(0.7, 1.3), until)
        yield at.replace(microsecond=0) if at < until else until
