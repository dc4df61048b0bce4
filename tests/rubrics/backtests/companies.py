"""Accounts whose leads come, work and go, as plain lists; what a backtest must find, by loops."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from leads.models import Account, AttributeChange, Lead, Outcome, Product, Trial
from rubrics.backtests.examples import Question
from tests.rubrics.makers import AT, make_hits

DAY = timedelta(days=1)
INSTANT = timedelta(microseconds=1)
SINCE = AT - 200 * DAY
DOCUMENT: dict[str, Any] = {
    "rubric": "companies",
    "subject": "account",
    "signals": {"used": {}, "recent": {}},
    "thresholds": {"total": 18, "fit": 0, "behavior": 5},
    "decay": {"mode": "none"},
    "criteria": [
        {"key": "size", "axis": "fit", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, None]], "points": 10}]},
        {"key": "users", "measure": "active_users", "signals": ["used"], "window": {"last": "30d"},
         "tiers": [{"at_least": 2, "points": 12}, {"at_least": 1, "points": 5}]},
        {"key": "share", "measure": "share_active", "signals": ["used", "recent"],
         "tiers": [{"at_least": 60, "points": 6}]},
        {"key": "growth", "measure": "user_growth", "signals": ["used"], "period": "7d",
         "tiers": [{"at_least": 1, "points": 3}]},
        {"key": "any", "measure": "count", "signals": ["recent"], "per_unit": {"points": 1}},
    ],
}  # fmt: skip


@dataclass
class Somebody:
    """A lead: the accounts it belonged to (None: to none) and from when on, each in rising order;
    hits as ``(signal, moment)``; outcomes as ``(kind, moment)``."""

    started_at: datetime
    employers: list[tuple[datetime, int | None]] = field(default_factory=list)
    hits: list[tuple[str, datetime]] = field(default_factory=list)
    outcomes: list[tuple[str, datetime]] = field(default_factory=list)

    def employer(self, at: datetime) -> int | None:
        """The number of the account it belonged to, from what was known then."""
        known = [number for since, number in self.employers if since <= at]
        return known[-1] if known else None

    def employer_of_outcome(self, at: datetime) -> int | None:
        """The same by hindsight: before its first account was known, that one."""
        numbers = [number for _, number in self.employers if number is not None]
        first = next((s for s, number in self.employers if number is not None), None)
        return numbers[0] if first is not None and at < first else self.employer(at)


@dataclass
class World:
    """Leads, and by the account's number how many employees were known from when on."""

    people: list[Somebody]
    sizes: list[list[tuple[datetime, int]]]

    def write(self, product: Product) -> list[int]:
        """Put it into the database; return the accounts' ids by number."""
        accounts = [Account.objects.create(name=f"Company {n}") for n in range(len(self.sizes))]
        ids = [account.pk for account in accounts]
        history = [
            _change("employees", value, at, account=account)
            for account, sizes in zip(accounts, self.sizes, strict=True)
            for at, value in sizes
        ]
        for one in self.people:
            lead = Lead.objects.create()
            Trial.objects.create(lead=lead, product=product, started_at=one.started_at)
            history += [
                _change("$account", None if n is None else ids[n], at, lead=lead)
                for at, n in one.employers
            ]
            make_hits(product, lead.pk, one.hits)
            Outcome.objects.bulk_create(
                Outcome(lead=lead, product=product, kind=kind, occurred_at=at)
                for kind, at in one.outcomes
            )
        AttributeChange.objects.bulk_create(history)
        return ids

    def start(self, number: int) -> datetime | None:
        """When the first lead known to belong to the account tried the product."""
        starts = []
        for one in self.people:
            for place, (since, employer) in enumerate(one.employers):
                following = one.employers[place + 1 :]
                begin = max(since, one.started_at)
                if employer == number and not (following and following[0][0] <= begin):
                    starts.append(begin)
        return min(starts, default=None)

    def members(self, number: int, at: datetime) -> list[Somebody]:
        """Who belonged to it and had signed up."""
        return [o for o in self.people if o.employer(at) == number and o.started_at <= at]

    def first(self, number: int, *kinds: str) -> datetime | None:
        """Its first outcome of these kinds."""
        moments = [
            at
            for one in self.people
            for kind, at in one.outcomes
            if kind in kinds and one.employer_of_outcome(at) == number
        ]
        return min(moments, default=None)

    def points(self, number: int, at: datetime) -> dict[str, int]:
        """What each criterion of ``DOCUMENT`` gives as of then."""
        members = self.members(number, at)
        known = [size for since, size in self.sizes[number] if since <= at]
        used = [_active(one, ["used"], at - 30 * DAY, at) for one in members]
        share = sum(_active(one, ["used", "recent"], None, at) for one in members) / len(members)
        now = sum(_active(one, ["used"], at - 7 * DAY, at) for one in members)
        then = sum(_active(one, ["used"], at - 14 * DAY, at - 7 * DAY) for one in members)
        recent = sum(s == "recent" and hit <= at for one in members for s, hit in one.hits)
        return {
            "size": 10 if known and known[-1] >= 50 else 0,
            "users": 12 if sum(used) >= 2 else 5 if sum(used) else 0,
            "share": 6 if share >= 0.6 else 0,
            "growth": 3 if now - then >= 1 else 0,
            "any": recent,
        }

    def expected(self, question: Question, number: int) -> tuple[int, bool, bool] | str:
        """Total, PQL and converted of an account of the period; or why it is not looked at."""
        start = self.start(number)
        if start is None or not question.since <= start < question.until:
            return "not asked"
        moment = start + timedelta(days=question.days)
        won, lost = self.first(number, "converted"), self.first(number, "closed_lost")
        end = moment + timedelta(days=question.horizon_days)
        if won is not None and won <= moment:
            return "converted_before"
        if lost is not None and lost <= moment:
            return "lost_before"
        if end > question.known_until:
            return "not_over"
        if not self.members(number, moment - INSTANT):
            return "nobody"
        points = self.points(number, moment - INSTANT)
        fit = points.pop("size")
        behavior = min(sum(points.values()), 100)
        total = fit + behavior
        return total, total >= 18 and behavior >= 5, won is not None and won <= end


