"""What came of dealing one PQL, step by step: the routing log. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.dealing.conditions import Checked


@dataclass(frozen=True, slots=True)
class Considered:
    """A rep whom a rule thought of. ``skipped`` says why they did not get it; empty: they stood in
    line."""

    rep_id: int
    name: str
    skipped: str = ""
    is_next: bool = False

    @property
    def document(self) -> dict[str, Any]:
        return {
            "rep": self.rep_id,
            "name": self.name,
            "skipped": self.skipped,
            "next": self.is_next,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One rule tried: whether it fired and why, what it asked, and whom it thought of."""

    rule: str
    name: str
    fired: bool
    why: str
    checks: tuple[Checked, ...] = ()
    considered: tuple[Considered, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "name": self.name,
            "fired": self.fired,
            "why": self.why,
            "conditions": [one.document for one in self.checks],
            "candidates": [one.document for one in self.considered],
        }


@dataclass(frozen=True, slots=True)
class Decision:
    """Who gets a PQL and why; ``rep_id`` is None if nobody does (yet).

    ``waits_until`` is when the rule that fired wants it dealt, where it waits for working hours.
    """

    rep_id: int | None
    steps: tuple[Step, ...]
    dealt_at: datetime | None = None
    waits_until: datetime | None = None

    @property
    def last(self) -> Step:
        """The rule that decided, or the fallback that could not either."""
        return self.steps[-1]

    @property
    def reason(self) -> str:
        """In one line: ``Enterprise in Europe: next in turn among 3``."""
        return f"{self.last.name}: {_lower(self.last.why)}"


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
