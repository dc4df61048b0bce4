"""Assignment rules: for which leads, to whom, and by which way of dealing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from routing.dealing.conditions import Condition, read_conditions


class Pool(StrEnum):
    """Among whom a rule deals."""

    EVERYBODY = "everybody"
    TEAMS = "teams"
    REPS = "reps"
    TERRITORY = "territory"
    ACCOUNT = "account"


class Way(StrEnum):
    """Who of them is next."""

    EVEN = "even"
    WEIGHTED = "weighted"
    LEAST = "least"


class Closed(StrEnum):
    """What to do while nobody of them is at work."""

    FIRST = "first"
    ANYWAY = "anyway"
    WAIT = "wait"


@dataclass(frozen=True, slots=True)
class Rule:
    """One assignment rule. ``key`` stays the same from version to version, and with it the turns.

    It is for a lead that meets all conditions and lies in one of the territories, if any is named.
    ``territories``, ``reps`` and ``teams`` are ids.
    """

    key: str
    name: str
    conditions: tuple[Condition, ...] = ()
    territories: tuple[int, ...] = ()
    pool: Pool = Pool.EVERYBODY
    reps: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    skills: tuple[str, ...] = ()
    way: Way = Way.EVEN
    closed: Closed = Closed.FIRST

    @property
    def document(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "conditions": [one.document for one in self.conditions],
            "territories": list(self.territories),
            "pool": self.pool.value,
            "reps": list(self.reps),
            "teams": list(self.teams),
            "skills": list(self.skills),
            "way": self.way.value,
            "closed": self.closed.value,
        }


FALLBACK = Rule(key="fallback", name="Fallback: everybody in turn")
"""Asked last, always: a PQL is nobody's only if nobody at all can take one."""


def read_rule(document: Mapping[str, Any]) -> Rule:
    """A rule as :attr:`Rule.document` wrote it.

    Raises:
        ConditionError: a condition cannot be read.
        ValueError: an unknown pool, way or choice for closed hours.
    """
    return Rule(
        key=document["key"],
        name=document["name"],
        conditions=read_conditions(document["conditions"]),
        territories=tuple(document["territories"]),
        pool=Pool(document["pool"]),
        reps=tuple(document["reps"]),
        teams=tuple(document["teams"]),
        skills=tuple(document["skills"]),
        way=Way(document["way"]),
        closed=Closed(document["closed"]),
    )


def read_rules(documents: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rules in their order, with the fallback at the end."""
    return (*map(read_rule, documents), FALLBACK)
