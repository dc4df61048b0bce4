"""A version becomes one set-based SQL statement: one row a lead, one number a column.

The statement reads the hits once for all plain aggregates, once more for each measure that needs
two levels (sessions, bursts), and the attributes once. Hits never travel to Python.
"""

from collections.abc import Iterator, Sequence

from django.db import connection
from psycopg import Cursor, sql

from rubrics.measures import MEASURES, AttributeMeasure, HitMeasure, Names
from rubrics.measures.attributes import profile_columns
from rubrics.measures.bursts import Bursts
from rubrics.measures.most_in_session import MostInSession
from rubrics.measures.subjects import Subjects, scope_sql, subject_sql
from rubrics.measures.windows import interval, window_condition
from rubrics.scoring.types import Column, Measured, Version

FETCH = 2000

# Microseconds between two timestamps, exact: numeric arithmetic, no float in between.
_MICROSECONDS = sql.SQL("(extract(epoch FROM {} - {}) * 1000000)::bigint")


def measure(
    version: Version,
    subjects: Subjects,
    *,
    product_id: int,
    names: Names,
    as_of: bool = False,
    looks_ahead: bool = True,
) -> Iterator[tuple[int, Measured]]:
    """Measure the subjects that try the product; yield ``(lead id, measured)`` in no set order.

    Args:
        as_of: read attributes from their history as of each subject's moment; without it the
            newest ones are read, which is the same when the moment is now, and faster.
        looks_ahead: also find when the numbers next change by time alone (``next_us``).
    """
    statement = build_statement(
        version, subjects, product_id=product_id, names=names, as_of=as_of, looks_ahead=looks_ahead
    )
    connection.ensure_connection()
    raw = connection.connection
    # Not Django's cursor: this one reads numbers in binary, exactly and three times as fast.
    with Cursor(raw) as cursor:
        cursor.execute(statement, binary=True)
        while rows := cursor.fetchmany(FETCH):
            for lead_id, idle_us, next_us, *values in rows:
                yield lead_id, Measured(tuple(values), idle_us, next_us)


def build_statement(
    version: Version,
    subjects: Subjects,
    *,
    product_id: int,
    names: Names,
    as_of: bool,
    looks_ahead: bool,
) -> sql.Composed:
    """Compose the statement. Its columns: lead_id, idle_us, next_us, then one per column."""
    parts = _Parts(version, names, scope_sql(subjects, sql.SQL("h.lead_id")), looks_ahead)
    return sql.SQL(
        "WITH subject AS MATERIALIZED ({subject})"
        " SELECT s.lead_id, greatest({idle}, 0), {next_us}{columns}"
        " FROM subject AS s {joins} {profile}"
    ).format(
        subject=subject_sql(subjects, product_id),
        idle=_MICROSECONDS.format(
            sql.SQL("s.at"), sql.SQL("coalesce(hits.last_activity, s.started_at)")
        ),
        next_us=parts.next_us(),
        columns=sql.SQL("").join(sql.SQL(", {}").format(value) for value in parts.values),
        joins=sql.SQL(" ").join(parts.joins()),
        profile=_profile_sql(version, as_of),
    )


