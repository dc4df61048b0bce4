"""What became of past leads, and of accounts by the outcomes of their leads.

An account begins when the first lead that is known to belong to it tries the product. Its outcomes
are those of the leads that belonged to it when they happened, by the history of ``$account``;
before a lead's first account was known, what became of the lead counts for that one
(docs/adr/0015).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from rubrics.backtests.examples import LOSSES, Past, Question
from rubrics.scoring.types import Subject

AGE_STEPS = 20


class Page(NamedTuple):
    """Those of a page that signed up in the period; ``last_id`` is None where the pages end.
    ``many`` were gone through: all accounts are, of leads only those of the period."""

    past: list[Past]
    last_id: int | None
    many: int


_OF_LEADS = """
started AS NOT MATERIALIZED (
    SELECT lead_id AS id, started_at FROM leads_trial WHERE product_id = %(product)s),
fate AS NOT MATERIALIZED (
    SELECT lead_id AS id, kind, occurred_at FROM leads_outcome
    WHERE product_id = %(product)s OR product_id IS NULL)
"""


def _of_accounts(among: str = "") -> str:
    """The same of accounts. ``tenure``: a lead belongs to an account from ``since`` on, and before
    ``left_at`` if it is given.

    Args:
        among: a condition on ``lead_id``, to read the history of some leads only.
    """
    # Of a condition on a value's type the planner thinks that hardly a row meets it, and goes to
    # the trials one by one; of an id that is there it does not.
    return f"""
