"""How many rows there are: to see that nothing was written."""

from django.apps import apps
from django.db import connection
from psycopg.sql import SQL, Identifier, Literal


def row_counts() -> dict[str, int]:
    """Of every model's table, by one statement."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    counts = [SQL("SELECT {}, count(*) FROM {}").format(Literal(t), Identifier(t)) for t in tables]
    with connection.cursor() as cursor:
        cursor.execute(SQL(" UNION ALL ").join(counts))
        return dict(cursor.fetchall())
