"""What a measure is, and the tools they share: errors that name the field, durations, signals."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from psycopg import sql

from leads.values import value_words
from rubrics.scoring.steps import Need
from rubrics.scoring.types import DAY_US, Axis

Params = Mapping[str, Any]

LENGTH = re.compile(r"^(\d+(?:\.\d+)?)\s*([mhd])$")
MOST_US = 3650 * DAY_US
_UNIT_US = {"m": 60_000_000, "h": 3_600_000_000, "d": DAY_US}


class SpecError(ValueError):
    """A rubric document that cannot be scored. ``where`` names the field, the text the fix."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where = where
        self.problem = problem


def duration_us(value: object, where: str) -> int:
    """Whole microseconds of ``30m``, ``48h`` or ``14d``."""
    match = LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise SpecError(where, f"{value!r} is no length of time; write it as 30m, 48h or 14d")
    microseconds = round(float(match[1]) * _UNIT_US[match[2]])
    if microseconds > MOST_US:
        raise SpecError(where, "is longer than ten years")
    return microseconds


def length_us(value: object, where: str) -> int:
    """:func:`duration_us` of what cannot be nothing: a window, a period."""
    microseconds = duration_us(value, where)
    if microseconds <= 0:
        raise SpecError(where, "must be longer than nothing")
    return microseconds


def duration_text(microseconds: int) -> str:
    """The shortest form that :func:`duration_us` reads as exactly this long."""
    for letter in "dh":
        if microseconds % _UNIT_US[letter] == 0:
            return f"{microseconds // _UNIT_US[letter]}{letter}"
    return f"{microseconds / _UNIT_US['m']:.9f}".rstrip("0").rstrip(".") + "m"


def duration_words(microseconds: float) -> str:
    """``14 days``, ``36 hours``: the shortest exact wording."""
    for size, word in ((DAY_US, "day"), (3_600_000_000, "hour"), (60_000_000, "minute")):
        if microseconds % size == 0 and (size != DAY_US or microseconds >= 2 * DAY_US):
            return plural(microseconds / size, word)
    return plural(round(microseconds / 60_000_000), "minute")


def plural(count: float, word: str) -> str:
    """``1 day``, ``2 days``, ``0.5 days``."""
    return f"{count:g} {word}" if count == 1 else f"{count:g} {word}s"


def more_words(value: float, count: int, word: str = "time") -> str:
    """``""`` for the first, `` once more``, `` 3 times``, `` 2 more times``: how often yet."""
    more = "more " if value > 0 else ""
    if count == 1:
        return " once more" if more else ""
    return f" {count} {more}{word}s"


def least_words(target: float) -> str:
    """``50 or more``; ``more than 50`` of the next number above 50."""
    below = math.nextafter(target, -math.inf)
    return f"more than {below:g}" if below == round(below, 6) else f"{target:g} or more"


@dataclass(frozen=True)
class Names:
    """Words and ids a version needs to be measured and told: signals by key."""

    signal_ids: Mapping[str, int] = field(default_factory=dict)
    signal_names: Mapping[str, str] = field(default_factory=dict)

    def words(self, keys: Sequence[str]) -> str:
        """The signals in a rep's words: one by name, several as a short list."""
        names = [self.signal_names.get(key, key.replace("_", " ")) for key in keys]
        if len(names) > 2:
            return f"{names[0]} or {len(names) - 1} other signals"
        return " or ".join(names)


LEAD, ACCOUNT = "lead", "account"


