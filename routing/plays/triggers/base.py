"""What all triggers have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from psycopg import sql

from routing.models.play import PlaySource, TriggerKind

Params = Mapping[str, Any]
Problems = dict[str, str]
"""What is wrong with a trigger's parameters, or an action's, by the field's name."""

MOST_DAYS = 90
MOST_TOTAL = 500


@dataclass(frozen=True, slots=True)
class Span:
    """The rows of a source that are searched: a condition, and the values it is bound to.

    ``{row}`` is the source's table as the triggers call it. By id it is how causes are found as
    they come, by moment and lead how a dry run finds those of a week.
    """

    condition: str
    values: Mapping[str, Any]

    @classmethod
    def of_ids(cls, after: int, upto: int) -> "Span":
        """Those with an id from ``after``, itself left out, to ``upto``."""
        return cls("{row}.id > %(after)s AND {row}.id <= %(upto)s", {"after": after, "upto": upto})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What signals and totals are called: signal names by key, and bands from the lowest."""

    signals: Mapping[str, str] = field(default_factory=dict)
    bands: Sequence[tuple[int, str]] = ()

    def any_of(self, keys: Iterable[str]) -> str:
        """``“Hit a usage limit” or “Tried a premium feature”``."""
        names = [f"“{self.signals.get(key, key)}”" for key in keys]
        return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else "".join(names)

    def total(self, at_least: int) -> str:
        """``Hot (61–100)`` where a band begins there; else an empty text."""
        for place, (begins, name) in enumerate(self.bands):
            if begins == at_least:
                after = [later for later, _ in self.bands[place + 1 :]]
                return f"{name} ({begins}–{after[0] - 1})" if after else f"{name} ({begins}+)"
        return ""


class Trigger(ABC):
    """One kind of thing that happens to a lead.

    ``fields`` names its parameters. A statement of :meth:`find` gives ``(lead_id, product_id,
    cause, occurred_at, qualification_id)``; it may give a cause twice.
    """

    kind: ClassVar[TriggerKind]
    fields: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[tuple[PlaySource, ...]]
    settles: ClassVar[bool] = False
    """Whether somebody may take it back for a minute: then it is acted on after that."""

    def check(self, params: Params) -> Problems:
        """What is wrong with the parameters; each message says what to do."""
        return {
            name: problem
            for name in self.fields
            if (problem := CHECKS[name](params.get(name))) is not None
        }

    @abstractmethod
    def words(self, params: Params, names: Vocabulary) -> str:
        """``When a lead enters Hot (61–100)``: the beginning of a sentence."""

    def conditions(self, params: Params) -> list[dict[str, Any]]:
        """What must hold besides the play's own conditions, in the common language."""
        return []

    def was_undone(self, cause: str) -> bool:
        """Whether what happened was taken back since; asked of those that settle."""
        return False

    @abstractmethod
    def find(self, source: PlaySource, params: Params) -> tuple[str, dict[str, Any]]:
        """The statement that finds causes in a source, with ``{span}`` for the rows searched, and
        its values."""


def compose(template: str, span: Span, row: str) -> sql.Composed:
    """The statement with the span put in. Both are this package's own constants."""
    condition = sql.SQL(span.condition).format(row=sql.Identifier(row))
    return sql.SQL(template).format(span=condition)


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _check_signals(value: Any) -> str | None:
    is_list = isinstance(value, list) and value and all(isinstance(key, str) for key in value)
    return None if is_list else "Choose at least one signal."


def _check_states(value: Any) -> str | None:
    return None if isinstance(value, list) and value else "Choose at least one state."


def _check_total(value: Any) -> str | None:
    return None if _whole(value, 1, MOST_TOTAL) else f"Enter a total from 1 to {MOST_TOTAL}."


def _check_points(value: Any) -> str | None:
    return None if _whole(value, 1, MOST_TOTAL) else f"Enter points from 1 to {MOST_TOTAL}."


def _check_days(value: Any) -> str | None:
    return None if _whole(value, 1, MOST_DAYS) else f"Enter days from 1 to {MOST_DAYS}."


CHECKS = {
    "signals": _check_signals,
    "states": _check_states,
    "at_least": _check_total,
    "points": _check_points,
    "days": _check_days,
}
