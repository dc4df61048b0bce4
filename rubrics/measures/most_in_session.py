from psycopg import sql

from rubrics.measures.base import Hits, Names, NestedMeasure, Params, plural
from rubrics.measures.windows import window_words


class MostInSession(NestedMeasure):
    """The most different values within one session. Hits without session or value count not.

    A session is one person's: of an account, two members' sessions are never one.
    """

    key = "most_in_session"
    label = "Most different values in one session"

    def subquery(
        self, params: Params, names: Names, condition: sql.Composable, hits: Hits
    ) -> sql.Composable:
        """Counted per session first, then the best session."""
        return sql.SQL(
            "SELECT id, max(breadth)::float8 AS value FROM ("
            "SELECT {key} AS id, count(DISTINCT h.value_key) AS breadth FROM {source}"
            " WHERE {scope} AND {condition} AND h.session_key IS NOT NULL"
            " GROUP BY {key}, h.lead_id, h.session_key) AS sessions GROUP BY id"
        ).format(key=hits.key, source=hits.source, scope=hits.scope, condition=condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        many = plural(value or 0, "different one")
        return f"{words}: {many} in one session{window_words(params['window'])}"
