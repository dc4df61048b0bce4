"""Dealing PQLs one after the other by the rules, saying why. Pure: no clock, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.dealing.conditions import Checked, all_hold, check
from routing.dealing.decisions import Considered, Decision, Step
from routing.dealing.facts import Facts
from routing.dealing.hands import Hand, Obstacle, in_short
from routing.dealing.pilots import Arm, Place
from routing.dealing.rules import Closed, Pool, Rule, Way
from routing.dealing.territories import Area
from routing.dealing.turns import Seat, Turn, next_turn

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Tie:
    """What a rep has to do with an account: ``owns the account``."""

    rep_id: int
    words: str


@dataclass(frozen=True, slots=True)
class _Line:
    """Who stands in line for a PQL, and who was skipped and why."""

    standing: list[Hand]
    skipped: dict[int, Obstacle]


@dataclass(slots=True)
class Table:
    """The rules, the reps, and where everybody stands; each deal changes loads, turns and ties.

    Args:
        hands: by rep id.
        turns: by rule key, then rep id; ``touched`` names those that changed.
        ties: by account id, the closest first.
    """

    rules: tuple[Rule, ...]
    hands: Mapping[int, Hand]
    areas: Mapping[int, Area] = field(default_factory=dict)
    turns: dict[str, dict[int, Turn]] = field(default_factory=dict)
    ties: dict[int, list[Tie]] = field(default_factory=dict)
    touched: set[tuple[str, int]] = field(default_factory=set)
    _barred: Mapping[int, Obstacle] = field(default_factory=dict, init=False)

    def deal(self, facts: Facts, *, at: datetime, place: Place | None = None) -> Decision:
        """Try the rules in order. Who gets it has one more; nobody is dealt past a limit.

        A PQL of a pilot goes to its reps alone; one it is compared with to everybody but them.
        """
        steps: list[Step] = []
        self._barred = _barred_by(place)
        is_pilots = place is not None and place.arm is Arm.PILOT
        for rule in (place.pilot.rule,) if place and is_pilots else self.rules:
            decision = self._try(rule, facts, steps, at)
            if decision is not None:
                return decision
        return Decision(None, tuple(steps))

    @property
    def is_full(self) -> bool:
        """Whether nobody at all can take one."""
        return all(hand.obstacle(()) for hand in self.hands.values())

    def _try(
        self, rule: Rule, facts: Facts, steps: list[Step], at: datetime
    ) -> Decision | None:  # fmt: skip
        checks = check(rule.conditions, facts)
        areas = [self.areas[pk] for pk in self._territories(rule) if pk in self.areas]
        inside = [area for area in areas if area.holds(facts)]
        checks += _where(areas, inside, facts)
        if not all_hold(checks) or (rule.territories and not inside):
            steps.append(Step(rule.key, rule.name, False, _why_not(checks, inside), checks))
            return None
        candidates = self._candidates(rule, inside, facts)
        line = self._line_up(rule, candidates)
        if not line.standing:
            why = _why_nobody(line) if candidates else _NOBODY[rule.pool]
            considered = _told(candidates, line, None)
            steps.append(Step(rule.key, rule.name, False, why, checks, considered))
            return None
        line, waits_until = _by_hours(rule, line, at)
        if waits_until is not None:
            opening = min(line.standing, key=_opening).opening
            why = f"Waits for working hours: {opening}"
            considered = _told(candidates, line, None)
            steps.append(Step(rule.key, rule.name, True, why, checks, considered))
            return Decision(None, tuple(steps), waits_until=waits_until)
        chosen, why = self._choose(rule, line.standing, facts)
        if not chosen.is_open(at):
            why += f"; works from {chosen.opening}"
        chosen.take(self._moment(at))
        self._remember(facts, chosen)
        considered = _told(candidates, line, chosen)
        steps.append(Step(rule.key, rule.name, True, why, checks, considered))
        return Decision(chosen.rep_id, tuple(steps), dealt_at=chosen.last_dealt_at)

    def _moment(self, at: datetime) -> datetime:
        """When the next turn is taken: later than all before it, whatever the clock says. Turns of
        one microsecond, or of machines whose clocks differ, still have an order."""
        turns = [hand.last_dealt_at for hand in self.hands.values() if hand.last_dealt_at]
        return max([at, *(turn + _TICK for turn in turns)])

    def _territories(self, rule: Rule) -> Sequence[int]:
        if rule.pool is Pool.TERRITORY and not rule.territories:
            return list(self.areas)
        return rule.territories

    def _candidates(self, rule: Rule, inside: Sequence[Area], facts: Facts) -> list[Hand]:
        hands = self.hands.values()
        match rule.pool:
            case Pool.EVERYBODY:
                found = list(hands)
            case Pool.TEAMS:
                found = [hand for hand in hands if hand.team_id in rule.teams]
            case Pool.REPS:
                found = [hand for hand in hands if hand.rep_id in rule.reps]
            case Pool.TERRITORY:
                working = frozenset[int]().union(*(area.reps for area in inside))
                found = [hand for hand in hands if hand.rep_id in working]
            case Pool.ACCOUNT:
                tied = dict.fromkeys(tie.rep_id for tie in self._ties_of(facts))
                found = [self.hands[pk] for pk in tied if pk in self.hands]
        return found

    def _ties_of(self, facts: Facts) -> list[Tie]:
        return self.ties.get(facts.account_id, []) if facts.account_id is not None else []

    def _line_up(self, rule: Rule, candidates: Sequence[Hand]) -> _Line:
        skipped = {
            hand.rep_id: self._barred.get(hand.rep_id) or hand.obstacle(rule.skills)
            for hand in candidates
        }
        standing = [hand for hand in candidates if not skipped[hand.rep_id]]
        return _Line(standing, {pk: why for pk, why in skipped.items() if why})

    def _choose(self, rule: Rule, line: Sequence[Hand], facts: Facts) -> tuple[Hand, str]:
        if rule.pool is Pool.ACCOUNT:
            chosen = line[0]
            tie = next(tie for tie in self._ties_of(facts) if tie.rep_id == chosen.rep_id)
            return chosen, _capital(tie.words)
        if rule.way is Way.LEAST:
            chosen = min(line, key=lambda hand: (hand.open, *hand.waits_since))
            return chosen, f"Fewest open PQLs: {chosen.open}"
        return self._take_turn(rule, line)

    def _take_turn(self, rule: Rule, line: Sequence[Hand]) -> tuple[Hand, str]:
        is_weighted = rule.way is Way.WEIGHTED
        seats = [
            Seat(hand.rep_id, hand.weight if is_weighted else 1)
            for hand in sorted(line, key=lambda hand: hand.waits_since)
        ]
        turns = self.turns.setdefault(rule.key, {})
        rep_id, after = next_turn(seats, turns)
        turns.update(after)
        self.touched.update((rule.key, pk) for pk in after)
        chosen = self.hands[rep_id]
        if len(seats) == 1:
            return chosen, "The only one who can take it now"
        if not is_weighted:
            return chosen, f"Next in turn among {len(seats)}"
        total = sum(seat.weight for seat in seats)
        return chosen, f"Next in turn by weight, {chosen.weight} of every {total}"

    def _remember(self, facts: Facts, chosen: Hand) -> None:
        """Whoever got a PQL works that account from now on: the next of it may go there too."""
        if facts.account_id is None or chosen.rep_id in {t.rep_id for t in self._ties_of(facts)}:
            return
        tie = Tie(chosen.rep_id, "works a colleague there")
        self.ties.setdefault(facts.account_id, []).append(tie)


def _barred_by(place: Place | None) -> dict[int, Obstacle]:
    """Whom a pilot keeps from what it is compared with, and why."""
    if place is None or place.arm is Arm.PILOT:
        return {}
    why = f"is in the pilot {place.pilot.name}, which this lead is compared with"
    return dict.fromkeys(place.pilot.reps, Obstacle("in the pilot", why))


_NOBODY = {
    Pool.EVERYBODY: "There are no reps",
    Pool.TEAMS: "Nobody is in the teams it names",
    Pool.REPS: "The reps it names are gone",
    Pool.TERRITORY: "Nobody works the territory",
    Pool.ACCOUNT: "Nobody owns or works this account",
}


def _why_nobody(line: _Line) -> str:
    return f"Nobody it is for can take it now: {in_short(line.skipped.values())}"


def _where(
    areas: Sequence[Area], inside: Sequence[Area], facts: Facts
) -> tuple[Checked, ...]:  # fmt: skip
    """What territories asked: of the first that the lead lies in, else what each one missed."""
    told = [(area, one) for area in (inside[:1] or areas) for one in area.check(facts)]
    return tuple(
        replace(one, words=f"{area.name}: {one.words}")
        for area, one in told
        if inside or not one.holds
    )


def _why_not(checks: Sequence[Checked], inside: Sequence[Area]) -> str:
    missed = [one.words for one in checks if not one.holds]
    if not missed:
        return "In none of its territories"
    more = f" (and {len(missed) - 1} more)" if len(missed) > 1 else ""
    return f"Not for this lead. {missed[0]}{more}"


def _by_hours(rule: Rule, line: _Line, at: datetime) -> tuple[_Line, datetime | None]:
    """Who is at work goes first. If nobody is, the rule says what then; a moment: wait for it."""
    at_work = [hand for hand in line.standing if hand.is_open(at)]
    if at_work:
        return _leave(line, at_work, "closed until {}"), None
    if rule.closed is Closed.ANYWAY:
        return line, None
    first = min(map(_opening, line.standing))
    if rule.closed is Closed.WAIT:
        return line, first
    return _leave(line, [h for h in line.standing if h.opens_at == first], "opens later: {}"), None


def _leave(line: _Line, kept: Sequence[Hand], why: str) -> _Line:
    ids = {hand.rep_id for hand in kept}
    late = {
        hand.rep_id: Obstacle("closed", why.format(hand.opening))
        for hand in line.standing
        if hand.rep_id not in ids
    }
    return _Line(list(kept), {**line.skipped, **late})


def _opening(hand: Hand) -> datetime:
    assert hand.opens_at is not None  # who never opens cannot take anything
    return hand.opens_at


def _told(
    candidates: Sequence[Hand], line: _Line, chosen: Hand | None
) -> tuple[Considered, ...]:  # fmt: skip
    return tuple(
        Considered(
            hand.rep_id,
            hand.name,
            line.skipped[hand.rep_id].words if hand.rep_id in line.skipped else "",
            chosen is not None and hand.rep_id == chosen.rep_id,
        )
        for hand in candidates
    )


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
