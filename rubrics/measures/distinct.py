import math

from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params, plural
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need
from rubrics.scoring.types import DAY_US


class DistinctDays(HitMeasure):
    """On how many different UTC days the listed signals happened."""

    key = "distinct_days"
    label = "On how many days something was done"

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        return sql.SQL(
            "count(DISTINCT (h.occurred_at AT TIME ZONE 'UTC')::date) FILTER (WHERE {})"
        ).format(condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words} on {plural(value or 0, 'day')}{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        days = plural(missing, "more day" if value else "day")
        words = f"“{names.words(params['signals'])}” on {days}{window_words(params['window'])}"
        kind, length = params["window"]
        # Days take time: a window that ends may be over before they have passed.
        lasts = kind == "lifetime" or (kind == "last" and target * DAY_US <= length)
        return Need(words, missing if lasts else None)


class DistinctValues(HitMeasure):
    """How many different values the listed signals' hits had. Hits without a value count not."""

    key = "distinct_values"
    label = "With how many different values something was done"

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        return sql.SQL("count(DISTINCT h.value_key) FILTER (WHERE {})").format(condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words}: {value or 0:g} different{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        many = plural(missing, "more different one" if value else "different one")
        words = f"“{names.words(params['signals'])}” with {many}"
        return Need(f"{words}{window_words(params['window'])}", missing)
