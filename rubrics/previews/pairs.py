"""What somebody scores now and what they would score: pure, and small enough for 100,000."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from rubrics.mappers import Compiled
from rubrics.models.preview import Movement
from rubrics.scoring.combine import combine_total, is_pql
from rubrics.scoring.types import Thresholds


class Worth(NamedTuple):
    """What somebody scores by a version, as far as a preview tells it."""

    version: Compiled
    fit: int
    fit_high: int
    behavior: int
    total: int
    is_pql: bool
    band: int | None
    tier: int | None


class Gate(NamedTuple):
    """One threshold of a PQL: what somebody has for it, and what it asks, now and then."""

    axis: str
    now: int
    then: int
    asks_now: int
    asks_then: int


GATES = ("total", "fit", "behavior")


@dataclass(frozen=True, slots=True)
class Pair:
    """One lead, or account, now and then; None for no score. ``age`` is since the sign-up."""

    subject_id: int
    age: timedelta
    now: Worth | None
    then: Worth | None

    @property
    def was(self) -> bool:
        """Whether they are a PQL now."""
        return self.now is not None and self.now.is_pql

    @property
    def will(self) -> bool:
        """Whether they would be one."""
        return self.then is not None and self.then.is_pql

    @property
    def differs(self) -> bool:
        """Whether another score, or another rubric, would be shown."""
        now, then = self.now, self.then
        if now is then:
            return False
        if now is None or then is None:
            return True
        return (now.total, now.fit, now.behavior, now.version.rubric_id) != (
            then.total,
            then.fit,
            then.behavior,
            then.version.rubric_id,
        )

    @property
    def movement(self) -> Movement | None:
        """What becomes of a PQL; None for who is none either way, or stays as they are."""
        if self.was != self.will:
            return Movement.LEFT if self.was else Movement.ENTERED
        return Movement.MOVED if self.was and self.differs else None

    @property
    def deciding(self) -> list[Gate]:
        """The thresholds that make or unmake the PQL: those missed on the side that is none.
        Empty if a side has no score."""
        if self.was == self.will or self.now is None or self.then is None:
            return []
        outside = self.then if self.was else self.now
        return [
            Gate(
                axis,
                getattr(self.now, axis),
                getattr(self.then, axis),
                getattr(_needed(self.now), axis),
                getattr(_needed(self.then), axis),
            )
            for axis in GATES
            if getattr(outside, axis) < getattr(_needed(outside), axis)
        ]

    @property
    def weight(self) -> int:
        """How far the total moves; no score is as good as none."""
        return abs((self.then.total if self.then else 0) - (self.now.total if self.now else 0))


def _needed(worth: Worth) -> Thresholds:
    return worth.version.version.thresholds


def short_of(worth: Worth) -> int:
    """How many points are missing to be a PQL, where the most are."""
    needed = _needed(worth)
    return max(needed.total - worth.total, needed.fit - worth.fit, needed.behavior - worth.behavior)


def may_be_pql(worth: Worth) -> bool:
    """Whether it would be a PQL if all that is unknown of its fit turned out best."""
    if worth.fit_high == worth.fit:
        return False
    version = worth.version.version
    total = combine_total(version, worth.fit_high, worth.behavior)
    return is_pql(worth.fit_high, worth.behavior, total, version.thresholds)
