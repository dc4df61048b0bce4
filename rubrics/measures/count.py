from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params
from rubrics.measures.windows import window_words


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
