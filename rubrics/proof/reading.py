"""What a proof reads of leads or accounts: their stored scores, and whose change is open."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg import Cursor

from rubrics.claims import ACCOUNTS, LEADS, MAX_ATTEMPTS, TABLES, Tables
from rubrics.proof.results import Result, Stored


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
SELECT EXISTS (SELECT 1 FROM {changes} WHERE changed_at < %(since)s AND attempts < %(most)s)
    OR EXISTS (SELECT 1 FROM {scores} AS s WHERE due_at < %(since)s
               AND NOT EXISTS (SELECT 1 FROM {changes} AS c WHERE c.{key} = s.{key}))
"""


def is_scoring_behind(since: datetime) -> bool:
    """Whether a score is waited for since before ``since``. Those given up are not waited for."""
    with connection.cursor() as cursor:
        for tables in TABLES.values():
            cursor.execute(tables.compose(_BEHIND), {"since": since, "most": MAX_ATTEMPTS})
            if cursor.fetchone()[0]:
                return True
    return False


_NEXT = "SELECT id FROM {owners} WHERE id > %(after)s ORDER BY id LIMIT %(limit)s"


def next_ids(tables: Tables, after: int, limit: int) -> list[int]:
    """The next leads, or accounts, by id."""
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(_NEXT), {"after": after, "limit": limit})
        return [owner_id for (owner_id,) in cursor.fetchall()]


_STORED = """
SELECT {key}, product_id, rubric_id, version_id, at,
    fit, fit_low, fit_high, behavior, total, is_pql, band, tier, points, measures,
    (extract(epoch FROM at - last_activity_at) * 1000000)::bigint,
    (extract(epoch FROM due_at - at) * 1000000)::bigint
FROM {scores} WHERE {key} = ANY(%(ids)s) ORDER BY {key}, product_id
"""


def read_stored(tables: Tables, ids: Sequence[int]) -> list[Stored]:
    """The stored scores of these leads, or accounts."""
    connection.ensure_connection()
    # Not Django's cursor: this one reads arrays and numbers in binary.
    with Cursor(connection.connection) as cursor:
        cursor.execute(tables.compose(_STORED), {"ids": list(ids)}, binary=True)
        return [
            Stored(subject_id, product_id, rubric_id, version_id, at, Result(*result))
            for subject_id, product_id, rubric_id, version_id, at, *result in cursor
        ]


_OPEN = """
SELECT {key}, attempts >= %(most)s AND coalesce(claimed_until < %(at)s, true)
FROM {changes} WHERE {key} = ANY(%(ids)s)
"""
# Whoever scores a lead marks its account, in the same transaction.
_OPEN_MEMBERS = """
SELECT DISTINCT l.account_id, false FROM leads_lead AS l
JOIN leads_leadchange AS c ON c.lead_id = l.id WHERE l.account_id = ANY(%(ids)s)
"""


def read_open_changes(tables: Tables, ids: Sequence[int], at: datetime) -> dict[int, bool]:
    """Those with an open change; whether scoring has given up on them.

    A change of a lead is one of its account too, until the lead has been scored.
    """
    values: dict[str, Any] = {"ids": list(ids), "at": at, "most": MAX_ATTEMPTS}
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(_OPEN), values)
        found = dict(cursor.fetchall())
        if tables is ACCOUNTS:
            cursor.execute(_OPEN_MEMBERS, values)
            found |= dict(cursor.fetchall())
    return found


# A lead's own history and its account's; of an account its own, and that of every lead that
# belongs to it or ever did.
_AHEAD = {
    LEADS: """
SELECT w.id FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS w(id, at)
JOIN leads_lead AS l ON l.id = w.id
WHERE EXISTS (SELECT 1 FROM leads_attributechange AS c
              WHERE c.lead_id = w.id AND c.known_at > w.at)
   OR EXISTS (SELECT 1 FROM leads_attributechange AS c
              WHERE c.account_id = l.account_id AND c.known_at > w.at)
""",
    ACCOUNTS: """
SELECT w.id FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS w(id, at)
WHERE EXISTS (SELECT 1 FROM leads_attributechange AS c
              WHERE c.account_id = w.id AND c.known_at > w.at)
   OR EXISTS (SELECT 1 FROM leads_attributechange AS m
              JOIN leads_attributechange AS c ON c.lead_id = m.lead_id
              WHERE m.name = '$account' AND m.value = to_jsonb(w.id) AND c.known_at > w.at)
""",
}


def told_ahead(tables: Tables, moments: Sequence[tuple[int, datetime]]) -> set[int]:
    """Of whom something is stated as of later than their moment.

    A sender's clock may run ahead. What it states counts at once in live scoring.
    """
    ids, ats = [subject_id for subject_id, _ in moments], [at for _, at in moments]
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD[tables], {"ids": ids, "ats": ats})
        return {subject_id for (subject_id,) in cursor.fetchall()}
