"""How much of something: "3 or more days", "at least once", "each time", "90 days or longer"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rubrics.measures.base import LENGTH, duration_words, plural
from rubrics.scoring.types import DAY_US
from rubrics.words.wording import MISSING

SIGNS = ("at_least", "more_than", "at_most", "less_than")
EACH = "each"
UNITS = {"m": "minute", "h": "hour", "d": "day"}


@dataclass(frozen=True, slots=True)
class Amount:
    """A comparison with a number or a length of time; or ``each`` unit of it."""

    sign: str
    raw: Any = 1

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> "Amount":
        """The comparison of a tier or a condition; without one it is at least 1."""
        for sign in SIGNS:
            if sign in entry:
                return cls(sign, entry[sign])
        return cls("at_least")

    def times(self) -> str:
        """``at least once``, ``3 or more times``, ``never``."""
        if self.sign == EACH:
            return "each time"
        if self._is_none:
            return "never"
        if self.sign == "at_least" and self.raw == 1:
            return "at least once"
        return self.many("time")

    def many(self, word: str) -> str:
        """``3 or more days``, ``at least 1 day``, ``no day``, ``each day``."""
        if self.sign == EACH:
            return f"each {word}"
        if self._is_none:
            return f"no {word}"
        if self.raw == 1:
            told = {"at_least": "at least", "more_than": "more than", "at_most": "at most"}
            return f"{told.get(self.sign, 'less than')} 1 {word}"
        return f"{self.number(fewer=True)} {word}s"

    def number(self, unit: str = "", *, fewer: bool = False) -> str:
        """``50 or more``, ``more than 50``, ``at most 50``, ``less than 50``, ``each 1``."""
        figure = f"{number_words(self.raw)}{unit}"
        if self.sign == EACH:
            return f"each 1{unit}"
        less = "fewer than" if fewer else "less than"
        return {
            "at_least": f"{figure} or more",
            "more_than": f"more than {figure}",
            "at_most": f"at most {figure}",
        }.get(self.sign, f"{less} {figure}")

    def length(self) -> str:
        """``90 days or more``, ``more than 90 days``, ``every full 14 days``."""
        figure = length_words(self.raw)
        return {
            EACH: f"every full {figure}",
            "at_least": f"{figure} or more",
            "more_than": f"more than {figure}",
            "at_most": f"at most {figure}",
        }.get(self.sign, f"less than {figure}")

    def change(self, unit: str = "") -> str:
        """``up by 3 or more``, ``down by more than 5 %``, ``up or unchanged``, ``up``."""
        if self.sign == EACH:
            return f"up, each 1{unit} of it"
        if not isinstance(self.raw, int | float):
            return f"up by {self.number(unit)}"
        if self.raw == 0:
            told = {"at_least": "up or unchanged", "more_than": "up", "at_most": "not up"}
            return told.get(self.sign, "down")
        if self.raw > 0:
            return f"up by {self.number(unit)}"
        # What is at least -5 has fallen by 5 at most.
        turned = {"at_least": "at_most", "more_than": "less_than", "at_most": "at_least"}
        return f"down by {Amount(turned.get(self.sign, 'more_than'), -self.raw).number(unit)}"

    @property
    def _is_none(self) -> bool:
        return (self.sign, self.raw) in (("less_than", 1), ("at_most", 0))


def number_words(raw: object) -> str:
    """``50``, ``12,500``, ``0.25``: as short as it can be read."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return MISSING if raw in (None, "") else str(raw)
    if float(raw).is_integer():
        return f"{int(raw):,}" if abs(raw) >= 10_000 else str(int(raw))
    return f"{raw:.6f}".rstrip("0") if abs(raw) >= 1e-6 else f"{raw:g}"


def length_words(raw: object) -> str:
    """``14 days``, ``48 hours``, as it is written; a bare number is of days; else as it stands."""
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return duration_words(round(raw * DAY_US))
    length = LENGTH.fullmatch(raw) if isinstance(raw, str) else None
    if length is None:
        return MISSING if raw in (None, "") else str(raw)
    return plural(float(length[1]), UNITS[length[2]])
