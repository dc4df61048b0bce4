"""The frozen values that the pure core works on. No Django, no clock, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Column:
    """One number the statement measures: which measure, with which parameters.

    ``unit`` is ``count``, ``number``, ``flag`` (1 or 0) or ``duration`` (whole microseconds).
    """

    measure: str
    params: Mapping[str, Any]
    unit: str


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


@dataclass(frozen=True, slots=True)
class Decay:
    """How silence is paid for. ``period_us`` and ``grace_us`` are whole microseconds."""

    mode: DecayMode = DecayMode.PERIODS
    points: int = 10
    period_us: int = 30 * DAY_US
    grace_us: int = 0
    floor: int = 5
    both: bool = False


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


@dataclass(frozen=True, slots=True)
class Measured:
    """What the statement found for one lead. Durations are whole microseconds.

    ``idle_us`` is the time since the last activity (the sign-up if there was none), never
    negative; ``next_us`` how long until the numbers change by time alone, None for never.
    """

    values: tuple[float | None, ...]
    idle_us: int
    next_us: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the numbers are worth. ``points`` has one value per criterion of the version.

    ``adjustments`` are what the criteria's points do not explain (caps, silence, floor), as
    (axis, kind, points) in the order applied; points and adjustments sum to each axis.
    ``next_us``: how long until the same facts give another result, None for never.
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


@dataclass(frozen=True, slots=True)
class Line:
    """One reason of a score. The lines of an axis sum to its score.

    Where asked for, a criterion's line also says what was measured, in words (``measured``), when
    the last of its hits was, and what its next step takes and gives (``next_step``).
    """

    key: str
    axis: Axis
    label: str
    points: int
    reason: str
    is_unknown: bool = False
    best_points: int = 0
    measured: str = ""
    last_at: datetime | None = None
    next_step: str = ""