class Measure:
    """One way of turning facts into a number. Subclasses hold its SQL, words and parameters.

    In its SQL ``s`` is the subject: ``id``, ``at`` (the moment), ``started_at`` and ``ends_at`` (of
    the trial; of an account the earliest and the latest of its members').
    """

    key: ClassVar[str]
    label: ClassVar[str]
    axis: ClassVar[Axis]
    unit: ClassVar[str] = "count"
    fields: ClassVar[frozenset[str]]
    """Names of the parameters that a criterion or a tier may give."""
    subjects: ClassVar[frozenset[str]] = frozenset({LEAD, ACCOUNT})
    """Whom it can measure."""
    reads_members: ClassVar[bool] = False
    """Whether it looks at ``m.attributes``, what is known of the account's members."""
    counts_users: ClassVar[bool] = False
    """Whether its number is one of the account's users: more than there are it cannot be."""

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Check ``raw`` and return the canonical parameters.

        Raises:
            SpecError: a parameter is missing, unknown or makes no sense.
        """
        raise NotImplementedError

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        """Say what was measured, in words a rep can read."""
        raise NotImplementedError

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        """What takes ``value`` to ``target``. By default how the target reads, and nothing that
        the lead could do now to get there for certain."""
        return Need(self.describe(params, target, names))

    def attributes(self, params: Params) -> tuple[tuple[str, ...], ...]:
        """The attributes it reads from the profile ``p`` (see measures/attributes.py)."""
        return ()


class HitMeasure(Measure):
    """A measure of hits, taken as one aggregate over a subject's hits.

    In its SQL ``h`` is the hit and, of an account, ``m`` the member whose hit it is.
    """

    axis = Axis.BEHAVIOR
    fields = frozenset({"signals", "window"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        from rubrics.measures.windows import parse_window

        return {
            "signals": parse_signals(raw.get("signals"), where),
            "window": parse_window(raw.get("window"), f"{where}.window"),
        }

    def adds_one(self, params: Params) -> bool:
        """Whether one more hit now makes the number exactly one more."""
        return False

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        """The aggregate over the hits for which ``condition`` (signals and window) holds."""
        raise NotImplementedError

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        """The number, as float8, of what the aggregate (or the subquery) ``found``."""
        return sql.SQL("coalesce({}, 0)::float8").format(found)

    def changes(self, params: Params, condition: sql.Composable) -> list[sql.Composable]:
        """Aggregates over the hits: the first moments at which time alone changes the number.

        A rolling window changes it when its oldest hit leaves. Hits of the listed signals that are
        dated in the future are seen to for all measures alike.
        """
        return [
            sql.SQL("min(h.occurred_at) FILTER (WHERE {}) + {}").format(condition, length)
            for length in rolling(params)
        ]


@dataclass(frozen=True, slots=True)
class Hits:
    """Where the subjects' hits are found: ``FROM source WHERE scope GROUP BY key``."""

    source: sql.Composable
    scope: sql.Composable
    key: sql.Composable


class NestedMeasure(HitMeasure):
    """A measure of hits in more than one step (per session, per pair), as a query of its own."""

    reads_subject: ClassVar[bool] = True
    """Whether the query itself, apart from its window, looks at the subject ``s``."""
    tells_next: ClassVar[bool] = False
    """Whether the rows have ``next_at``, the first moment at which time alone changes the value."""

    def subquery(
        self, params: Params, names: "Names", condition: sql.Composable, hits: Hits
    ) -> sql.Composable:
        """Rows ``(id, value[, next_at])``, at most one a subject."""
        raise NotImplementedError


class SubjectMeasure(Measure):
    """A measure of the subject itself: its trial, or who its members are."""

    axis = Axis.BEHAVIOR
    fields = frozenset()

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        return {}

    def members(self, params: Params) -> sql.Composable | None:
        """An aggregate over the account's members ``m``, if it needs one."""
        return None

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        """The number, as float8; ``found`` is what :meth:`members` gave."""
        raise NotImplementedError

    def changes(self, params: Params) -> list[sql.Composable]:
        """Moments after ``s.at`` at which time alone changes the number."""
        return []


class AttributeMeasure(Measure):
    """A measure of what is known of the person or the company: 1 yes, 0 no, null unknown.

    In its SQL ``p`` is the profile: one column an attribute (see measures/attributes.py).
    """

    axis = Axis.FIT
    unit = "flag"

    def attribute(self, params: Params) -> tuple[str, ...]:
        """The attribute it looks at; the first known of several."""
        references: tuple[str, ...] = params["attribute"]
        return references

    def attributes(self, params: Params) -> tuple[tuple[str, ...], ...]:
        return (self.attribute(params),)

    def value(self, params: Params) -> sql.Composable:
        """The expression that gives the number, or null."""
        raise NotImplementedError

    def tell(self, params: Params, found: object) -> str:
        """What was found, in words that follow the attribute's: company size ``445``."""
        return value_words(found)

    def changes(self, params: Params) -> list[sql.Composable]:
        """Moments after ``s.at`` at which time alone changes the number."""
        return []


def rolling(params: Params) -> list[sql.Composable]:
    """The length of the measure's window as an interval, if the window rolls."""
    from rubrics.measures.windows import interval

    kind, length = params["window"]
    return [interval(length)] if kind == "last" else []


def parse_signals(raw: object, where: str) -> tuple[str, ...]:
    """A non-empty list of signal keys, sorted: their order is irrelevant."""
    if isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, Sequence) or not raw or not all(isinstance(key, str) for key in raw):
        raise SpecError(f"{where}.signals", "name one or more signals, e.g. [logged_in]")
    return tuple(sorted(set(raw)))


def microseconds(later: sql.Composable, earlier: sql.Composable) -> sql.Composed:
    """The whole microseconds between two moments: numeric arithmetic, no float in between."""
    return sql.SQL("(extract(epoch FROM {} - {}) * 1000000)::bigint").format(later, earlier)


def age_us(moment: sql.Composable) -> sql.Composed:
    """How long ago a moment is, as float8; never negative, null for null."""
    return sql.SQL("CASE WHEN {moment} IS NOT NULL THEN greatest({age}, 0) END::float8").format(
        moment=moment, age=microseconds(sql.SQL("s.at"), moment)
    )
