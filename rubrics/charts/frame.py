"""The frame that every chart is drawn in: its view box, its scales and its ticks."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    place: float
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """An SVG's view box with room for the labels, and the values that its sides stand for.

    ``x`` runs from the left to the right, ``y`` from the bottom to the top.
    """

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    width: float = 720.0
    height: float = 220.0
    left: float = 44.0
    right: float = 12.0
    top: float = 10.0
    bottom: float = 28.0

    @property
    def base(self) -> float:
        """Where the lower axis is drawn."""
        return self.height - self.bottom

    @property
    def end(self) -> float:
        """Where the chart's area ends on the right."""
        return self.width - self.right

    def x(self, value: float) -> float:
        """The place of a value on the lower axis."""
        share = (value - self.x_low) / ((self.x_high - self.x_low) or 1)
        return round(self.left + share * (self.end - self.left), 1)

    def y(self, value: float) -> float:
        """The place of a value on the left axis."""
        share = (value - self.y_low) / ((self.y_high - self.y_low) or 1)
        return round(self.base - share * (self.base - self.top), 1)


def round_steps(low: float, high: float, most: int = 6) -> list[float]:
    """At most ``most`` round values (1, 2 or 5 times a power of ten apart) within both ends."""
    span = high - low
    if span <= 0:
        return [low]
    rough = span / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(number * step, 10) for number in range(first, last + 1)]
