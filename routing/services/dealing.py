"""Dealing PQLs to reps by the live rules: what is read, under which lock, and what is kept."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from routing.availability import hours_of, loads_of
from routing.dealing.decisions import Decision
from routing.dealing.facts import Facts, facts_document
from routing.dealing.hands import Hand
from routing.dealing.hours import WorkingHours
from routing.dealing.pilots import Place
from routing.dealing.rules import Pool, Rule, Way, read_rules
from routing.dealing.table import Table, Tie
from routing.dealing.territories import Area
from routing.dealing.turns import Turn
from routing.facts import facts_of
from routing.models import (
    AccountOwner,
    DealTurn,
    Qualification,
    Rep,
    RoutingDecision,
    RuleSet,
    Territory,
)
from routing.models.decision import Trigger
from routing.models.qualification import State

REASON_LENGTH = 300


def deal(
    facts: Sequence[Facts],
    *,
    rule_set: RuleSet | None,
    at: datetime,
    places: Sequence[Place | None] | None = None,
) -> list[Decision]:
    """Deal one PQL after the other by these rules; one decision each, in order.

    ``places`` says of each where it stands in a pilot, if in any.

    Needs a transaction, whose end lets the next one deal: the reps' rows are locked, in their
    order, so that turns and limits are exact however many deal at once.
    """
    rules = read_rules(rule_set.document if rule_set else ())
    table = lay_table(rules, accounts_of(facts), at=at, is_dealt=True, places=places or ())
    return deal_at(table, facts, at=at, places=places)


def deal_at(
    table: Table,
    facts: Sequence[Facts],
    *,
    at: datetime,
    places: Sequence[Place | None] | None = None,
) -> list[Decision]:
    """Deal from a table laid under lock, and keep whose turn it is then."""
    pairs = zip(facts, places or [None] * len(facts), strict=True)
    decisions = [table.deal(one, at=at, place=place) for one, place in pairs]
    _keep_turns(table, decisions)
    return decisions


def deal_one(
    qualification: Qualification, rule: Rule, *, trigger: Trigger, at: datetime
) -> Decision:  # fmt: skip
    """Deal a PQL by this rule alone, and log it if somebody gets it. Changes no state.

    Needs a transaction: the reps' rows are locked, so that turns and limits hold.
    """
    key = (qualification.lead_id, qualification.product_id)
    facts = facts_of([key], at=at)[key]
    table = lay_table((rule,), accounts_of([facts]), at=at, is_dealt=True)
    [decision] = deal_at(table, [facts], at=at)
    if decision.rep_id is not None:
        log_row(qualification, facts, decision, trigger=trigger, rule_set=None, at=at).save()
    return decision


def accounts_of(facts: Iterable[Facts]) -> set[int]:
    """The accounts of these leads."""
    return {one.account_id for one in facts if one.account_id is not None}


def lay_table(
    rules: tuple[Rule, ...],
    account_ids: Collection[int],
    *,
    at: datetime,
    is_dealt: bool = False,
    places: Iterable[Place | None] = (),
) -> Table:
    """Everything the rules need, as of now; a handful of queries, however many PQLs.

    Args:
        is_dealt: it is for real, so that the reps are locked; else one only looks.
    """
    reps = Rep.objects.select_related("user").order_by("pk")
    if is_dealt:
        reps = reps.select_for_update(of=("self",), no_key=True)
    hands = read_hands(list(reps), rules, at=at)
    asks_for_ties = any(rule.pool is Pool.ACCOUNT for rule in rules)
    return Table(
        rules=rules,
        hands=hands,
        areas=_areas(rules),
        turns=_turns([*rules, *{place.pilot.rule for place in places if place}]),
        ties=ties_of(account_ids) if asks_for_ties else {},
    )


def read_hands(reps: Sequence[Rep], rules: Iterable[Rule], *, at: datetime) -> dict[int, Hand]:
    """The reps as the dealing sees them, by id. Loads are counted where something asks for them."""
    hours = hours_of(reps)
    asks_all = any(rule.way is Way.LEAST for rule in rules)
    limited = [rep for rep in reps if asks_all or _has_limit(rep)]
    loads = loads_of(limited, at=at)
    return {
        rep.pk: Hand(
            rep_id=rep.pk,
            name=str(rep),
            team_id=rep.team_id,
            opens_at=hours[rep.pk].next_opening(at),
            zone=rep.zone,
            weight=rep.weight,
            skills=frozenset(skill.casefold() for skill in rep.skills),
            max_open=rep.max_open,
            max_new_a_day=rep.max_new_a_day,
            open=loads[rep.pk].open if rep.pk in loads else 0,
            new_today=loads[rep.pk].new_today if rep.pk in loads else 0,
            away=why_away(rep, hours[rep.pk], at),
            last_dealt_at=rep.last_dealt_at,
        )
        for rep in reps
    }


def why_away(rep: Rep, hours: WorkingHours, at: datetime) -> str:
    """Why a rep gets nothing at all now, in words; empty: they can. See ``Rep.available``."""
    if not rep.user.is_active:
        return "account deactivated"
    if not rep.is_available:
        return "switched off"
    if rep.paused_at is not None:
        return "let PQLs pass and gets nothing new until they act"
    if rep.off_until is not None and rep.off_until > at:
        return f"off until {rep.off_until.astimezone(rep.zone):%a %-d %b, %H:%M}"
    today = rep.today(at)
    if any(off.holds(today) for off in hours.days_off):
        return "has a day off"
    return ""


def _has_limit(rep: Rep) -> bool:
    return rep.max_open is not None or rep.max_new_a_day is not None


def _areas(rules: Iterable[Rule]) -> dict[int, Area]:
    """All territories if a rule deals by them, else those that are named."""
    named = {pk for rule in rules for pk in rule.territories}
    deals_by = any(rule.pool is Pool.TERRITORY and not rule.territories for rule in rules)
    if not named and not deals_by:
        return {}
    found = Territory.objects.prefetch_related("reps")
    if not deals_by:
        found = found.filter(pk__in=named)
    return {territory.pk: territory.area for territory in found}


def _turns(rules: Iterable[Rule]) -> dict[str, dict[int, Turn]]:
    turns: dict[str, dict[int, Turn]] = defaultdict(dict)
    for row in DealTurn.objects.filter(rule_key__in=[rule.key for rule in rules]):
        turns[row.rule_key][row.rep_id] = Turn(row.credit, row.of, row.dealt)
    return turns


def ties_of(account_ids: Collection[int]) -> dict[int, list[Tie]]:
    """Who has to do with these accounts: the owner, then who works somebody there, then who last
    won somebody there."""
    ties: dict[int, list[Tie]] = defaultdict(list)
    owned = AccountOwner.objects.filter(account__in=account_ids)
    for account_id, rep_id in owned.values_list("account_id", "rep_id"):
        ties[account_id].append(Tie(rep_id, "owns the account"))
    of_account = Qualification.objects.filter(lead__account__in=account_ids, rep__isnull=False)
    worked = of_account.open().order_by("-opened_at", "-pk")
    won = of_account.filter(state=State.WON).order_by("-closed_at", "-pk")
    for found, words in (
        (worked, "works a colleague there"),
        (won, "won a deal there"),
    ):
        for account_id, rep_id in found.values_list("lead__account_id", "rep_id"):
            if account_id is not None and rep_id is not None:
                ties[account_id].append(Tie(rep_id, words))
    return ties


def _keep_turns(table: Table, decisions: Iterable[Decision]) -> None:
    """Write what the deals changed: the rules' turns, and when each rep was last dealt one."""
    DealTurn.objects.bulk_create(
        (_turn_row(key, rep_id, table.turns) for key, rep_id in sorted(table.touched)),
        update_conflicts=True,
        unique_fields=["rep", "rule_key"],
        update_fields=["credit", "of", "dealt"],
    )
    table.touched.clear()
    dealt = {one.rep_id for one in decisions if one.rep_id is not None}
    Rep.objects.bulk_update(
        [Rep(pk=pk, last_dealt_at=table.hands[pk].last_dealt_at) for pk in sorted(dealt)],
        ["last_dealt_at"],
    )


def _turn_row(key: str, rep_id: int, turns: Mapping[str, Mapping[int, Turn]]) -> DealTurn:
    turn = turns[key][rep_id]
    return DealTurn(
        rule_key=key, rep_id=rep_id, credit=turn.credit, of=turn.of, dealt=turn.dealt
    )  # fmt: skip


def log_row(
    qualification: Qualification,
    facts: Facts,
    decision: Decision,
    *,
    trigger: Trigger,
    rule_set: RuleSet | None,
    at: datetime,
) -> RoutingDecision:
    """The entry of the routing log; not saved."""
    step = decision.last
    return RoutingDecision(
        qualification=qualification,
        at=at,
        trigger=trigger,
        rule_set=rule_set,
        rule_key=step.rule if step.fired else "",
        rule_name=step.name if step.fired else "",
        rep_id=decision.rep_id,
        reason=decision.reason[:REASON_LENGTH],
        waits_until=decision.waits_until,
        steps=[one.document for one in decision.steps],
        facts=facts_document(facts),
    )
