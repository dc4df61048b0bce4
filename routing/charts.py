"""The score history as a step chart: plain geometry, drawn by a template."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 720.0, 200.0
LEFT, RIGHT, TOP, BOTTOM = 36.0, 12.0, 10.0, 26.0


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything the template needs; coordinates are those of the SVG's view box."""

    total: str
    behavior: str
    fit: str
    end: tuple[float, float]
    rows: list[Tick]
    columns: list[Tick]
    threshold: float
    left: float = LEFT
    right: float = WIDTH - RIGHT
    base: float = HEIGHT - BOTTOM
    width: float = WIDTH
    height: float = HEIGHT


@dataclass(frozen=True, slots=True)
class Point:
    """A score from ``at`` on."""

    at: datetime
    fit: int
    behavior: int
    total: int


def step_chart(
    points: Sequence[Point], *, until: datetime, threshold: int, top: int
) -> Chart | None:
    """Draw what the score was, from its first moment until now. None without a history."""
    if not points:
        return None
    start = min(points[0].at, until - timedelta(days=1))
    span = (until - start) / timedelta(seconds=1)
    highest = max([top, *(point.total for point in points)])

    def x(moment: datetime) -> float:
        share = (moment - start) / timedelta(seconds=1) / span
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / highest * (HEIGHT - TOP - BOTTOM), 1)

    def steps(values: Sequence[int]) -> str:
        parts = [f"M{x(points[0].at)} {y(values[0])}"]
        for point, value in zip(points[1:], values[1:], strict=True):
            parts.append(f"H{x(point.at)}V{y(value)}")
        return "".join(parts) + f"H{x(until)}"

    return Chart(
        total=steps([point.total for point in points]),
        behavior=steps([point.behavior for point in points]),
        fit=steps([point.fit for point in points]),
        end=(x(until), y(points[-1].total)),
        rows=[Tick(y(value), str(value)) for value in range(0, highest + 1, 50)],
        columns=_columns(start, until, x),
        threshold=y(threshold),
    )


def _columns(start: datetime, until: datetime, x: Callable[[datetime], float]) -> list[Tick]:
    span = until - start
    days = max(1, -(-span.days // 6))
    first = (start + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    ticks = []
    moment = first
    while moment <= until:
        ticks.append(Tick(x(moment), f"{moment:%-d %b}"))
        moment += timedelta(days=days)
    return ticks
