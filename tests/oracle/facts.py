"""What the oracle knows of leads and accounts: plain lists, no database."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
ELSEWHERE = {"p": "second", "q": "second", "r": "third"}
"""Signals of other products than the one that is scored, and whose they are."""
NO_ACTIVITY = ("q",)
"""Signals of which a hit is no use of the product."""


@dataclass(frozen=True)
class OracleHit:
    """A hit of ``signal``; the value is a number, a text or nothing. ``lead`` tells members of an
    account apart."""

    signal: str
    at: datetime
    value: float | str | None = None
    session: str | None = None
    lead: int = 0


@dataclass(frozen=True)
class Known:
    """From ``since`` on, ``name`` was ``value`` (None: taken away)."""

    name: str
    value: object
    since: datetime


@dataclass
class Person:
    """One lead. ``history`` is of the lead, with the account's name under ``$account``."""

    started_at: datetime
    ends_at: datetime | None = None
    hits: list[OracleHit] = field(default_factory=list)
    history: list[Known] = field(default_factory=list)
    companies: dict[str, list[Known]] = field(default_factory=dict)

    def attribute(self, reference: str, at: datetime, then: datetime | None = None) -> object:
        """The value of ``lead.x`` or ``account.x`` as of ``at``; None where nothing is known.

        With ``then`` the value of that moment: of the company that is the lead's at ``at``.
        """
        owner, name = reference.split(".", 1)
        if owner == "lead":
            return latest(self.history, name, then or at)
        return latest(self.companies.get(self.employer(at), []), name, then or at)

    def employer(self, at: datetime) -> str:
        """The name of the account the lead belonged to."""
        return str(latest(self.history, "$account", at))


@dataclass
class Team(Person):
    """An account as of one moment: its members' hits together, and they themselves."""

    name: str = ""
    members: list[Person] = field(default_factory=list)

    def employer(self, at: datetime) -> str:
        return self.name


def team_of(name: str, people: list[Person], at: datetime) -> Team | None:
    """The account with those who belonged to it and had signed up, or the first to sign up."""
    belong = [person for person in people if person.employer(at) == name]
    if not belong:
        return None
    first = min(person.started_at for person in belong)
    members = [person for person in belong if person.started_at <= max(at, first)]
    ends = [person.ends_at for person in members]
    known_ends = [end for end in ends if end is not None]
    return Team(
        first,
        max(known_ends) if len(known_ends) == len(ends) else None,
        [replace(hit, lead=n) for n, person in enumerate(members) for hit in person.hits],
        companies=people[0].companies,
        name=name,
        members=members,
    )


def latest(history: list[Known], name: str, at: datetime) -> object:
    """The newest value stated at or before ``at``."""
    newest: Known | None = None
    for known in history:
        if known.name != name or known.since > at:
            continue
        if newest is None or known.since > newest.since:
            newest = known
    return None if newest is None else newest.value


def span(text: str) -> timedelta:
    """``14d`` as a span."""
    return UNITS[text[-1]] * float(text[:-1])
