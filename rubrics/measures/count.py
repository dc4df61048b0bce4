import math

from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params, more_words
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need


class Count(HitMeasure):
    """How often the listed signals happened, 0 for never. A hit of any of them counts once."""

    key = "count"
    label = "How often something was done"

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        return sql.SQL("count(*) FILTER (WHERE {})").format(condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        times = "" if value == 1 else f" ×{value or 0:g}"
        return f"{words}{times}{window_words(params['window'])}"

    def adds_one(self, params: Params) -> bool:
        return True

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        words = f"“{names.words(params['signals'])}”{more_words(value, missing)}"
        return Need(f"{words}{window_words(params['window'])}", missing)
