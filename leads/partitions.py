"""The monthly parts of the raw event table: make them ahead, drop what retention says.

A part is named after its month (``leads_event_2026_11``). A default part catches what has no
month yet, so that a sleeping beat never refuses an event; making a month moves its rows over.
"""

from datetime import UTC, datetime

from django.db import connection, transaction
from psycopg import sql

MONTHS_AHEAD = 2


def ensure_event_partitions(at: datetime) -> list[str]:
    """Make the parts of this month and the next two; return the names of the new ones."""
    made = []
    month = _month_start(at)
    for _ in range(MONTHS_AHEAD + 1):
        following = _next_month(month)
        if _make_partition(month, following):
            made.append(_name(month))
        month = following
    return made


def drop_expired_event_partitions(at: datetime, *, keep_months: int) -> list[str]:
    """Drop the parts that ended more than ``keep_months`` months ago; return their names."""
    oldest_kept = _month_start(at)
    for _ in range(keep_months):
        oldest_kept = _previous_month(oldest_kept)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'leads_event'::regclass AND c.relname ~ '_[0-9]{4}_[0-9]{2}$'"
            " AND c.relname < %s ORDER BY 1",
            [_name(oldest_kept)],
        )
        expired = [name for (name,) in cursor.fetchall()]
        for name in expired:
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    return expired


@transaction.atomic
def _make_partition(start: datetime, end: datetime) -> bool:
    name = sql.Identifier(_name(start))
    bounds = {"start": sql.Literal(start), "end": sql.Literal(end), "name": name}
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_name(start)])
        row = cursor.fetchone()
        if row is not None and row[0]:
            return False
        # Two processes may both see it missing; the lock lets one of them make it.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leads_event partitions'))")
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_name(start)])
        row = cursor.fetchone()
        if row is not None and row[0]:
            return False
        cursor.execute(
            sql.SQL(
                "CREATE TABLE {name} (LIKE leads_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)"
            ).format(**bounds)
        )
        cursor.execute(
            sql.SQL(
                "WITH moved AS (DELETE FROM leads_event_default"
                " WHERE received_at >= {start} AND received_at < {end} RETURNING *)"
                " INSERT INTO {name} SELECT * FROM moved"
            ).format(**bounds)
        )
        cursor.execute(
            sql.SQL(
                "ALTER TABLE leads_event ATTACH PARTITION {name}"
                " FOR VALUES FROM ({start}) TO ({end})"
            ).format(**bounds)
        )
    return True


def _name(month: datetime) -> str:
    return f"leads_event_{month:%Y_%m}"


def _month_start(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _previous_month(month: datetime) -> datetime:
    return month.replace(
        year=month.year - (month.month == 1), month=12 if month.month == 1 else month.month - 1
    )
