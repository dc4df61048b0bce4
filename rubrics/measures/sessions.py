"""Measures of visits. Hits without a session count not; a session is one person's: of an account,
two members' sessions are never one."""

import math

from psycopg import sql

from rubrics.measures.base import HitMeasure, Hits, Names, NestedMeasure, Params, plural
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need


class DistinctSessions(HitMeasure):
    """In how many different sessions the listed signals happened."""

    key = "distinct_sessions"
    label = "In how many sessions something was done"

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        # A session key is a hash of 64 bits; with the lead's id in it, it is that lead's alone.
        return sql.SQL("count(DISTINCT h.session_key # h.lead_id) FILTER (WHERE {})").format(
            condition
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words} in {plural(value or 0, 'session')}{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        sessions = plural(missing, "more session" if value else "session")
        words = f"“{names.words(params['signals'])}” in {sessions}"
        return Need(f"{words}{window_words(params['window'])}", missing)


class LongestSession(NestedMeasure):
    """How long the longest session was, from its first to its last hit of the listed signals.

    Returns:
        Minutes, 0 if there was none. Of a session that the window cuts, what lies within.
    """

    key = "longest_session"
    label = "Minutes of the longest session"
    unit = "number"
    reads_subject = False

    def subquery(
        self, params: Params, names: Names, condition: sql.Composable, hits: Hits
    ) -> sql.Composable:
        """Each session's length, then the longest."""
        return sql.SQL(
            "SELECT id, max(extract(epoch FROM length) * 1000000)::float8 / 60000000 AS value"
            " FROM (SELECT {key} AS id, max(h.occurred_at) - min(h.occurred_at) AS length"
            " FROM {source} WHERE {scope} AND {condition} AND h.session_key IS NOT NULL"
            " GROUP BY {key}, h.lead_id, h.session_key) AS sessions GROUP BY id"
        ).format(key=hits.key, source=hits.source, scope=hits.scope, condition=condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        minutes = plural(round(value or 0, 1), "minute")
        words = names.words(params["signals"])
        return f"{words}: longest session {minutes}{window_words(params['window'])}"


class MostInSession(NestedMeasure):
    """The most different values within one session. Hits without a value count not."""

    key = "most_in_session"
    label = "Most different values in one session"
    reads_subject = False

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

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        many = plural(math.ceil(target), "different one")
        words = f"“{names.words(params['signals'])}” with {many} in one session"
        # Whether the best session still goes on is not known: a new one takes all of them.
        return Need(f"{words}{window_words(params['window'])}", math.ceil(target))
