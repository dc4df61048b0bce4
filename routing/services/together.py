"""One thing done to many PQLs: each for itself, so that one refused holds up no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.models import User

from routing.models import Qualification, StateChange
from routing.services.errors import RoutingError


@dataclass(slots=True)
class Together:
    """How it went: what was done, which changes of it can be undone, what was refused and why."""

    done: list[Qualification] = field(default_factory=list)
    changes: list[StateChange] = field(default_factory=list)
    refused: list[tuple[Qualification, str]] = field(default_factory=list)

    def told(self, verb: str) -> str:
        """``12 accepted. 1 was not: Ada Vogel (somebody was faster: it is accepted).``"""
        words = [f"{len(self.done)} {verb}."] if self.done else []
        if self.refused:
            which = "; ".join(f"{pql.lead}: {why}" for pql, why in self.refused[:MOST_TOLD])
            more = len(self.refused) - MOST_TOLD
            number = len(self.refused)
            words.append(f"{number} {'was' if number == 1 else 'were'} not. {which}")
            words += [f"And {more} more."] if more > 0 else []
        return " ".join(words)


MOST_TOLD = 3


def together(
    pqls: Iterable[Qualification], act: Callable[[Qualification], object], *, by: User
) -> Together:
    """Call ``act``, a service, with each; each is a transaction of its own."""
    found = Together()
    for pql in pqls:
        try:
            act(pql)
        except RoutingError as error:
            found.refused.append((pql, str(error)))
            continue
        found.done.append(pql)
        change = pql.changes.last_by(by.pk)
        if change is not None:
            found.changes.append(change)
    return found