class _Parts:
    """The pieces of one statement, gathered column by column."""

    def __init__(
        self, version: Version, names: Names, scope: sql.Composable, looks_ahead: bool
    ) -> None:
        self.names = names
        self.hits = sql.SQL("leads_hit AS h JOIN subject AS s ON s.lead_id = h.lead_id")
        self.scope = scope
        self.looks_ahead = looks_ahead
        self.aggregates: list[sql.Composable] = []
        self.changes: list[sql.Composable] = []
        self.subqueries: list[sql.Composable] = []
        self.signals: set[str] = set(version.activity_signals)
        self.aggregates.append(
            self._named(
                sql.SQL("max(h.occurred_at) FILTER (WHERE {})").format(
                    self._condition(version.activity_signals, ("lifetime", 0))
                ),
                "last_activity",
            )
        )
        self.values = [self._value(index, column) for index, column in enumerate(version.columns)]

    def _value(self, index: int, column: Column) -> sql.Composable:
        kind = MEASURES[column.measure]
        if isinstance(kind, AttributeMeasure):
            return sql.SQL("({})::float8").format(kind.sql(column.params))
        condition = self._condition(column.params["signals"], column.params["window"])
        if isinstance(kind, Bursts | MostInSession):
            return self._subquery_value(index, kind, column, condition)
        assert isinstance(kind, HitMeasure)  # the three kinds are all there are
        self.signals.update(column.params["signals"])
        name = f"c{index}"
        self.aggregates.append(self._named(kind.aggregate(condition), name))
        self._note_change(column, condition)
        value = sql.SQL("hits.{}").format(sql.Identifier(name))
        if kind.unit == "duration":
            since = sql.SQL("coalesce({}, s.started_at)").format(value)
            return sql.SQL("greatest({}, 0)::float8").format(
                _MICROSECONDS.format(sql.SQL("s.at"), since)
            )
        return sql.SQL("coalesce({}, 0)::float8").format(value)

    def _subquery_value(
        self, index: int, kind: Bursts | MostInSession, column: Column, condition: sql.Composable
    ) -> sql.Composable:
        scoped = sql.SQL("{} AND {}").format(self.scope, condition)
        body = (
            kind.subquery(column.params, scoped, self.hits)
            if isinstance(kind, Bursts)
            else kind.subquery(scoped, self.hits)
        )
        name = sql.Identifier(f"q{index}")
        self.subqueries.append(
            sql.SQL("LEFT JOIN ({}) AS {name} ON {name}.lead_id = s.lead_id").format(
                body, name=name
            )
        )
        self.signals.update(column.params["signals"])
        self._note_change(column, condition)
        return sql.SQL("coalesce({}.value, 0)").format(name)

    def _condition(self, signals: Sequence[str], window: tuple[str, int]) -> sql.Composable:
        ids = [self.names.signal_ids[key] for key in signals]
        chosen: sql.Composable
        if not ids:
            return sql.SQL("false")
        if len(ids) == 1:  # an integer comparison, the cheapest test there is
            chosen = sql.SQL("h.signal_id = {}").format(sql.Literal(ids[0]))
        else:
            chosen = sql.SQL("h.signal_id = ANY({}::bigint[])").format(sql.Literal(ids))
        return sql.SQL("{} AND {}").format(chosen, window_condition(window))

    def _note_change(self, column: Column, condition: sql.Composable) -> None:
        """A rolling window changes its number when its oldest hit leaves."""
        kind, length = column.params["window"]
        if kind == "last" and self.looks_ahead:
            name = f"n{len(self.changes)}"
            self.aggregates.append(
                self._named(
                    sql.SQL("min(h.occurred_at) FILTER (WHERE {}) + {}").format(
                        condition, interval(length)
                    ),
                    name,
                )
            )
            self.changes.append(sql.SQL("hits.{}").format(sql.Identifier(name)))

    @staticmethod
    def _named(expression: sql.Composable, name: str) -> sql.Composable:
        return sql.SQL("{} AS {}").format(expression, sql.Identifier(name))

    def joins(self) -> list[sql.Composable]:
        """The one pass over the hits, and the two-level measures."""
        if self.looks_ahead:  # a hit dated in the future comes into force at its own time
            self.aggregates.append(
                self._named(
                    sql.SQL("min(h.occurred_at) FILTER (WHERE h.occurred_at > s.at)"), "next_hit"
                )
            )
        until = sql.SQL("") if self.looks_ahead else sql.SQL(" AND h.occurred_at <= s.at")
        one_pass = sql.SQL(
            "LEFT JOIN (SELECT h.lead_id, {aggregates} FROM {hits}"
            " WHERE {scope} AND h.signal_id = ANY({signals}::bigint[]){until}"
            " GROUP BY h.lead_id) AS hits ON hits.lead_id = s.lead_id"
        ).format(
            aggregates=sql.SQL(", ").join(self.aggregates),
            hits=self.hits,
            scope=self.scope,
            signals=sql.Literal(sorted(self.names.signal_ids[key] for key in self.signals)),
            until=until,
        )
        return [one_pass, *self.subqueries]

    def next_us(self) -> sql.Composable:
        """How long until the numbers change by time alone, as microseconds; null for never."""
        if not self.looks_ahead:
            return sql.SQL("NULL::bigint")
        moments = [sql.SQL("hits.next_hit"), *self.changes]
        return _MICROSECONDS.format(
            sql.SQL("least({})").format(sql.SQL(", ").join(moments)), sql.SQL("s.at")
        )


def _profile_sql(version: Version, as_of: bool) -> sql.Composable:
    """Join ``p``: what is known of the person and the company, now or as of the moment."""
    wanted = [
        kind.attribute(column.params)
        for column in version.columns
        if isinstance(kind := MEASURES[column.measure], AttributeMeasure)
    ]
    if not wanted:
        return sql.SQL("")
    known = _KNOWN_AS_OF if as_of else _KNOWN_NOW
    return sql.SQL("{} LEFT JOIN LATERAL ({}) AS p ON true").format(known, profile_columns(wanted))


_KNOWN_NOW = sql.SQL(
    "LEFT JOIN LATERAL (SELECT l.attributes AS lead_attributes,"
    " a.attributes AS account_attributes"
    " FROM leads_lead AS l LEFT JOIN leads_account AS a ON a.id = l.account_id"
    " WHERE l.id = s.lead_id) AS known ON true"
)
_NEWEST = sql.SQL(
    "(SELECT jsonb_object_agg(name, value) FROM ("
    "SELECT DISTINCT ON (c.name) c.name, c.value FROM leads_attributechange AS c"
    " WHERE c.{owner} = {id} AND c.known_at <= s.at"
    " ORDER BY c.name, c.known_at DESC) AS newest)"
)
_KNOWN_AS_OF = sql.SQL(
    "LEFT JOIN LATERAL (SELECT {lead} AS lead_attributes OFFSET 0) AS person ON true"
    " LEFT JOIN LATERAL (SELECT person.lead_attributes,"
    " {account} AS account_attributes OFFSET 0) AS known ON true"
).format(
    lead=_NEWEST.format(owner=sql.Identifier("lead_id"), id=sql.SQL("s.lead_id")),
    account=_NEWEST.format(
        owner=sql.Identifier("account_id"),
        id=sql.SQL("(person.lead_attributes ->> '$account')::bigint"),
    ),
)
