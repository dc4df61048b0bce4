"""What all actions have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.utils.text import get_text_list

from leads.models import Lead, Product
from routing import reasons
from routing.alerts import managers_of
from routing.dealing.facts import Facts
from routing.messages import Filled, UnknownField, check_text, fill_template
from routing.models import Play, PlayRun, Qualification, Rep
from routing.plays.whose import Whose, find_whose
from routing.services.moving import name_of
from rubrics.models import Score

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Doing:
    """A run that acts: what happened to whom, and who works them.

    ``qualification`` is the open one of the product, or the one it is about; ``past`` are the reps
    who worked the lead, the last first.
    """

    run: PlayRun
    lead: Lead
    product: Product
    qualification: Qualification | None
    past: Sequence[Rep]
    facts: Facts
    at: datetime

    @property
    def play(self) -> Play:
        return self.run.play

    @property
    def is_open(self) -> bool:
        """Whether there is a PQL that somebody works or is to work."""
        return self.qualification is not None and self.qualification.closed_at is None

    @cached_property
    def whose(self) -> Whose:
        """Whose the lead is, and why; looked up for actions that ask."""
        return find_whose(self.lead, self.qualification, self.past, at=self.at)

    @property
    def rep(self) -> Rep | None:
        """Who it is for."""
        return self.whose.rep

    @property
    def owner(self) -> Rep | None:
        """Whose a task about it is: what goes along with a PQL is nobody's before the PQL is
        somebody's."""
        return self.qualification.rep if self.qualification and self.is_open else self.rep

    @cached_property
    def managers(self) -> Sequence[User]:
        """Who is told what is the manager's, or would reach no rep."""
        return managers_of(self.rep)

    def key(self, kind: str) -> str:
        """What an action makes is made once a run."""
        return self.run.key_of(kind)

    def fill(self, subject: str, text: str = "") -> Filled:
        """Texts with their fields filled in for this lead."""
        return fill_template(
            subject,
            text,
            lead=self.lead,
            product=self.product,
            rep=self.owner,
            breakdown=self.breakdown if "{top_reason" in subject + text else (),
        )

    @cached_property
    def breakdown(self) -> list[dict[str, Any]]:
        """The lines of the score as it is now; none without one."""
        score = Score.objects.filter(lead=self.lead, product=self.product).first()
        return reasons.freeze(score) if score else []


class Action(ABC):
    """One kind of thing that a play does. ``fields`` names its parameters."""

    kind: ClassVar[str]
    label: ClassVar[str]
    fields: ClassVar[tuple[str, ...]]

    @abstractmethod
    def check(self, params: Params) -> dict[str, str]:
        """What is wrong with the parameters, by field; each message says what to do."""

    def missing(self, params: Params) -> dict[str, str]:
        """What it names that is not there at present, by field; looked up, so asked only when a
        play is saved, shown or switched on."""
        return {}

    @abstractmethod
    def words(self, params: Params) -> str:
        """``task for the rep “Call {first_name}”, due in 4 working hours``: part of a sentence."""

    @abstractmethod
    def do(self, doing: Doing, params: Params) -> str:
        """Do it, in the run's transaction; return in words what was done, or why nothing was."""


def names_of(users: Sequence[User]) -> str:
    """``Ada Long and Bo Short``."""
    return get_text_list([name_of(user) for user in users], "and") or "nobody"


def check_filled(value: object, name: str, longest: int) -> str | None:
    """What is wrong with a text that fields are filled into, where it must not be empty."""
    if not isinstance(value, str) or not value.strip():
        return f"Enter the {name}."
    return check_optional(value, longest)


def check_optional(value: object, longest: int) -> str | None:
    """What is wrong with a text that fields are filled into; it may be empty."""
    text = value if isinstance(value, str) else ""
    if len(text) > longest:
        return f"Use {longest} characters at most."
    try:
        check_text(text)
    except UnknownField as error:
        return str(error)
    return None


def found(**problems: str | None) -> dict[str, str]:
    """The problems there are."""
    return {name: problem for name, problem in problems.items() if problem is not None}
