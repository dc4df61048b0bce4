"""Which PQLs a pilot is about, and which of them it leaves as before, to compare with. Pure."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from routing.dealing.conditions import Condition, all_hold, check
from routing.dealing.facts import Facts
from routing.dealing.rules import Pool, Rule


class Arm(StrEnum):
    """Who works a PQL of a pilot: its chosen reps, or the others, as before."""

    PILOT = "pilot"
    COMPARISON = "comparison"


@dataclass(frozen=True, slots=True)
class PilotTerms:
    """A pilot that runs in ``[starts_at, ends_at)``.

    ``share`` is how many per cent of its leads are left to the others.
    """

    pilot_id: int
    name: str
    starts_at: datetime
    ends_at: datetime
    reps: frozenset[int]
    product: str = ""
    conditions: tuple[Condition, ...] = ()
    share: int = 0

    @property
    def rule(self) -> Rule:
        """Its reps in turn, whoever is at work first; nobody else."""
        return Rule(
            key=f"pilot-{self.pilot_id}",
            name=f"Pilot {self.name}",
            pool=Pool.REPS,
            reps=tuple(sorted(self.reps)),
        )

    def arm_of(self, lead_id: int) -> Arm:
        """At random, but the same for a lead for good, whoever asks and when."""
        drawn = hashlib.sha256(f"pilot:{self.pilot_id}:{lead_id}".encode()).digest()
        # 64 bits against 100: the largest number left over favors nobody measurably.
        is_left = int.from_bytes(drawn[:8]) % 100 < self.share
        return Arm.COMPARISON if is_left else Arm.PILOT

    def is_about(self, facts: Facts, at: datetime) -> bool:
        """Whether a PQL that opens at ``at`` is one of its own."""
        return (
            self.starts_at <= at < self.ends_at
            and self.product in {"", facts.product}
            and all_hold(check(self.conditions, facts))
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A PQL's place in a pilot."""

    pilot: PilotTerms
    arm: Arm


def pilot_for(pilots: Iterable[PilotTerms], facts: Facts, *, at: datetime) -> Place | None:
    """The first pilot that this PQL is about, and its arm; None for none."""
    found = next((pilot for pilot in pilots if pilot.is_about(facts, at)), None)
    return Place(found, found.arm_of(facts.lead_id)) if found else None
