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


def check(name: str, task: Task) -> int:
    """Compare a table of results with our scores; return how many leads agree.

    Raises:
        ResultsDifferError: in any lead they do not, or one of the two has no leads.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "WITH ours AS (SELECT s.* FROM rubrics_score AS s JOIN rubrics_rubricversion AS v"
                " ON v.rubric_id = s.rubric_id WHERE v.id = %(version)s AND lead_id > %(after)s)"
                " SELECT count(*), count(*) FILTER (WHERE (s.at, s.fit, s.behavior, s.total,"
                " s.is_pql) IS DISTINCT FROM (%(at)s, n.fit, n.behavior, n.total, n.is_pql)),"
                " min(lead_id) FILTER (WHERE (s.at, s.fit, s.behavior, s.total,"
                " s.is_pql) IS DISTINCT FROM (%(at)s, n.fit, n.behavior, n.total, n.is_pql))"
                " FROM {} AS n FULL JOIN ours AS s USING (lead_id)"
            ).format(sql.Identifier(name)),
            {"version": task.version_id, "after": task.after, "at": task.at},
        )
        row = cursor.fetchone()
    assert row is not None
    count, differing, first = row
    if differing or not count:
        raise ResultsDifferError(f"{name}: {differing:,} of {count:,} leads differ, e.g. {first}")
    return int(count)
