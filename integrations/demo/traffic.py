"""The demo's present: an endless stream of messages, as an SDK in a product would send them.

Known users go on with what they do, new ones sign up, and now and then one of a good company gets
serious, all within a minute or two, so that somebody watching the queue sees it move.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from integrations.demo.history import PEOPLE, PREFIX
from integrations.demo.kit import PREFIX as KIT_PREFIX
from integrations.demo.kit import as_developer, kit_people, kit_visit
from integrations.demo.people import Company, Person, make_company, make_person, people, weighted
from integrations.demo.personas import CHAMPION, PERSONAS, Persona
from integrations.demo.visits import Message, Progress, Visit, visit

Payload = dict[str, Any]

# How many visits go on at once, besides the one that gets serious.
CROWD = 4
# A serious visit takes about fifteen messages to matter: at one in eight, some 120 in all.
SERIOUS_SHARE = 0.12
SERIOUS_EAGERNESS = (4.0, 12.0)
NEWCOMER_SHARE = 0.15
GOOD_INDUSTRIES = ("SaaS", "Analytics", "Fintech")


@dataclass(frozen=True, slots=True)
class Tried:
    """A product as its traffic needs to know it: who tries it, and what they do in a visit.

    ``prefix`` begins the ids of newcomers, and ``seen_as`` says what such a person is like.
    """

    prefix: str
    residents: Callable[[int], list[Person]]
    visit: Visit
    seen_as: Callable[[Person], Person]


BOARD = Tried(
    PREFIX, lambda seed: list(people(seed, PEOPLE, prefix=PREFIX)), visit, lambda person: person
)
KIT = Tried(KIT_PREFIX, lambda seed: kit_people(seed, PEOPLE), kit_visit, as_developer)


@dataclass(slots=True)
class Traffic:
    """Makes up messages for ever; ``run`` tells one run's new users from another's."""

    seed: int
    run: str
    product: Tried = BOARD
    _random: Random = field(init=False)
    _residents: list[Person] = field(init=False)
    _crowd: deque[Iterator[Payload]] = field(default_factory=deque)
    _serious: Iterator[Payload] = field(default_factory=lambda: iter(()))
    _newcomers: int = 0
    _sent: int = 0
    _taken: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = Random(f"{self.seed}/{self.run}")  # noqa: S311 - a demo, not a secret
        self._residents = self.product.residents(self.seed)
        self._taken = {one.company.domain for one in self._residents if one.company}

    def __iter__(self) -> Iterator[Payload]:
        while True:
            yield self._next()

    def _next(self) -> Payload:
        if self._random.random() < SERIOUS_SHARE:
            payload = next(self._serious, None)
            if payload is not None:
                return payload
            self._serious = self._serious_visit()
        while True:
            while len(self._crowd) < CROWD:
                self._crowd.append(self._ordinary_visit())
            self._crowd.rotate(self._random.randint(0, CROWD - 1))
            payload = next(self._crowd[0], None)
            if payload is not None:
                return payload
            self._crowd.popleft()

    def _ordinary_visit(self) -> Iterator[Payload]:
        if self._random.random() < NEWCOMER_SHARE:
            shares = {one: one.share for one in PERSONAS if one is not CHAMPION}
            persona = weighted(self._random, shares)
            company = self._company() if persona.has_company else None
            yield from self._arrival(self._newcomer(persona, company))
            return
        person = self._random.choice(self._residents)
        # Where they stand nobody wrote down; only the session has to be a new one.
        progress = Progress(onboarding=100, visits=self._random.randint(100, 1_000_000))
        yield from self._messages(person, progress, eagerness=0.5)

    def _serious_visit(self) -> Iterator[Payload]:
        """Somebody in a good position at a good company tries everything in one go."""
        company = self._company()
        while not 50 <= (company.employees or 0) <= 500 or company.industry not in GOOD_INDUSTRIES:
            company = self._company()
        person = self._newcomer(CHAMPION, company)
        yield from self._arrival(person, eagerness=self._random.uniform(*SERIOUS_EAGERNESS))

    def _newcomer(self, persona: Persona, company: Company | None) -> Person:
        return self.product.seen_as(make_person(self._random, self._new_id(), persona, company))

    def _arrival(self, person: Person, eagerness: float = 1.0) -> Iterator[Payload]:
        """Sign-up: who it is, which company, then the first visit."""
        yield self._payload(person, type="identify", traits=person.traits())
        if person.company is not None:
            group, traits = person.company.external_id, person.company.traits()
            yield self._payload(person, type="group", groupId=group, traits=traits)
        yield from self._messages(person, Progress(), eagerness=eagerness)

    def _messages(
        self, person: Person, progress: Progress, *, eagerness: float
    ) -> Iterator[Payload]:
        for message in self.product.visit(person, progress, self._random, eagerness=eagerness):
            yield self._payload(person, **_spec(message))

    def _payload(self, person: Person, **fields: Any) -> Payload:
        self._sent += 1
        message_id = f"{self.product.prefix}-{self.run}-{self._sent:06d}"
        return {"messageId": message_id, "userId": person.external_id, **fields}

    def _company(self) -> Company:
        self._newcomers += 1
        return make_company(
            self._random, f"{self.product.prefix}-{self.run}-co-{self._newcomers}", self._taken
        )

    def _new_id(self) -> str:
        self._newcomers += 1
        return f"{self.product.prefix}-{self.run}-{self._newcomers}"


def _spec(message: Message) -> Payload:
    """The message's own fields in Segment's words."""
    name = "event" if message.kind == "track" else "name"
    return {"type": message.kind, name: message.name, "properties": message.properties}
