"""PostgreSQL's bulk paths, for the tables that Django's ``bulk_create`` is too slow for."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

import orjson
import psycopg
from django.db import connection, models
from psycopg import sql


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """COPY ``rows`` into the model's table; return how many. JSON columns take text.

    Making the rows must not ask the database: the connection is busy copying, and would wait for
    itself.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor:
        driver = cast("psycopg.Cursor[Any]", cursor.cursor)
        with driver.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
    return count


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Take ``count`` primary keys from the model's sequence, so that rows can refer to them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [row[0] for row in cursor.fetchall()]


def to_json(value: Any) -> str:
    """The text of a JSON value, for :func:`copy_rows`."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
