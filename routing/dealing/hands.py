"""A rep as the dealing sees them: whether they can take a PQL now, and if not, why. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple


class Obstacle(NamedTuple):
    """What keeps a rep from a PQL. ``kind`` follows a number (``2 full``), ``words`` are theirs."""

    kind: str
    words: str


def in_short(obstacles: Iterable[Obstacle]) -> str:
    """How many reps each kind keeps, the commonest first: ``3 reps at the daily limit, 1 off``."""
    (kind, count), *more = Counter(one.kind for one in obstacles).most_common()
    first = f"{count} rep{'' if count == 1 else 's'} {kind}"
    return ", ".join([first, *(f"{count} {kind}" for kind, count in more)])


@dataclass(slots=True)
class Hand:
    """A rep with what they hold. ``open`` and ``new_today`` grow as PQLs are dealt.

    Args:
        away: why they get nothing at all now, in words; empty: they can.
        opens_at: the first moment of their working time from now on; None: there is none.
        open: open PQLs, snoozed included; new_today: dealt today, where they are.
    """

    rep_id: int
    name: str
    team_id: int
    opens_at: datetime | None
    zone: tzinfo = UTC
    weight: int = 1
    skills: frozenset[str] = frozenset()
    max_open: int | None = None
    max_new_a_day: int | None = None
    open: int = 0
    new_today: int = 0
    away: str = ""
    last_dealt_at: datetime | None = None

    def obstacle(self, skills: Sequence[str]) -> Obstacle | None:
        """Why they cannot take a PQL that asks for these skills; None: they can."""
        if self.away:
            return Obstacle("off", self.away)
        lacking = [skill for skill in skills if skill.casefold() not in self.skills]
        if lacking:
            return Obstacle("without the skills", f"lacks {', '.join(lacking)}")
        if self.opens_at is None:
            return Obstacle("without working hours", "has no working hours")
        return limit_reached(
            held=self.open,
            new_today=self.new_today,
            max_open=self.max_open,
            max_new_a_day=self.max_new_a_day,
        )

    def is_open(self, at: datetime) -> bool:
        """Whether it is their working time."""
        return self.opens_at is not None and self.opens_at <= at

    @property
    def opening(self) -> str:
        """When they work next, on their own clock: ``Tue 10 Mar, 09:00``."""
        assert self.opens_at is not None  # who never opens cannot take anything
        return f"{self.opens_at.astimezone(self.zone):%a %-d %b, %H:%M}"

    @property
    def waits_since(self) -> tuple[bool, float, int]:
        """Of equals goes first who never was dealt anything, then who waits longest, then by id."""
        dealt = self.last_dealt_at
        return dealt is not None, dealt.timestamp() if dealt else 0.0, self.rep_id

    def take(self, at: datetime) -> None:
        """Count one more."""
        self.open += 1
        self.new_today += 1
        self.last_dealt_at = at


def limit_reached(
    *, held: int, new_today: int, max_open: int | None, max_new_a_day: int | None
) -> Obstacle | None:
    """Which limit is reached, if one is. ``held`` are open ones."""
    if max_open is not None and held >= max_open:
        return Obstacle("full", f"{held} open, {max_open} at most")
    if max_new_a_day is not None and new_today >= max_new_a_day:
        return Obstacle("at the daily limit", f"{new_today} new today, {max_new_a_day} at most")
    return None
