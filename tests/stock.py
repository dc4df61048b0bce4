"""Rows that many tests begin with: written once by the services, then copied.

Publishing the small rubric takes a hundred statements, six scored leads twice as many. What such a
function wrote in the first test that called it is kept, as PostgreSQL copies rows, and what it
returned beside it. The next test gets the same rows, with the same ids, in one statement a table.
That takes a twentieth of the time, and the rows are those that the services write, whatever they
become.

It is sound because a function finds what it found before: the rows are kept under everything that
was written since the test began, statement by statement. A test that wrote anything else first has
the function called. Ids never collide: sequences are not rolled back, so that an id once given to
a row of one test is given to no other.
"""

import functools
import itertools
import pickle
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar, cast

from django.db import connection
from psycopg.sql import SQL, Composable, Identifier, Literal

P = ParamSpec("P")
Made = TypeVar("Made")
NOTHING_WRITTEN = 0
READS = ("SELECT", "SAVEPOINT", "RELEASE")

# Every table, with the columns that can be written. Partitions are their parents'.
TABLES = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum)
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
        AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname
"""
# A published version's parts do not change any more: they are written before it is.
LAST = "rubrics_rubricversion"


@dataclass(frozen=True)
class _Stock:
    """What a call wrote, table by table, and what it returned."""

    rows: list[tuple[Composable, bytes]]
    made: bytes


class _Ledger:
    """What the test at hand has written so far, and what was kept of earlier ones."""

    def __init__(self) -> None:
        self.is_open = False
        self.trail = NOTHING_WRITTEN
        self.kept: dict[int, _Stock] = {}
        self.met: Counter[int] = Counter()
        self.unlike = itertools.count()
        self.given: set[str] = set()

    def note(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Add a statement to the trail, unless it only reads."""
        if self.is_open and not (isinstance(sql, str) and sql.startswith(READS)):
            self.trail = hash((self.trail, str(sql), repr(_plain(params))))
        return execute(sql, params, many, context)

    @functools.cached_property
    def tables(self) -> dict[str, list[str]]:
        """The columns of every table that a test may write."""
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            found = {name: columns for name, columns in cursor.fetchall() if name not in self.given}
        return dict(sorted(found.items(), key=lambda table: table[0] == LAST))


_ledger = _Ledger()


@contextmanager
def listening(given: set[str]) -> Iterator[None]:
    """Keep the ledger of this process; the tables ``given`` are full before any test."""
    _ledger.given = given
    with connection.execute_wrapper(_ledger.note):
        yield


def begin(*, is_rolled_back: bool) -> None:
    """Another test: its database is empty, unless a world around it is shared with others."""
    _ledger.is_open = is_rolled_back and not connection.in_atomic_block
    _ledger.trail = NOTHING_WRITTEN


def written_once(make: Callable[P, Made]) -> Callable[P, Made]:
    """Have a function that writes rows called once for the same rows, and those copied later.

    For functions whose work depends on their arguments and on what is in the database alone. What
    they change of rows that were there cannot be copied: then they are called each time.
    """
    return _written(make, kept_at=1)


def written_twice(make: Callable[P, Made]) -> Callable[P, Made]:
    """The same for what is quickly written, and often by one test alone: keeping takes as long."""
    return _written(make, kept_at=2)


def _written(make: Callable[P, Made], kept_at: int) -> Callable[P, Made]:
    @functools.wraps(make)
    def made(*args: P.args, **kwargs: P.kwargs) -> Made:
        if not (_ledger.is_open and connection.in_atomic_block):
            return make(*args, **kwargs)
        found = pickle.dumps((args, kwargs))
        key = hash((_ledger.trail, make.__module__, make.__qualname__, found))
        if stock := _ledger.kept.get(key):
            result = _taken(stock)
        else:
            _ledger.met[key] += 1
            # Met once more than that: what it writes cannot be copied.
            is_to_keep = _ledger.met[key] == kept_at
            result = _kept(key, make, args, kwargs) if is_to_keep else make(*args, **kwargs)
        # Rows written anew have ids that rows of no other test have.
        _ledger.trail = key if key in _ledger.kept else hash((key, next(_ledger.unlike)))
        return cast("Made", result)

    return made


def _taken(stock: _Stock) -> object:
    with connection.cursor() as cursor:
        for statement, rows in stock.rows:
            with cursor.copy(statement) as copy:
                copy.write(rows)
    return pickle.loads(stock.made)


def _kept(key: int, make: Callable[..., object], args: Any, kwargs: Any) -> object:
    """Call the function and keep what it wrote, if it left alone what was there."""
    before = _places()
    result = make(*args, **kwargs)
    after = _places()
    if all(places <= after[table] for table, places in before.items()):
        rows = [
            _copied(table, places - before[table])
            for table, places in after.items()
            if places > before[table]
        ]
        _ledger.kept[key] = _Stock(rows, pickle.dumps(result))
    return result


def _places() -> dict[str, set[str]]:
    """Where each table has its rows. A row that is changed has another place."""
    some = SQL("SELECT {}, tableoid::text || ctid::text FROM {}")
    parts = [some.format(Literal(name), Identifier(name)) for name in _ledger.tables]
    places: dict[str, set[str]] = {name: set() for name in _ledger.tables}
    with connection.cursor() as cursor:
        cursor.execute(SQL(" UNION ALL ").join(parts))
        for table, place in cursor.fetchall():
            places[table].add(place)
    return places


def _copied(table: str, places: set[str]) -> tuple[Composable, bytes]:
    """The rows at these places, and the statement that copies them into their table."""
    columns = SQL(", ").join(map(Identifier, _ledger.tables[table]))
    rows = SQL(
        "COPY (SELECT {} FROM {} WHERE tableoid::text || ctid::text = ANY ({})) TO STDOUT"
    ).format(columns, Identifier(table), Literal(sorted(places)))
    with connection.cursor() as cursor, cursor.copy(rows) as copy:
        data = b"".join(copy)
    return SQL("COPY {} ({}) FROM STDIN").format(Identifier(table), columns), data


def _plain(params: Any) -> Any:
    """Parameters whose text tells all of them: that of a long document is cut."""
    if isinstance(params, list | tuple):
        return [_plain(param) for param in params]
    return getattr(params, "obj", params)
