from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params, age_us, plural, rolling
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need
from rubrics.scoring.types import DAY_US


class SinceLast(HitMeasure):
    """How long ago the last of the listed signals was.

    Returns:
        Whole microseconds, never negative: boundaries of days are exact. None if there was none.
    """

    key = "since_last"
    label = "Time since something was last done"
    unit = "duration"

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        return sql.SQL("max(h.occurred_at) FILTER (WHERE {})").format(condition)

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return age_us(found)

    def changes(self, params: Params, condition: sql.Composable) -> list[sql.Composable]:
        """Only the last hit counts, so it is its leaving that changes anything."""
        return [
            sql.SQL("max(h.occurred_at) FILTER (WHERE {}) + {}").format(condition, length)
            for length in rolling(params)
        ]

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        if value is None:
            return f"No “{words}”{window_words(params['window'])}"
        return f"Last “{words}” {ago_words(value)}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        if target > 0:  # time alone leads there
            return super().need(params, value, target, names)
        return Need(f"“{names.words(params['signals'])}” again", 1)


class DaysSince(SinceLast):
    """How long ago the last of the listed signals was; since the sign-up if there was none.

    Returns:
        Whole microseconds, never negative: boundaries of days are exact.
    """

    key = "days_since"
    label = "Days since something was last done"

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return age_us(sql.SQL("coalesce({}, s.started_at)").format(found))

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        days = int((value or 0) // DAY_US)
        return f"No “{names.words(params['signals'])}” for {plural(days, 'day')}"


def ago_words(microseconds: float) -> str:
    """``3 days ago``, ``5 hours ago``: as exact as a rep needs it."""
    days, hours = int(microseconds // DAY_US), int(microseconds // 3_600_000_000)
    if days:
        return f"{plural(days, 'day')} ago"
    return f"{plural(hours, 'hour')} ago" if hours else "within the last hour"
