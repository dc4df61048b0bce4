"""The destinations that plays may name.

The edge keeps them and nobody here imports it, so it offers a way to look them up when it starts
(``integrations/apps.py``). Where nobody offers any there are none (docs/adr/0026).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NamedDestination:
    """A destination as a play sees it.

    Args:
        key: what plays name it by.
        is_webhook: plays tell no others.
        takes_plays: whether it is told of plays that name nobody in particular.
    """

    key: str
    name: str
    is_webhook: bool
    is_on: bool
    takes_plays: bool

    @property
    def trouble(self) -> str:
        """Why it cannot be told now, and what to do; empty if it can."""
        if not self.is_webhook:
            return f"“{self.name}” is no webhook, and plays tell webhooks only. Choose another."
        if not self.is_on:
            return (
                f"“{self.name}” is switched off. Switch it on under Destinations, or choose "
                "another."
            )
        return ""


LookUp = Callable[[], Iterable[NamedDestination]]


class Directory:
    """Asks whoever offered an answer; every time, since destinations come and go."""

    def __init__(self) -> None:
        self._look_up: LookUp = tuple

    def offer(self, look_up: LookUp) -> None:
        """Answer from now on with ``look_up``. Called once, at start."""
        self._look_up = look_up

    def all(self) -> dict[str, NamedDestination]:
        """All there are, by key."""
        return {found.key: found for found in self._look_up()}

    def trouble_with(self, key: str) -> str:
        """Why what plays tell would not reach the destination of this key, and what to do.

        Without a key it is all that take what plays tell: then there must be one.
        """
        known = self.all()
        if not key:
            reached = any(one.takes_plays and not one.trouble for one in known.values())
            return "" if reached else "No webhook that is on takes what plays tell."
        if key not in known:
            return f"There is no webhook “{key}”. Add it under Destinations, or choose another."
        return known[key].trouble


DESTINATIONS = Directory()
