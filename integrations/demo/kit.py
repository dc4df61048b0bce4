"""The demo's second product, Lumenkit: an API, so who tries it writes code.

Some of them use Lumenboard already: they are the same leads, tried by two rubrics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from integrations.demo import words
from integrations.demo.history import PREFIX as BOARD
from integrations.demo.history import Past, lead_row, outcome_of, visits_of
from integrations.demo.moments import sign_up_moment, today
from integrations.demo.people import Person, people
from integrations.demo.personas import CHAMPION, EVALUATOR
from integrations.demo.visits import Clock, Message, Progress

PREFIX = "kit"
# For so many people of Lumenboard there is one developer of another company.
ONE_FOR = 8
# Of Lumenboard's champions and evaluators, those whose company wants the API, too, and how many
# days after they signed up there.
BOTH_SHARE = 0.2
BOTH_AFTER_DAYS = (1.0, 14.0)
TODAYS_EVERY = 12
TODAYS_EAGERNESS = 4.0
# How far somebody has come, as the percents of Progress.
SIGNED_UP, HAS_KEY, IS_LIVE = 25, 50, 100


def as_developer(person: Person) -> Person:
    """The same person with the title of somebody who writes code."""
    random = Random(f"{person.external_id}/title")  # noqa: S311 - a demo, no secret
    return replace(person, title=random.choice(words.DEVELOPERS))


def kit_people(seed: int, count: int) -> list[Person]:
    """Everybody who tries Lumenkit: some of Lumenboard's first ``count``, and others."""
    others = list(people(seed, count, prefix=BOARD))
    both = [one for one in others if _is_of_both(seed, one)]
    taken = {one.company.domain for one in others if one.company}
    alone = people(seed, count // ONE_FOR, prefix=PREFIX, taken=taken)
    return [*both, *map(as_developer, alone)]


def _is_of_both(seed: int, person: Person) -> bool:
    random = Random(f"{seed}/{person.external_id}/both")  # noqa: S311 - a demo, no secret
    return person.persona in (CHAMPION, EVALUATOR) and random.random() < BOTH_SHARE


def make_kit_past(seed: int, board: Past, *, at: datetime, count: int) -> Past:
    """What happened with Lumenkit before ``at``; the same arguments give the same past.

    Args:
        board: what happened with Lumenboard, of its first ``count`` people.
    """
    past = Past([], [], [], [])
    began = {row.external_id: row.created_at for row in board.leads}
    latest = at - timedelta(hours=2)
    for number, person in enumerate(kit_people(seed, count)):
        random = Random(f"{seed}/{person.external_id}/kit")  # noqa: S311 - a demo, no secret
        is_todays = number % TODAYS_EVERY == 0
        if person.external_id in began:
            days = random.uniform(*BOTH_AFTER_DAYS)
            signed_up_at = began[person.external_id] + timedelta(days=days)
            if signed_up_at > latest:
                continue
        else:
            signed_up_at = today(random, at) if is_todays else sign_up_moment(random, at)
        past.leads.append(lead_row(person, signed_up_at))
        eagerness = TODAYS_EAGERNESS if is_todays else 1.0
        events = list(visits_of(person, signed_up_at, random, eagerness, until=at, visit=kit_visit))
        past.events.extend(events)
        visits = len({event.occurred_at.date() for event in events})
        outcome = outcome_of(person, signed_up_at, random, visits=visits)
        if outcome is not None and outcome.occurred_at < at:
            past.outcomes.append(outcome)
    past.events.sort(key=lambda event: (event.occurred_at, event.message_id))
    return past


def kit_visit(
    person: Person, progress: Progress, random: Random, *, eagerness: float = 1.0
) -> Iterator[Message]:
    """Yield one visit's messages: a key, calls to try it, and by and by calls that count."""
    clock = Clock(random)
    progress.visits += 1
    will = min(person.persona.diligence * eagerness, 0.97)
    if progress.onboarding < SIGNED_UP:
        progress.onboarding = SIGNED_UP
        yield clock.message("Signed Up", method=random.choice(("github", "password")))
    if progress.onboarding < HAS_KEY:
        if random.random() > will:
            return
        progress.onboarding = HAS_KEY
        yield clock.message("API Key Created", scope=random.choice(("read", "write")))
    yield from _calls(random, clock, mode="test", most=8)
    if random.random() < will * 0.4:
        yield clock.message("Advanced Docs Viewed", topic=random.choice(words.DOCS))
    if progress.onboarding < IS_LIVE:
        if random.random() > will * 0.35:
            return
        progress.onboarding = IS_LIVE
        yield clock.message("Production Deployed", region=random.choice(("us", "eu")))
    yield from _calls(random, clock, mode="production", most=12)
    if random.random() < 0.04 * eagerness:
        yield clock.message("Call Quota Reached", limit="calls")


def _calls(random: Random, clock: Clock, *, mode: str, most: int) -> Iterator[Message]:
    for _ in range(random.randint(2, most)):
        endpoint = random.choice(words.ENDPOINTS)
        is_premium = endpoint in words.PREMIUM_ENDPOINTS and random.random() < 0.2
        yield clock.message("API Called", mode=mode, endpoint=endpoint, premium=is_premium)
