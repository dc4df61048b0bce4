"""Who tries the product: companies, and the people in them with what drives them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from integrations.demo import words
from integrations.demo.personas import PERSONAS, TEAM_SHARES, Persona

Choice = TypeVar("Choice")

COLLEAGUE_SHARE = 0.1
# In these companies a whole team tries the product together.
TEAM_SHARE = 0.05
TEAM_SEATS = (3, 7)


@dataclass(frozen=True, slots=True)
class Company:
    """A made-up company. What is empty or None is not known of it."""

    external_id: str
    name: str
    domain: str
    employees: int | None
    industry: str
    country: str
    technologies: tuple[str, ...]
    team: int = 1  # at least so many of its people sign up, one after the other

    def traits(self) -> dict[str, Any]:
        """What is known of the company; nothing for what is not."""
        traits = {
            "name": self.name,
            "domain": self.domain,
            "employees": self.employees,
            "industry": self.industry,
            "technologies": list(self.technologies),
            "country": self.country,
        }
        return {name: value for name, value in traits.items() if value not in (None, "", [])}


@dataclass(frozen=True, slots=True)
class Person:
    """A made-up person. ``company`` is None for those who sign up on their own."""

    external_id: str
    name: str
    email: str
    title: str
    country: str
    company: Company | None
    persona: Persona

    @property
    def department(self) -> str:
        """Where the person works; empty for those without a company."""
        found = (name for word, name in words.DEPARTMENTS.items() if word in self.title)
        return next(found, "") if self.company else ""

    def traits(self) -> dict[str, Any]:
        """What the person said at sign-up."""
        traits = {
            "email": self.email,
            "name": self.name,
            "title": self.title,
            "country": self.country,
        }
        return traits | ({"department": self.department} if self.department else {})


def people(seed: int, count: int, *, prefix: str, taken: Collection[str] = ()) -> Iterator[Person]:
    """Yield ``count`` people; colleagues follow each other. No company has a domain in ``taken``.

    Every person has a random stream of their own, so that making more of them, or other personas,
    leaves the ones before as they were.
    """
    company: Company | None = None
    domains = set(taken)
    seats = 0
    for number in range(count):
        random = Random(f"{seed}/{prefix}/{number}")  # noqa: S311 - a demo, not a secret
        persona = weighted(random, {persona: persona.share for persona in PERSONAS})
        external_id = f"{prefix}-{number:04d}"
        if not persona.has_company:
            yield make_person(random, external_id, persona, None)
            continue
        seats -= 1
        # Besides teams, about one in ten is a colleague of the one before.
        if company is None or (seats <= 0 and random.random() > COLLEAGUE_SHARE):
            company = make_company(random, f"{prefix}-co-{number:04d}", domains)
            seats = company.team
        elif seats > 0:
            persona = weighted(random, TEAM_SHARES)
        yield make_person(random, external_id, persona, company)


def make_company(random: Random, external_id: str, taken: set[str]) -> Company:
    """Return a company whose domain is not in ``taken`` yet, and note it there."""
    industry = weighted(random, words.INDUSTRIES)
    stem = random.choice(words.COMPANY_FIRST) + random.choice(words.COMPANY_SECOND)
    kind = random.choice(words.COMPANY_KIND[industry])
    domain = f"{stem}.example".lower()
    while domain in taken:
        # Endless traffic outlives the words; a number always helps.
        domain = f"{stem}-{kind}{random.randint(2, 9999)}.example".lower()
    taken.add(domain)
    smallest, largest = weighted(random, words.SIZES)
    return Company(
        external_id=external_id,
        name=f"{stem} {kind}",
        domain=domain,
        # Enrichment does not find everything.
        employees=random.randint(smallest, largest) if random.random() < 0.92 else None,
        industry=industry if random.random() < 0.94 else "",
        country=weighted(random, words.COUNTRIES),
        technologies=tuple(
            name for name, share in words.TECHNOLOGIES.items() if random.random() * 100 < share
        ),
        team=random.randint(*TEAM_SEATS) if random.random() < TEAM_SHARE else 1,
    )


def make_person(
    random: Random, external_id: str, persona: Persona, company: Company | None
) -> Person:
    """Return a person of this persona, with the mail address such a person signs up with."""
    first, last = random.choice(words.FIRST_NAMES), random.choice(words.LAST_NAMES)
    domain = company.domain if company else random.choice(persona.domains)
    # The number keeps two people of one name apart at the large mail hosts.
    number = re.sub(r"\D", "", external_id).lstrip("0") if company is None else ""
    titles = weighted(random, persona.titles)
    return Person(
        external_id=external_id,
        name=f"{first} {last}",
        email=f"{first}.{last}{number}@{domain}".lower(),
        title=random.choice(titles),
        country=company.country if company else weighted(random, words.COUNTRIES),
        company=company,
        persona=persona,
    )


def weighted(random: Random, shares: Mapping[Choice, float]) -> Choice:
    """Return one of the keys, by their shares."""
    options: Sequence[Choice] = list(shares)
    return random.choices(options, weights=list(shares.values()))[0]
