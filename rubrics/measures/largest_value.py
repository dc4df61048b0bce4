from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params, least_words
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need


class LargestValue(HitMeasure):
    """The largest numeric value of the listed signals' hits; 0 if none had one."""

    key = "largest_value"
    label = "The largest value something was done with"
    unit = "number"

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        return sql.SQL("max(h.number) FILTER (WHERE {})").format(condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words}: up to {value or 0:g}{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        words = f"“{names.words(params['signals'])}” with {least_words(target)}"
        return Need(f"{words}{window_words(params['window'])}", 1)
