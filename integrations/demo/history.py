"""The demo's past: ninety days of sign-ups, visits and outcomes, as rows of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from integrations.datasets.rows import EventRow, LeadRow, OutcomeRow
from integrations.demo.moments import DAYS, at_work, sign_up_moment, today
from integrations.demo.news import News, news_of
from integrations.demo.people import Company, Person, people
from integrations.demo.visits import Message, Progress, Visit, look_around, visit

PEOPLE = 600
PREFIX = "lumen"
# So many sign-ups are today's, whatever day it is, and keener than most: the queue is alive.
TODAYS_EVERY = 30
TODAYS_EAGERNESS = 4.0
DECISION_DAYS = (6, 30)
# A team begins lately, and its people follow each other within days.
TEAM_BEGAN_DAYS = (6, 40)
TEAM_FOLLOWS_DAYS = (1, 9)


@dataclass(frozen=True, slots=True)
class Past:
    """Everything that happened with a product before the demo was loaded."""

    leads: list[LeadRow]
    events: list[EventRow]
    outcomes: list[OutcomeRow]
    news: list[News]


def make_past(seed: int, *, at: datetime, count: int = PEOPLE) -> Past:
    """Return the past as seen at ``at``; the same arguments give the same past."""
    past = Past([], [], [], [])
    companies: dict[str, Company] = {}
    began: dict[str, datetime] = {}
    for number, person in enumerate(people(seed, count, prefix=PREFIX)):
        random = Random(f"{seed}/{person.external_id}/past")  # noqa: S311 - a demo, no secret
        company = person.company
        if company is not None:
            companies[company.external_id] = company
        is_todays = number % TODAYS_EVERY == 0 and (company is None or company.team == 1)
        if company is not None and company.team > 1:
            signed_up_at = _with_the_team(began, company, random, at)
        else:
            signed_up_at = today(random, at) if is_todays else sign_up_moment(random, at)
        past.leads.append(lead_row(person, signed_up_at))
        eagerness = TODAYS_EAGERNESS if is_todays else 1.0
        events = list(_events(person, signed_up_at, random, eagerness, until=at))
        past.events.extend(events)
        outcome = outcome_of(person, signed_up_at, random, visits=_visits(events))
        if outcome is not None and outcome.occurred_at < at:
            past.outcomes.append(outcome)
    past.news.extend(news_of(companies.values(), seed, at=at))
    past.events.sort(key=lambda event: (event.occurred_at, event.message_id))
    return past


def lead_row(person: Person, signed_up_at: datetime) -> LeadRow:
    """What the product tells of a person who signs up, and enrichment of the company."""
    company = person.company
    return LeadRow(
        external_id=person.external_id,
        created_at=signed_up_at,
        attributes=person.traits(),
        account={"id": company.external_id, **company.traits()} if company else {},
    )


def event_row(person: Person, message: Message, number: int, at: datetime) -> EventRow:
    """A message of a person as a row; ``number`` tells the person's messages apart."""
    return EventRow(
        message_id=f"{person.external_id}-{number:05d}",
        user_id=person.external_id,
        kind=message.kind,
        name=message.name,
        occurred_at=at,
        properties=message.properties,
        session=str(message.properties.get("session_id", "")),
    )


def _with_the_team(
    began: dict[str, datetime], company: Company, random: Random, at: datetime
) -> datetime:
    """The team's first sign-up, or some days after the one before; ``began`` has the latest."""
    last = began.get(company.external_id)
    moment = (
        at - timedelta(days=random.uniform(*TEAM_BEGAN_DAYS))
        if last is None
        else last + timedelta(days=random.uniform(*TEAM_FOLLOWS_DAYS))
    )
    moment = min(at_work(random, moment.date()), today(random, at))
    began[company.external_id] = moment
    return moment


def _events(
    person: Person, signed_up_at: datetime, random: Random, eagerness: float, *, until: datetime
) -> Iterator[EventRow]:
    if random.random() < 0.18:
        message = look_around(random)
        before = signed_up_at - timedelta(minutes=random.randint(3, 600)) + message.after
        yield event_row(person, message, 0, before)
    yield from visits_of(person, signed_up_at, random, eagerness, until=until)


def visits_of(
    person: Person,
    signed_up_at: datetime,
    random: Random,
    eagerness: float,
    *,
    until: datetime,
    visit: Visit = visit,
) -> Iterator[EventRow]:
    """Yield what the person did on all the days that they came back, as long as they did."""
    persona, progress = person.persona, Progress()
    number = 0
    stay_days = min(random.expovariate(1 / persona.stay_days), DAYS)
    for day in range(int(stay_days) + 1):
        start = signed_up_at + timedelta(minutes=1)
        if day:
            if random.random() > persona.return_rate:
                continue
            start = at_work(random, (signed_up_at + timedelta(days=day)).date())
            if start.weekday() >= 5 and random.random() < 0.8:
                continue
        for message in visit(person, progress, random, eagerness=eagerness):
            number += 1
            if start + message.after < until:
                yield event_row(person, message, number, start + message.after)


def _visits(events: list[EventRow]) -> int:
    return len({event.occurred_at.date() for event in events})


def outcome_of(
    person: Person, signed_up_at: datetime, random: Random, *, visits: int
) -> OutcomeRow | None:
    """Buying takes will, a company that can, and having really used the product."""
    decided_at = signed_up_at + timedelta(days=random.uniform(*DECISION_DAYS))
    chance = person.persona.buys * min(visits / 5, 1.8) * _means(person)
    if random.random() < chance:
        return OutcomeRow(person.external_id, "converted", decided_at)
    if random.random() < 0.3:
        return OutcomeRow(person.external_id, "closed_lost", decided_at + timedelta(days=14))
    return None


def _means(person: Person) -> float:
    """How able the person's company is to buy: 1 for an ordinary one."""
    company = person.company
    if company is None:
        return 0.8
    size = 1.5 if 25 <= (company.employees or 0) <= 1000 else 0.6
    return size * (1.3 if company.industry in ("SaaS", "Fintech", "Analytics", "Martech") else 0.7)