def _active(one: Somebody, signals: list[str], after: datetime | None, at: datetime) -> bool:
    return any(
        signal in signals and hit <= at and (after is None or hit > after)
        for signal, hit in one.hits
    )


def _change(name: str, value: Any, at: datetime, **owner: Any) -> AttributeChange:
    return AttributeChange(name=name, value=value, known_at=at, confirmed_at=at, **owner)


def made_up(seed: int, accounts: int = 24, people: int = 60) -> World:
    """Leads that join, change and leave accounts while they use the product and convert."""
    random = Random(seed)

    def some_day(low: int = 0, high: int = 150) -> datetime:
        return SINCE + random.randrange(low * 24, high * 24) * timedelta(hours=1)

    world = World([], [[] for _ in range(accounts)])
    for sizes in world.sizes:
        for at in sorted({some_day() for _ in range(random.randrange(3))}):
            sizes.append((at, random.choice((10, 49, 50, 400))))
    for _ in range(people):
        start = some_day(0, 110)
        joins = start if random.random() < 0.5 else some_day(0, 120)
        moves = sorted({joins, *(some_day() for _ in range(random.choice((0, 0, 0, 1, 2))))})
        one = Somebody(start)
        for at in moves:
            one.employers.append((at, random.choice((None, *range(accounts), *range(accounts)))))
        for _ in range(random.randrange(7)):
            hit = start + random.randrange(30 * 24) * timedelta(hours=1)
            one.hits.append((random.choice(("used", "used", "recent")), hit))
        if random.random() < 0.5:
            kind = random.choice(("converted", "converted", "closed_lost", "opportunity"))
            one.outcomes.append((kind, start + random.randrange(1, 80) * DAY))
        world.people.append(one)
    return world
