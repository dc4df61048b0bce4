"""Empty copies of the tables that one connection sees instead of the real ones, for a while.

PostgreSQL looks a table's name up among the session's temporary tables first. So everything that
reads or writes leads and rubrics, the engine's SQL included, works on the copies; other sessions
notice nothing, and nothing is left: no row, no dead row, no used-up id.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

COPIED_APPS = ("leads", "rubrics")


@contextmanager
def private_tables() -> Iterator[None]:
    """Give the block empty tables of its own; whatever it does is gone afterwards."""
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                for table in _tables():
                    cursor.execute(
                        sql.SQL("CREATE TEMP TABLE {table} (LIKE {table} INCLUDING ALL)").format(
                            table=sql.Identifier(table)
                        )
                    )
            yield
        finally:
            transaction.set_rollback(True)


def analyze_private_tables() -> None:
    """Tell the planner how full the copies are; it knows nothing of new tables."""
    with connection.cursor() as cursor:
        for table in _tables():
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))


def _tables() -> list[str]:
    return sorted(
        model._meta.db_table
        for label in COPIED_APPS
        for model in apps.get_app_config(label).get_models()
        # The event table is not managed: partitioned, and the engine never reads it.
        if model._meta.managed
    )
