"""Two distributions of scores in one chart: bars beside each other, thresholds marked. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rubrics.charts.frame import Frame, Tick, round_steps

MOST_BINS = 20
WIDTHS = (1, 2, 5, 10, 20, 25, 50, 100)
"""How many points a bin may hold: such that its edges are numbers people expect."""
GAP = 0.12
"""Of a bin's place, the part on either side that stays empty."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its upper left corner, its size, and how many it stands for."""

    x: float
    y: float
    width: float
    height: float
    count: int


@dataclass(frozen=True, slots=True)
class Bin:
    """Scores from ``low`` to ``high``, both included, in both distributions."""

    low: int
    high: int
    now: Bar
    then: Bar

    @property
    def label(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


@dataclass(frozen=True, slots=True)
class Mark:
    """A threshold: where it is drawn, and at how many points it is."""

    place: float
    value: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Everything the template draws; coordinates are those of the SVG's view box."""

    frame: Frame
    bins: tuple[Bin, ...]
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    now_mark: Mark | None
    then_mark: Mark | None


def histogram(
    now: Mapping[int, int],
    then: Mapping[int, int],
    *,
    top: int,
    now_threshold: int | None = None,
    then_threshold: int | None = None,
    width: float = 720.0,
    height: float = 220.0,
) -> Histogram | None:
    """Draw how many have which score; None where nobody has one.

    Args:
        now: score -> how many; no score is below 0. ``then`` likewise.
        top: the highest score that the chart shows at least.
        now_threshold: of now, in points; drawn on the edge of the scores that reach it.
        width: of the view box, as ``height``; texts look larger the smaller it is.
    """
    if not any(now.values()) and not any(then.values()):
        return None
    highest = max([top, *now, *then])
    size = bin_width(highest)
    edges = range(0, highest + 1, size)
    counts = [(low, _within(now, low, low + size), _within(then, low, low + size)) for low in edges]
    most = max(max(before, after) for _, before, after in counts)
    frame = Frame(0, len(counts) * size, 0, most, width=width, height=height)
    return Histogram(
        frame=frame,
        bins=tuple(
            Bin(
                low,
                min(low + size - 1, highest),
                _bar(frame, low, size, 0, before),
                _bar(frame, low, size, 1, after),
            )
            for low, before, after in counts
        ),
        rows=tuple(
            Tick(frame.y(value), f"{value:,.0f}")
            for value in round_steps(0, most, 5)
            if value == int(value)
        ),
        columns=tuple(
            Tick(frame.x(value), f"{value:.0f}")
            for value in round_steps(0, len(counts) * size, 8)
            if value == int(value)
        ),
        now_mark=_mark(frame, now_threshold),
        then_mark=_mark(frame, then_threshold),
    )


def bin_width(highest: int) -> int:
    """How many points a bin holds, so that there are at most ``MOST_BINS``."""
    return next(
        (width for width in WIDTHS if (highest + 1) / width <= MOST_BINS),
        math.ceil((highest + 1) / MOST_BINS),
    )


def _within(counts: Mapping[int, int], low: int, end: int) -> int:
    return sum(number for score, number in counts.items() if low <= score < end)


def _bar(frame: Frame, low: int, width: int, place: int, count: int) -> Bar:
    """The left (now) or the right (then) bar of a bin."""
    share = (1 - 2 * GAP) / 2
    left = frame.x(low + width * (GAP + place * share))
    right = frame.x(low + width * (GAP + (place + 1) * share))
    top = frame.y(count)
    return Bar(left, top, round(right - left, 1), round(frame.base - top, 1), count)


def _mark(frame: Frame, threshold: int | None) -> Mark | None:
    if threshold is None or not frame.x_low < threshold < frame.x_high:
        return None
    return Mark(frame.x(threshold), threshold)


def scores_of(counts: Mapping[str, int]) -> dict[int, int]:
    """Counts whose scores came as texts, as JSON has them; what is below 0 counts as 0."""
    found: dict[int, int] = {}
    for score, number in counts.items():
        place = max(int(score), 0)
        found[place] = found.get(place, 0) + number
    return found
