"""Whether a baseline found the same scores as we did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg import sql

Result = tuple[int, int, int, int, bool]
"""Lead id, fit, behavior, total, is PQL."""


class ResultsDifferError(Exception):
    """A baseline that computes something else is no baseline."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every baseline is asked for: these leads' scores at this moment.

    Only leads with an id above ``after`` are asked for (0: all of them).
    """

    version_id: int
    product_id: int
    at: datetime
    after: int = 0


def make_table(name: str) -> None:
    """An empty table for results, as a nightly script would have it."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "DROP TABLE IF EXISTS {0}; CREATE TABLE {0} (lead_id bigint PRIMARY KEY,"
                " fit smallint NOT NULL, behavior smallint NOT NULL, total smallint NOT NULL,"
                " is_pql boolean NOT NULL)"
            ).format(sql.Identifier(name))
        )


def store(name: str, results: Iterable[Result]) -> None:
    """Put results that were found outside the database into a table of their own."""
    make_table(name)
    with connection.cursor() as cursor:
        copy = cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name)))
        with copy as rows:
            for result in results:
                rows.write_row(result)


_OF_THE_MOMENT = "s.at = %(at)s"
_HOLDS = "s.at <= %(at)s AND (s.due_at IS NULL OR s.due_at > %(at)s)"
_COMPARE = """
WITH ours AS (
    SELECT s.*, {is_ours} AS is_ours
    FROM rubrics_score AS s JOIN rubrics_rubricversion AS v ON v.rubric_id = s.rubric_id
    WHERE v.id = %(version)s AND lead_id > %(after)s
), compared AS (
    SELECT lead_id, (s.is_ours, s.fit, s.behavior, s.total, s.is_pql)
        IS DISTINCT FROM (true, n.fit, n.behavior, n.total, n.is_pql) AS differs
    FROM {table} AS n FULL JOIN ours AS s USING (lead_id)
)
SELECT count(*), count(*) FILTER (WHERE differs), min(lead_id) FILTER (WHERE differs) FROM compared
"""


def check(name: str, task: Task, *, incremental: bool = False) -> int:
    """Compare a table of results with our scores; return how many leads agree.

    Args:
        incremental: a score may be of an earlier moment if it still holds at the task's.

    Raises:
        ResultsDifferError: in any lead they do not, or one of the two has no leads.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(_COMPARE).format(
                is_ours=sql.SQL(_HOLDS if incremental else _OF_THE_MOMENT),
                table=sql.Identifier(name),
            ),
            {"version": task.version_id, "after": task.after, "at": task.at},
        )
        row = cursor.fetchone()
    assert row is not None
    count, differing, first = row
    if differing or not count:
        raise ResultsDifferError(f"{name}: {differing:,} of {count:,} leads differ, e.g. {first}")
    return int(count)
