"""Small values of the pure core for its tests."""

from typing import Any

from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Column,
    Criterion,
    Decay,
    Measured,
    Mode,
    Role,
    Thresholds,
    Tier,
    Version,
)

NO_DECAY = Decay(points=0)


def tiers(*steps: tuple[float, int], column: int = 0) -> tuple[Tier, ...]:
    """``(threshold, points)`` as tiers of one column."""
    return tuple(Tier(column, threshold, points, "") for threshold, points in steps)


def criterion(key: str = "x", **fields: Any) -> Criterion:
    """A behavior criterion of column 0; by default one tier: 1 or more is 5 points."""
    values: dict[str, Any] = {
        "name": key.capitalize(), "axis": Axis.BEHAVIOR, "role": Role.ACTION, "mode": Mode.TIERS,
        "columns": (0,), **fields,
    }  # fmt: skip
    if values["mode"] is Mode.TIERS and values["role"] is not Role.VELOCITY:
        values.setdefault("tiers", tiers((1, 5), column=values["columns"][0]))
    return Criterion(key, **values)


def silence(points: int = -10, period_days: int = 14, **fields: Any) -> Criterion:
    return criterion(
        "silence", role=Role.SILENCE, mode=Mode.PER_PERIOD, points_each=points,
        unit_size=period_days * DAY_US, **fields,
    )  # fmt: skip


def version(
    *criteria: Criterion, units: str = "count", half_life: int = DAY_US, **fields: Any
) -> Version:
    """A version of these criteria; all columns have one unit."""
    count = max((column + 1 for c in criteria for column in c.columns), default=0)
    columns = tuple(Column("count", {"half_life": half_life}, units) for _ in range(count))
    values: dict[str, Any] = {"thresholds": Thresholds(), "decay": NO_DECAY, **fields}
    return Version("test", columns, criteria, activity_signals=(), **values)


def measured(*values: float | None, idle: int = 0, next_us: int | None = None) -> Measured:
    """Values, and ``idle`` days since the last activity."""
    return Measured(values, idle * DAY_US, next_us)
