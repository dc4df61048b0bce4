"""Past days dealt again by other rules: a job that goes through the routing log, chunk by chunk.

Each PQL is asked for by what was known of its lead when it opened. The reps are those of now, with
their hours, limits, weights and planned days off; who is switched off gets nothing, who is off for
a while is not. A PQL of a pilot stays within its group. A PQL leaves its rep's load when it really
closed. Turns begin level.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count

from leads import jobs
from leads.jobs import JobFailed
from routing.availability import hours_of
from routing.dealing.conditions import ConditionError
from routing.dealing.decisions import Decision
from routing.dealing.facts import read_facts
from routing.dealing.hours import WorkingHours
from routing.dealing.rules import Rule, read_rules
from routing.dealing.table import Table
from routing.dealing.turns import Turn
from routing.models import (
    PilotCase,
    Qualification,
    Rep,
    Replay,
    ReplayedPql,
    RoutingDecision,
    RuleSet,
)
from routing.models.decision import RoutingDecisionQuerySet, Trigger
from routing.services.dealing import REASON_LENGTH, lay_table
from routing.services.rules import document_of
from rubrics.proof.reading import is_scoring_behind

CHUNK = 100
DAYS = (7, 14, 30)
KEPT = timedelta(days=90)
PATIENCE = timedelta(seconds=1)
"""A lead that waits longer than this for its score goes before a replay."""
NOBODY = ""
MEMORY = timedelta(days=2)
"""More than a day anywhere: of what was dealt before, limits by day ask no more."""


class ReplayRunning(Exception):
    """A replay is under way already: ``replay``."""

    def __init__(self, replay: Replay) -> None:
        super().__init__("A replay of these rules is running already. Wait for its end.")
        self.replay = replay


@transaction.atomic
def start_replay(
    rule_set: RuleSet, *, days: int, by: AbstractBaseUser | None, at: datetime
) -> Replay:
    """Start to deal the PQLs of the last ``days`` again by these rules; forget old replays.

    Raises:
        ReplayRunning: one of the same rules is under way.
    """
    RuleSet.objects.select_for_update().get(pk=rule_set.pk)
    running = Replay.objects.running().filter(rule_set=rule_set).first()
    if running is not None:
        raise ReplayRunning(running)
    Replay.objects.started_before(at - KEPT).exclude(state="running").delete()
    since = at - timedelta(days=days)
    return Replay.objects.create(
        rule_set=rule_set,
        label=f"the last {days} days by {rule_set}",
        document=document_of(rule_set) if rule_set.is_draft else rule_set.document,
        since=since,
        until=at,
        total=_dealt(since, at).count(),
        asked_by_id=by.pk if by else None,
        started_at=at,
    )


def replay_some(*, at: datetime, seconds: float) -> bool:
    """Go on for about so long with the replay that was started first; False for none."""
    return jobs.work_on(
        Replay.objects.running(),
        step,
        at=at,
        seconds=seconds,
        gives_way=lambda now: is_scoring_behind(now - PATIENCE),
    )


def _dealt(since: datetime, until: datetime) -> RoutingDecisionQuerySet:
    """The first decision about each PQL of these days, as they came."""
    opened = RoutingDecision.objects.filter(trigger=Trigger.OPENED, at__gte=since, at__lt=until)
    return opened.order_by("pk")


def step(replay: Replay, at: datetime) -> bool:
    """Deal the next chunk again and keep what came of it; False at the end."""
    replay.refresh_from_db(fields=["last_id", "table", "counts"])
    found = _dealt(replay.since, replay.until).filter(pk__gt=replay.last_id)
    chunk = list(found.select_related("qualification").defer("steps")[:CHUNK])
    if not chunk:
        jobs.finish(replay, at=at)
        return False
    try:
        rules = read_rules(replay.document)
    except (ConditionError, ValueError, KeyError) as error:
        raise JobFailed(f"The rules cannot be read: {error}") from error
    rows, table = _deal_again(replay, rules, chunk)
    with transaction.atomic():
        is_ours = jobs.advance(
            replay,
            done=len(chunk),
            last_id=chunk[-1].pk,
            table=_as_json(table),
            counts=_counted(replay.counts, rows),
        )
        if is_ours:
            ReplayedPql.objects.bulk_create(rows)
    return is_ours


def _deal_again(
    replay: Replay, rules: tuple[Rule, ...], chunk: Sequence[RoutingDecision]
) -> tuple[list[ReplayedPql], Table]:
    facts = [read_facts(decision.facts) for decision in chunk]
    accounts = {one.account_id for one in facts if one.account_id is not None}
    table = lay_table(rules, accounts, at=replay.until)
    table.turns = _from_json(replay.table)
    reps = Rep.objects.select_related("user").order_by("pk")
    past = _Past(replay, list(reps), table)
    pqls = [decision.qualification_id for decision in chunk]
    places = PilotCase.objects.filter(qualification__in=pqls).places_then()
    rows = []
    for decision, known in zip(chunk, facts, strict=True):
        pql = decision.qualification
        past.move_to(decision.at)
        again = table.deal(known, at=decision.at, place=places.get(pql.pk))
        past.give(again.rep_id, decision.at, pql.closed_at)
        rows.append(_row(replay, decision, again))
    return rows, table


def _row(replay: Replay, then: RoutingDecision, now: Decision) -> ReplayedPql:
    step = now.last
    return ReplayedPql(
        replay=replay,
        qualification=then.qualification,
        rep_then_id=then.rep_id,
        rep_now_id=now.rep_id,
        rule_then=then.rule_name,
        rule_now=step.name if step.fired else "",
        reason=now.reason[:REASON_LENGTH],
        steps=[one.document for one in now.steps],
    )


@dataclass(slots=True)
class _Book:
    """What one rep would have: how many that never close, when the others do, and the newest."""

    lasting: int = 0
    ends: list[datetime] = field(default_factory=list)
    begins: list[datetime] = field(default_factory=list)

    def add(self, begins: datetime, ends: datetime | None) -> None:
        self.begins.append(begins)
        if ends is None:
            self.lasting += 1
        else:
            heappush(self.ends, ends)

    def move_to(self, at: datetime) -> None:
        """Forget what has closed by then; times only go on."""
        while self.ends and self.ends[0] <= at:
            heappop(self.ends)
        self.begins = [begun for begun in self.begins if begun > at - MEMORY]


class _Past:
    """The reps as they would have stood at a past moment, kept up in the table's hands."""

    def __init__(self, replay: Replay, reps: Sequence[Rep], table: Table) -> None:
        self._reps, self._hands = reps, table.hands
        self._hours: dict[int, WorkingHours] = hours_of(reps)
        self._books: dict[int | None, _Book] = defaultdict(_Book)
        before = Qualification.objects.filter(opened_at__lt=replay.since, rep__isnull=False)
        lasting = before.filter(closed_at=None).order_by().values("rep")
        for rep_id, count in lasting.annotate(count=Count("pk")).values_list("rep", "count"):
            self._books[rep_id].lasting = count
        closing = before.filter(closed_at__gt=replay.since)
        for rep_id, ends in closing.values_list("rep", "closed_at"):
            heappush(self._books[rep_id].ends, ends or replay.until)
        newest = before.filter(assigned_at__gt=replay.since - MEMORY)
        for rep_id, begins in newest.values_list("rep", "assigned_at"):
            self._books[rep_id].begins.append(begins or replay.since)
        again = replay.pqls.filter(rep_now__isnull=False).values_list(
            "rep_now_id", "qualification__opened_at", "qualification__closed_at"
        )
        for rep_id, begins, ends in again:
            self._books[rep_id].add(begins, ends)

    def give(self, rep_id: int | None, begins: datetime, ends: datetime | None) -> None:
        if rep_id is not None:
            self._books[rep_id].add(begins, ends)

    def move_to(self, at: datetime) -> None:
        """Let every hand be as it would have been then."""
        for rep in self._reps:
            hand, hours, book = self._hands[rep.pk], self._hours[rep.pk], self._books[rep.pk]
            book.move_to(at)
            today = rep.today(at)
            hand.opens_at = hours.next_opening(at)
            hand.open = book.lasting + len(book.ends)
            hand.new_today = sum(rep.today(begun) == today for begun in book.begins)
            hand.away = _why_away(rep, hours, at)
            hand.last_dealt_at = max(book.begins, default=None)


def _why_away(rep: Rep, hours: WorkingHours, at: datetime) -> str:
    if not rep.user.is_active:
        return "account deactivated"
    if not rep.is_available:
        return "switched off"
    day = rep.today(at)
    return "had a day off" if any(off.holds(day) for off in hours.days_off) else ""


def _counted(
    counts: dict[str, list[int]], rows: Sequence[ReplayedPql]
) -> dict[str, list[int]]:  # fmt: skip
    """``counts`` with these PQLs added."""
    sums = {rep: list(pair) for rep, pair in counts.items()}
    for row in rows:
        for side, rep_id in enumerate((row.rep_then_id, row.rep_now_id)):
            sums.setdefault(NOBODY if rep_id is None else str(rep_id), [0, 0])[side] += 1
    return sums


def _as_json(table: Table) -> dict[str, dict[str, list[int]]]:
    return {
        key: {str(pk): [turn.credit, turn.of, turn.dealt] for pk, turn in turns.items()}
        for key, turns in table.turns.items()
    }


def _from_json(document: dict[str, dict[str, list[int]]]) -> dict[str, dict[int, Turn]]:
    return {
        key: {int(pk): Turn(*numbers) for pk, numbers in turns.items()}
        for key, turns in document.items()
    }
