"""What a preview reads of leads or accounts: who tries the product, and what they score now."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from psycopg import Cursor

from rubrics.claims import TABLES
from rubrics.scoring.types import Measured, Subject


class Now(NamedTuple):
    """Somebody who tries the product since ``started_at``, and their stored score.

    ``result`` is fit, fit_high, behavior, total, is_pql, band and tier; without a score there is no
    version, and the result says nothing.
    """

    subject_id: int
    started_at: datetime
    version_id: int | None
    result: tuple[int, int, int, int, bool, int | None, int | None]


_TRYING = {
    Subject.LEAD: (
        "SELECT lead_id AS id, started_at FROM leads_trial"
        " WHERE product_id = %(product)s AND lead_id BETWEEN %(low)s AND %(high)s"
    ),
    Subject.ACCOUNT: (
        "SELECT l.account_id AS id, min(t.started_at) AS started_at FROM leads_lead AS l"
        " JOIN leads_trial AS t ON t.lead_id = l.id"
        " WHERE t.product_id = %(product)s AND l.account_id BETWEEN %(low)s AND %(high)s"
        " GROUP BY l.account_id"
    ),
}
_NOW = """
SELECT w.id, w.started_at, s.version_id, s.fit, s.fit_high, s.behavior, s.total, s.is_pql, s.band,
    s.tier
FROM ({trying}) AS w LEFT JOIN {{scores}} AS s ON s.{{key}} = w.id AND s.product_id = %(product)s
ORDER BY w.id
"""
_NOW_OF = {subject: _NOW.format(trying=trying) for subject, trying in _TRYING.items()}


def read_now(subject: Subject, product_id: int, low: int, high: int) -> list[Now]:
    """Everybody with an id from ``low`` to ``high`` who tries the product, by id."""
    values = {"product": product_id, "low": low, "high": high}
    connection.ensure_connection()
    # Not Django's cursor: this one reads numbers and times in binary.
    with Cursor(connection.connection) as cursor:
        cursor.execute(TABLES[subject].compose(_NOW_OF[subject]), values, binary=True)
        return [
            Now(subject_id, started_at, version_id, tuple(result))
            for subject_id, started_at, version_id, *result in cursor
        ]


_MEASURED = """
SELECT {key}, measures, (extract(epoch FROM at - last_activity_at) * 1000000)::bigint
FROM {scores} WHERE product_id = %(product)s AND {key} = ANY(%(ids)s::bigint[])
"""


def read_measured(subject: Subject, product_id: int, ids: Sequence[int]) -> dict[int, Measured]:
    """What was measured for the stored scores of these leads, or accounts."""
    if not ids:
        return {}
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        values = {"product": product_id, "ids": _array(ids)}
        cursor.execute(TABLES[subject].compose(_MEASURED), values, binary=True)
        return {key: Measured(tuple(measures), idle_us) for key, measures, idle_us in cursor}


_LASTING = """
SELECT {key}, measures, (extract(epoch FROM at - last_activity_at) * 1000000)::bigint, at
FROM {scores} WHERE product_id = %(product)s AND {key} = ANY(%(ids)s::bigint[])
    AND at <= %(at)s AND (due_at IS NULL OR due_at > %(at)s)
"""
Lasting = tuple[int, list[float | None], int, datetime]


def read_lasting(
    subject: Subject, product_id: int, ids: Sequence[int], *, at: datetime
) -> list[Lasting]:
    """Of stored scores that are not due by ``at``: whose, the measures, the silence in microseconds
    and the moment they are of."""
    if not ids:
        return []
    connection.ensure_connection()
    with Cursor(connection.connection) as cursor:
        values = {"product": product_id, "ids": _array(ids), "at": at}
        cursor.execute(TABLES[subject].compose(_LASTING), values, binary=True)
        return cursor.fetchall()


_COUNTRIES = {
    Subject.LEAD: (
        "SELECT l.id, coalesce(a.attributes ->> 'country', l.attributes ->> 'country', '')"
        " FROM leads_lead AS l LEFT JOIN leads_account AS a ON a.id = l.account_id"
        " WHERE l.id = ANY(%(ids)s::bigint[])"
    ),
    Subject.ACCOUNT: (
        "SELECT id, coalesce(attributes ->> 'country', '') FROM leads_account"
        " WHERE id = ANY(%(ids)s::bigint[])"
    ),
}


def countries_of(subject: Subject, ids: Sequence[int]) -> dict[int, str]:
    """The country of each, the company's before the person's; empty where it is unknown."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTRIES[subject], {"ids": _array(ids)})
        return {subject_id: country[:60] for subject_id, country in cursor.fetchall()}


def _array(ids: Sequence[int]) -> str:
    """An array as PostgreSQL reads it: made many times as fast as by adapting each element."""
    return "{" + str(list(ids))[1:-1] + "}"
