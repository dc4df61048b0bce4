"""Telling when a range of events is complete.

Ids are given out in one order and committed in another, so that "all up to the highest" has holes
that fill later (reliability rule 8). A fence is the number of the transaction that raises it: every
other that has written by then has a lower one. Once all those have ended, whatever they wrote can
be seen, and nothing they began is to come.
"""

from django.db import connection


def raise_fence() -> int:
    """Return the number of this transaction, higher than that of any that wrote before it did.

    A transaction gets its number with its first write or lock of a row. What the fence is to be
    behind is therefore looked at before those, not only before this call.

    Not the end of a snapshot (``pg_snapshot_xmax``): that is one past the last transaction that
    has *ended*, and younger ones may be at work.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        return int(cursor.fetchone()[0])


def is_behind(fence: int) -> bool:
    """Whether all transactions before the fence have ended. Our own counts as ended: we see it.

    True also for a fence of another server's count (its data were moved here since): none of its
    transactions is left.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %(fence)s > pg_current_xact_id()::text::bigint"
            " OR %(fence)s <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint",
            {"fence": fence},
        )
        return bool(cursor.fetchone()[0])


def are_writers_numbered(table: str) -> bool:
    """Whether all transactions that write a table have their number already.

    One gets it with its first row, a moment after that row got its id: in between it holds its
    lock on the table and no number, and a fence raised now would leave it out. Whoever locked or
    wrote anything before writes with a number.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH locks AS MATERIALIZED (SELECT * FROM pg_locks)"
            " SELECT NOT EXISTS (SELECT FROM locks AS w WHERE w.relation = %s::regclass"
            " AND w.mode = 'RowExclusiveLock' AND w.pid <> pg_backend_pid()"
            " AND w.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND NOT EXISTS (SELECT FROM locks AS n WHERE n.locktype = 'transactionid'"
            " AND n.mode = 'ExclusiveLock' AND n.virtualtransaction = w.virtualtransaction))",
            [table],
        )
        return bool(cursor.fetchone()[0])


def newest_event_id() -> int:
    """The highest id given to an event so far, stored or not yet; 0 for none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END"
            " FROM leads_event_id_seq"
        )
        return int(cursor.fetchone()[0])


def readers_of(table: str) -> list[str]:
    """The other transactions that have read or written a table and are still open.

    Whoever is not among them sees the table as it is now, or later.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT virtualtransaction FROM pg_locks WHERE pid <> pg_backend_pid()"
            " AND relation = %s::regclass"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def have_ended(transactions: list[str]) -> bool:
    """Whether none of these transactions is open any more."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE virtualtransaction = ANY(%s))",
            [transactions],
        )
        return bool(cursor.fetchone()[0])
