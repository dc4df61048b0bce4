import math

from psycopg import sql

from rubrics.measures.base import HitMeasure, Names, Params, plural
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need


class MostInSession(HitMeasure):
    """The most different values within one session. Hits without session or value count not."""

    key = "most_in_session"
    label = "Most different values in one session"

    def subquery(self, condition: sql.Composable, hits: sql.Composable) -> sql.Composable:
        """Rows ``(lead_id, value)``: counted per session first, then the best session."""
        return sql.SQL(
            "SELECT lead_id, max(breadth)::float8 AS value FROM ("
            "SELECT h.lead_id, count(DISTINCT h.value_key) AS breadth FROM {hits}"
            " WHERE {condition} AND h.session_key IS NOT NULL"
            " GROUP BY h.lead_id, h.session_key) AS sessions GROUP BY lead_id"
        ).format(condition=condition, hits=hits)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        many = plural(value or 0, "different one")
        return f"{words}: {many} in one session{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        many = plural(math.ceil(target), "different one")
        words = f"“{names.words(params['signals'])}” with {many} in one session"
        # Whether the best session still goes on is not known: a new one takes all of them.
        return Need(f"{words}{window_words(params['window'])}", math.ceil(target))
