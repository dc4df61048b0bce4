"""The frozen values that the pure core works on. No Django, no clock, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

DAY_US = 86_400_000_000
"""Microseconds of a day: durations are whole microseconds, so that boundaries are exact."""

MOST_POINTS = 10_000
"""No number of a version, and no criterion's points, go beyond it: scores fit their columns."""


class Axis(StrEnum):
    FIT = "fit"
    BEHAVIOR = "behavior"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.capitalize()


class Role(StrEnum):
    """What a behavior criterion's points do: add up, reward speed, or punish silence."""

    ACTION = "action"
    VELOCITY = "velocity"
    SILENCE = "silence"

    @property
    def label(self) -> str:
        """For people."""
        words = {"action": "Points that add up", "velocity": "Velocity bonus"}
        return words.get(self.value, "Silence penalty")


class Mode(StrEnum):
    TIERS = "tiers"
    PER_UNIT = "per_unit"
    PER_PERIOD = "per_period"

    @property
    def label(self) -> str:
        """For people."""
        words = {"tiers": "Tiers", "per_unit": "Points per unit"}
        return words.get(self.value, "Points per full period")


class DecayMode(StrEnum):
    NONE = "none"
    PERIODS = "periods"
    CONTINUOUS = "continuous"
    PERCENT = "percent"
    HALF_LIFE = "half_life"


class Subject(StrEnum):
    """Whom a rubric scores: a person, or a company by all its people."""

    LEAD = "lead"
    ACCOUNT = "account"

    @property
    def label(self) -> str:
        """For people."""
        return self.value.capitalize()

    @property
    def many(self) -> str:
        """Several of them, within a sentence: ``leads``."""
        return f"{self.value}s"


Values = Sequence[float | None]
"""The measured numbers of one subject, one a column of the version; None is unknown or never."""