tenure AS MATERIALIZED (
    SELECT id, lead_id, since, left_at, is_first
    FROM (SELECT id, lead_id, known_at AS since, lead(known_at) OVER history AS left_at,
              count(id) OVER history = 1 AS is_first
          FROM (SELECT lead_id, known_at, CASE WHEN jsonb_typeof(value) = 'number'
                    THEN (value #>> '{{}}')::bigint END AS id
                FROM leads_attributechange WHERE name = '$account'{among}) AS named
          WINDOW history AS (PARTITION BY lead_id ORDER BY known_at)) AS told
    WHERE id IS NOT NULL),
started AS (
    SELECT m.id, min(greatest(t.started_at, m.since)) AS started_at
    FROM tenure AS m JOIN leads_trial AS t
        ON t.lead_id = m.lead_id AND t.product_id = %(product)s
    WHERE m.left_at IS NULL OR t.started_at < m.left_at
    GROUP BY m.id),
fate AS (
    SELECT m.id, o.kind, o.occurred_at
    FROM tenure AS m JOIN leads_outcome AS o
        ON o.lead_id = m.lead_id AND (o.product_id = %(product)s OR o.product_id IS NULL)
    WHERE (m.is_first OR o.occurred_at >= m.since)
        AND (m.left_at IS NULL OR o.occurred_at < m.left_at))
"""  # noqa: S608  fixed text


_OF: Mapping[Subject, str] = {Subject.LEAD: _OF_LEADS, Subject.ACCOUNT: _of_accounts()}
_IN_PERIOD = "started_at >= %(since)s AND started_at < %(until)s"
_OF_PAGE = """
 AND lead_id IN (SELECT c.lead_id FROM listed JOIN leads_attributechange AS c
    ON c.name = '$account' AND c.value = to_jsonb(listed.id))"""
_PAGE: Mapping[Subject, str] = {
    Subject.LEAD: f"""
WITH {_OF_LEADS}, page AS MATERIALIZED (
    SELECT id, started_at FROM started WHERE id > %(after)s AND {_IN_PERIOD}
    ORDER BY id LIMIT %(limit)s)
""",  # noqa: S608  fixed text
    # Accounts are gone through by their ids: when one began is known from its leads only.
    Subject.ACCOUNT: f"""
WITH listed AS MATERIALIZED (
    SELECT id FROM leads_account WHERE id > %(after)s ORDER BY id LIMIT %(limit)s),
{_of_accounts(_OF_PAGE)}, page AS (
    SELECT listed.id, s.started_at FROM listed
    LEFT JOIN (SELECT * FROM started WHERE {_IN_PERIOD}) AS s ON s.id = listed.id)
""",  # noqa: S608  fixed text
}
_FATES = """
SELECT page.id, page.started_at,
    min(fate.occurred_at) FILTER (WHERE fate.kind = ANY(%(kinds)s)),
    min(fate.occurred_at) FILTER (WHERE fate.kind = ANY(%(losses)s))
FROM page LEFT JOIN fate ON fate.id = page.id
GROUP BY page.id, page.started_at ORDER BY page.id
"""


def read_past(question: Question, *, after: int, limit: int) -> Page:
    """The next of the period by id, with what became of them."""
    values = {**_values(question), "after": after, "limit": limit}
    with connection.cursor() as cursor:
        cursor.execute(_PAGE[question.subject] + _FATES, values)
        rows = cursor.fetchall()
    past = [Past(*row) for row in rows if row[1] is not None]
    return Page(past, rows[-1][0] if rows else None, len(rows))


_COUNT: Mapping[Subject, str] = {
    Subject.LEAD: f"WITH {_OF_LEADS} SELECT count(*) FROM started WHERE {_IN_PERIOD}",  # noqa: S608  fixed text
    Subject.ACCOUNT: "SELECT count(*) FROM leads_account",
}


def count_past(question: Question) -> int:
    """How many :func:`read_past` goes through."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT[question.subject], _values(question))
        return int(cursor.fetchone()[0])


# Which accounts began in the period only the whole history tells: too long to wait for.
_ANYBODY: Mapping[Subject, str] = {
    Subject.LEAD: f"WITH {_OF_LEADS} SELECT EXISTS (SELECT FROM started WHERE {_IN_PERIOD})",  # noqa: S608  fixed text
    Subject.ACCOUNT: f"WITH {_OF_LEADS} SELECT EXISTS (SELECT FROM started WHERE {_IN_PERIOD})"  # noqa: S608  fixed text
    " AND EXISTS (SELECT FROM leads_attributechange"
    " WHERE name = '$account' AND value > 'null'::jsonb)",
}


def is_anybody_there(question: Question) -> bool:
    """Whether any lead signed up in the period (and, of accounts, any lead belonged to one)."""
    with connection.cursor() as cursor:
        cursor.execute(_ANYBODY[question.subject], _values(question))
        return bool(cursor.fetchone()[0])


_NEWEST = f"""
SELECT min(started_at), min(id), count(*) FROM (
    SELECT id, started_at FROM started WHERE {_IN_PERIOD}
    ORDER BY started_at DESC LIMIT %(most)s) AS newest
"""  # noqa: S608  fixed text


class Newest(NamedTuple):
    """Those of a period who signed up last: since when, from which id on, and how many."""

    since: datetime
    low: int
    many: int


def find_newest(question: Question, most: int) -> Newest | None:
    """The newest ``most`` of the period; None if nobody signed up in it."""
    with connection.cursor() as cursor:
        values = {**_values(question), "most": most}
        cursor.execute(f"WITH {_OF[question.subject]} {_NEWEST}", values)
        found = cursor.fetchone()
    return Newest(*found) if found[2] else None


_KNOWN = """
SELECT (SELECT min(started_at) FROM leads_trial WHERE product_id = %(product)s),
    least(%(at)s, greatest(
        (SELECT max(started_at) FROM leads_trial
         WHERE product_id = %(product)s AND started_at <= %(at)s),
        (SELECT max(occurred_at) FROM leads_outcome
         WHERE (product_id = %(product)s OR product_id IS NULL) AND occurred_at <= %(at)s)))
"""


def known_span(product_id: int, *, at: datetime) -> tuple[datetime, datetime] | None:
    """From the first sign-up to where the facts end: the last sign-up or outcome by ``at``.

    A file that was loaded may end years ago; nobody knows what its leads did since. None without
    any lead.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"product": product_id, "at": at})
        first, last = cursor.fetchone()
    return None if first is None or last is None else (first, max(first, last))


def _ages_sql(among: str = "") -> str:
    return f"""
SELECT percentile_disc(%(steps)s::float8[]) WITHIN GROUP (ORDER BY age) FROM (
    SELECT min(fate.occurred_at) - s.started_at AS age
    FROM started AS s JOIN fate ON fate.id = s.id AND fate.kind = ANY(%(kinds)s)
    WHERE {_IN_PERIOD}{among} GROUP BY s.id, s.started_at) AS converted
WHERE age > interval '0'
"""  # noqa: S608  fixed text


def read_ages(question: Question) -> tuple[timedelta, ...]:
    """How long after their sign-up those of the period converted, as evenly spread quantiles."""
    return _ages(_OF[question.subject] + _ages_sql(), question)


_NEWEST_OUTCOMES = """
newest AS MATERIALIZED (
    SELECT lead_id FROM leads_outcome WHERE kind = ANY(%(kinds)s)
        AND (product_id = %(product)s OR product_id IS NULL)
    ORDER BY id DESC LIMIT %(most)s)
"""
_AGES_OF_SOME: Mapping[Subject, str] = {
    Subject.LEAD: f"{_NEWEST_OUTCOMES}, {_OF_LEADS}"  # noqa: S608  fixed text
    + _ages_sql(" AND s.id IN (SELECT lead_id FROM newest)"),
    Subject.ACCOUNT: f"""{_NEWEST_OUTCOMES}, listed AS MATERIALIZED (
    SELECT DISTINCT CASE WHEN jsonb_typeof(c.value) = 'number'
        THEN (c.value #>> '{{}}')::bigint END AS id
    FROM newest JOIN leads_attributechange AS c
        ON c.lead_id = newest.lead_id AND c.name = '$account'),
{_of_accounts(_OF_PAGE)}"""  # noqa: S608  fixed text
    + _ages_sql(" AND s.id IN (SELECT id FROM listed)"),
}


def sample_ages(question: Question, *, most: int) -> tuple[timedelta, ...]:
    """The same of those with the outcomes entered last, about so many: quick, however long the
    history."""
    return _ages(_AGES_OF_SOME[question.subject], question, most=most)


def _ages(parts: str, question: Question, **values: int) -> tuple[timedelta, ...]:
    steps = [(step + 0.5) / AGE_STEPS for step in range(AGE_STEPS)]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {parts}", {**_values(question), **values, "steps": steps})
        (found,) = cursor.fetchone()
    return tuple(found or ())


def _values(question: Question) -> dict[str, Any]:
    return {
        "product": question.product_id,
        "since": question.since,
        "until": question.until,
        "kinds": list(question.kinds),
        "losses": [kind for kind in LOSSES if kind not in question.kinds],
    }
