from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params, plural
from rubrics.scoring.steps import Need
from rubrics.scoring.types import DAY_US


class DaysSince(HitMeasure):
    """How long ago the last of the listed signals was; since the sign-up if there was none.

    Returns:
        Whole microseconds, never negative: boundaries of days are exact.
    """

    key = "days_since"
    label = "Days since something was last done"
    unit = "duration"

    def aggregate(self, condition: sql.Composable) -> sql.Composable:
        # statement.py turns the moment into a span, for all leads alike.
        return sql.SQL("max(h.occurred_at) FILTER (WHERE {})").format(condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        days = int((value or 0) // DAY_US)
        return f"No “{names.words(params['signals'])}” for {plural(days, 'day')}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        if target > 0:  # time alone leads there
            return super().need(params, value, target, names)
        return Need(f"“{names.words(params['signals'])}” again", 1)
