"""Shares with their intervals as bars, and as a band along a scale. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rubrics.charts.frame import Frame, Tick, round_steps

GAP = 0.18
"""Of a bar's place, the part on either side that stays empty."""
MOST_PLACES = 160
HEADROOM = 1.05


@dataclass(frozen=True, slots=True)
class Bar:
    """One share: its rectangle, its interval as a line, and what stands below."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    low: float
    high: float
    label: str
    expected: float | None
    title: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Everything the template draws; coordinates are those of the SVG's view box."""

    frame: Frame
    bars: tuple[Bar, ...]
    rows: tuple[Tick, ...]


def bar_chart(parts: Sequence[Mapping[str, Any]]) -> BarChart | None:
    """One bar for each part that has leads; None where none has.

    Args:
        parts: with ``label``, ``leads``, ``conversion`` (value, low, high) and, where there is a
            smooth curve, ``expected``.
    """
    shown = [part for part in parts if part["conversion"]]
    if not shown:
        return None
    most = min(max(part["conversion"]["high"] for part in shown) * HEADROOM, 1.0)
    frame = Frame(0, len(shown), 0, most, bottom=30)
    return BarChart(
        frame,
        tuple(_bar(frame, place, part) for place, part in enumerate(shown)),
        _percent_rows(frame),
    )


def _bar(frame: Frame, place: int, part: Mapping[str, Any]) -> Bar:
    share, expected = part["conversion"], part.get("expected")
    left, right, top = frame.x(place + GAP), frame.x(place + 1 - GAP), frame.y(share["value"])
    return Bar(
        x=left,
        y=top,
        width=round(right - left, 1),
        height=round(frame.base - top, 1),
        middle=frame.x(place + 0.5),
        low=frame.y(share["low"]),
        high=frame.y(min(share["high"], frame.y_high)),
        label=part["label"],
        expected=None if expected is None else frame.y(min(expected, frame.y_high)),
        title=f"{part['label']}: {share['value']:.1%} of {part['leads']:,}",
    )


def _percent_rows(frame: Frame) -> tuple[Tick, ...]:
    return tuple(
        Tick(frame.y(value), f"{100 * value:g} %")
        for value in round_steps(frame.y_low, frame.y_high, 5)
    )


@dataclass(frozen=True, slots=True)
class Curve:
    """A line from corner to corner: ``path`` of the curve, ``chance`` of what a coin would give."""

    frame: Frame
    paths: tuple[str, ...]
    chance: str
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]


def roc_chart(curves: Sequence[Sequence[Sequence[float]]]) -> Curve | None:
    """ROC curves, each as points from (0, 0) to (1, 1); None without any."""
    drawn = [curve for curve in curves if curve]
    if not drawn:
        return None
    frame = Frame(0, 1, 0, 1, width=360, height=320, right=24, bottom=30)
    ticks = (0, 0.25, 0.5, 0.75, 1)
    return Curve(
        frame,
        tuple(path(frame, curve) for curve in drawn),
        path(frame, [(0, 0), (1, 1)]),
        tuple(Tick(frame.y(value), f"{100 * value:g} %") for value in ticks),
        tuple(Tick(frame.x(value), f"{100 * value:g} %") for value in ticks),
    )


def path(frame: Frame, points: Sequence[Sequence[float]]) -> str:
    """Straight lines through the points."""
    return "M" + "L".join(f"{frame.x(x):g} {frame.y(y):g}" for x, y in points)


@dataclass(frozen=True, slots=True)
class SweepChart:
    """Conversion at and above each threshold, as a line in its band; thresholds marked."""

    frame: Frame
    line: str
    band: str
    rows: tuple[Tick, ...]
    columns: tuple[Tick, ...]
    now: float | None
    advised: float | None


def sweep_chart(
    steps: Sequence[Mapping[str, Any]], *, now: int, advised: int | None
) -> SweepChart | None:
    """Conversion by threshold, with its interval; None where there is no threshold to draw.

    Args:
        now: the version's threshold; ``advised`` the one that the reps could keep up with.
    """
    shown = [step for step in steps if step["conversion"]][:: -(-len(steps) // MOST_PLACES) or 1]
    if len(shown) < 2:
        return None
    most = min(max(step["conversion"]["value"] for step in shown) * 1.5, 1.0)
    frame = Frame(shown[0]["total"], shown[-1]["total"], 0, most, bottom=30)

    def edge(end: str) -> list[tuple[float, float]]:
        return [(step["total"], min(step["conversion"][end], most)) for step in shown]

    def mark(total: int | None) -> float | None:
        inside = total is not None and frame.x_low <= total <= frame.x_high
        return frame.x(total) if inside and total is not None else None

    return SweepChart(
        frame,
        path(frame, edge("value")),
        path(frame, [*edge("high"), *reversed(edge("low"))]) + "Z",
        _percent_rows(frame),
        tuple(
            Tick(frame.x(value), f"{value:g}")
            for value in round_steps(frame.x_low, frame.x_high, 8)
        ),
        mark(now),
        mark(advised),
    )