@dataclass(frozen=True, slots=True)
class Column:
    """One number the statement measures: which measure, with which parameters.

    ``unit`` is ``count``, ``number``, ``flag`` (1 or 0), ``duration`` (whole microseconds, growing
    with time) or ``fading`` (halving every ``params["half_life"]`` microseconds while its hits
    stay).
    """

    measure: str
    params: Mapping[str, Any]
    unit: str


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison of one column: met at ``threshold`` or above, or ``below`` it.

    What is unknown meets nothing but the question whether it is ``unknown``.
    """

    column: int
    threshold: float = 1
    below: bool = False
    unknown: bool = False

    def met(self, values: Values) -> bool:
        """Whether the measured numbers meet it."""
        value = values[self.column]
        if value is None or self.unknown:
            return self.unknown and value is None
        return (value >= self.threshold) != self.below


@dataclass(frozen=True, slots=True)
class Segment:
    """Leads that meet all conditions are scored by this rubric; the lowest order is asked first."""

    name: str
    order: int
    when: tuple[Condition, ...]

    def met(self, values: Values) -> bool:
        """Whether a lead with these numbers belongs to it."""
        return all(condition.met(values) for condition in self.when)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that behavior can be while all conditions hold."""

    name: str
    behavior: int
    when: tuple[Condition, ...]

    def met(self, values: Values) -> bool:
        """Whether it bites for a lead with these numbers."""
        return all(condition.met(values) for condition in self.when)


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria (``members``, by index) that share a limit: their sum stays within both ends."""

    key: str
    name: str
    axis: Axis
    members: tuple[int, ...]
    most: int | None = None
    least: int | None = None


@dataclass(frozen=True, slots=True)
class CrossProduct:
    """A bonus for whoever is active in ``products`` products or more; ``column`` counts them."""

    points: int
    products: int
    column: int


@dataclass(frozen=True, slots=True)
class Blend:
    """The total as a weighted mean of both axes, each as a share of its maximum; percent."""

    behavior: int
    fit: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """Where fit and behavior count as high: a label on the result, never an input to it."""

    fit: int
    behavior: int


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of the total, from ``at_least`` up to the next band."""

    at_least: int
    name: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Recency:
    """Points times ``factor`` while the last hit, ``column`` ago, is younger than the window."""

    column: int
    within_us: int
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Tier:
    """Reached when ``column``'s value is ``threshold`` or more (in the column's unit)."""

    column: int
    threshold: float
    points: int
    label: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the version. ``columns`` are the indices of the columns it looks at."""

    key: str
    name: str
    axis: Axis
    role: Role
    mode: Mode
    columns: tuple[int, ...]
    tiers: tuple[Tier, ...] = ()
    points_each: int = 0
    share_of_base: float | None = None
    unit_size: float = 1
    max_units: int | None = None
    recency: Recency | None = None
    proxy_for: str = ""


@dataclass(frozen=True, slots=True)
class Expired:
    """What silence costs once the trial is over: points for each full period since its end or the
    last activity, whichever is later. ``column`` is the time since the end, None while it runs."""

    points: int
    period_us: int
    column: int


@dataclass(frozen=True, slots=True)
class Decay:
    """How silence is paid for. ``period_us`` and ``grace_us`` are whole microseconds.

    ``points`` go with periods and continuous, ``percent`` with percent; with half_life the period
    is the half-life.
    """

    mode: DecayMode = DecayMode.PERIODS
    points: int = 10
    percent: Fraction = Fraction(10)
    period_us: int = 30 * DAY_US
    grace_us: int = 0
    floor: int = 5
    both: bool = False
    expired: Expired | None = None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """A PQL meets all three."""

    total: int = 80
    fit: int = 15
    behavior: int = 40


@dataclass(frozen=True, slots=True)
class Version:
    """A rubric version, compiled: everything a score depends on besides the facts."""

    rubric: str
    columns: tuple[Column, ...]
    criteria: tuple[Criterion, ...]
    thresholds: Thresholds
    decay: Decay
    activity_signals: tuple[str, ...]
    max_fit: int = 50
    max_behavior: int = 100
    velocity_exceeds_cap: bool = False
    lists: Mapping[str, tuple[str, ...]] | None = None
    subject: Subject = Subject.LEAD
    segment: Segment | None = None
    blend: Blend | None = None
    groups: tuple[Group, ...] = ()
    ceiling: Ceiling | None = None
    cross_product: CrossProduct | None = None
    matrix: Matrix | None = None
    bands: tuple[Band, ...] = ()

    @property
    def max_total(self) -> int:
        """The most a total can be: 100 of a blend, else both maxima together."""
        return 100 if self.blend else self.max_fit + self.max_behavior


class Measured(NamedTuple):
    """What the statement found for one lead. Durations are whole microseconds.

    ``idle_us`` is the time since the last activity (the sign-up if there was none), never
    negative; ``next_us`` how long until the numbers change by time alone, None for never.
    """

    values: tuple[float | None, ...]
    idle_us: int
    next_us: int | None = None


class Judgement(NamedTuple):
    """What the numbers are worth. ``points`` has one value per criterion of the version.

    ``adjustments`` are what the criteria's points do not explain (caps, silence, floor), as
    (axis, kind, points) in the order applied; points and adjustments sum to each axis.
    ``next_us``: how long until the same facts give another result, None for never.
    ``band`` is an index into the version's bands, ``tier`` 1 to 4 of its matrix; None without.
    """

    fit: int
    fit_low: int
    fit_high: int
    behavior: int
    total: int
    is_pql: bool
    points: tuple[int, ...]
    adjustments: tuple[tuple[Axis, str, int], ...]
    next_us: int | None
    band: int | None = None
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One reason of a score. The lines of an axis sum to its score.

    Where asked for, a criterion's line also says what was measured, in words (``measured``), when
    the last of its hits was or, of a fact, since when it is known, and what its next step takes and
    gives (``next_step``).
    """

    key: str
    axis: Axis
    label: str
    points: int
    reason: str
    is_unknown: bool = False
    best_points: int = 0
    proxy_for: str = ""
    measured: str = ""
    last_at: datetime | None = None
    known_at: datetime | None = None
    next_step: str = ""
