"""What a proof reads of leads: their stored scores, who should have one, open changes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from psycopg import Cursor

from rubrics.proof.results import Result, Stored
from rubrics.scores import MAX_ATTEMPTS

# (lead, rubric): the version that should have scored them.
Expected = dict[tuple[int, int], int]


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Read the database as of one moment. Inside a transaction, its own rules go on to hold."""
    is_outermost = not connection.in_atomic_block
    with transaction.atomic():
        if is_outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


_BEHIND = """
SELECT EXISTS (SELECT 1 FROM leads_leadchange
               WHERE changed_at < %(since)s AND attempts < %(most)s)
    OR EXISTS (SELECT 1 FROM rubrics_score AS s WHERE due_at < %(since)s
               AND NOT EXISTS (SELECT 1 FROM leads_leadchange AS c WHERE c.lead_id = s.lead_id))
"""


def is_scoring_behind(since: datetime) -> bool:
    """Whether a score is waited for since before ``since``. Those given up are not waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, {"since": since, "most": MAX_ATTEMPTS})
        return bool(cursor.fetchone()[0])


_NEXT = """
SELECT lead_id FROM (
    (SELECT DISTINCT lead_id FROM leads_trial
     WHERE lead_id > %(after)s ORDER BY lead_id LIMIT %(limit)s)
    UNION
    (SELECT DISTINCT lead_id FROM rubrics_score
     WHERE lead_id > %(after)s ORDER BY lead_id LIMIT %(limit)s)
) AS either ORDER BY lead_id LIMIT %(limit)s
"""


def next_leads(after: int, limit: int) -> list[int]:
    """The next leads by id that try a product or have a score."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"after": after, "limit": limit})
        return [lead_id for (lead_id,) in cursor.fetchall()]


_STORED = """
SELECT lead_id, rubric_id, version_id, at, fit, fit_low, fit_high, behavior, total, is_pql,
    points, measures, (extract(epoch FROM at - last_activity_at) * 1000000)::bigint,
    (extract(epoch FROM due_at - at) * 1000000)::bigint
FROM rubrics_score
WHERE lead_id = ANY(%(leads)s) AND rubric_id = coalesce(%(rubric)s, rubric_id)
"""


def read_stored(lead_ids: Sequence[int], rubric_id: int | None) -> list[Stored]:
    """The stored scores of these leads: all, or those by one rubric."""
    connection.ensure_connection()
    # Not Django's cursor: this one reads arrays and numbers in binary.
    with Cursor(connection.connection) as cursor:
        cursor.execute(_STORED, {"leads": list(lead_ids), "rubric": rubric_id}, binary=True)
        return [
            Stored(lead_id, rubric, version_id, at, Result(*result))
            for lead_id, rubric, version_id, at, *result in cursor
        ]


_EXPECTED = """
SELECT t.lead_id, v.rubric_id, v.id
FROM leads_trial AS t
JOIN leads_lead AS l ON l.id = t.lead_id AND l.merged_into_id IS NULL
JOIN rubrics_rubric AS r ON r.product_id = t.product_id
JOIN rubrics_rubricversion AS v ON v.rubric_id = r.id AND v.status = 'published'
WHERE t.lead_id = ANY(%(leads)s) AND r.id = coalesce(%(rubric)s, r.id)
"""


def read_expected(lead_ids: Sequence[int], rubric_id: int | None) -> Expected:
    """Who should have a score, and by which version: living leads that try a product."""
    with connection.cursor() as cursor:
        cursor.execute(_EXPECTED, {"leads": list(lead_ids), "rubric": rubric_id})
        return {(lead_id, rubric): version for lead_id, rubric, version in cursor.fetchall()}


def read_open_changes(lead_ids: Sequence[int], at: datetime) -> dict[int, bool]:
    """Leads with an open change; whether scoring has given up on them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lead_id, attempts >= %s AND coalesce(claimed_until < %s, true)"
            " FROM leads_leadchange WHERE lead_id = ANY(%s)",
            [MAX_ATTEMPTS, at, list(lead_ids)],
        )
        return dict(cursor.fetchall())


_TOLD_AHEAD = """
SELECT m.lead_id FROM unnest(%s::bigint[], %s::timestamptz[]) AS m(lead_id, at)
JOIN leads_lead AS l ON l.id = m.lead_id
WHERE EXISTS (SELECT 1 FROM leads_attributechange AS c
              WHERE c.lead_id = m.lead_id AND c.known_at > m.at)
   OR EXISTS (SELECT 1 FROM leads_attributechange AS c
              WHERE c.account_id = l.account_id AND c.known_at > m.at)
"""


def told_ahead(moments: Sequence[tuple[int, datetime]]) -> set[int]:
    """Leads of which, or of whose account, something is stated as of later than their moment.

    A sender's clock may run ahead. What it states counts at once in live scoring.
    """
    lead_ids, ats = [lead_id for lead_id, _ in moments], [at for _, at in moments]
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_AHEAD, [lead_ids, ats])
        return {lead_id for (lead_id,) in cursor.fetchall()}
