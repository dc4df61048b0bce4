"""The hits behind a score: the events that a line counted, and when the last of them was."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg import sql

from leads.models import Event
from rubrics.mappers import Compiled, compiled
from rubrics.measures.windows import window_condition
from rubrics.scoring.types import Column


@dataclass(frozen=True, slots=True)
class Contacts:
    """How far a lead's hits reach: of each column of hits the last one that counts, and the
    columns in which one more, at this moment, would count."""

    last: Mapping[int, datetime]
    open: frozenset[int]


@dataclass(frozen=True, slots=True)
class HitEvidence:
    """One hit behind a line: when, which signal, and the event it came from (if still kept)."""

    occurred_at: datetime
    signal: str
    value: float | None
    event: Event | None


def contacts(version: Compiled, *, lead_id: int, at: datetime) -> Contacts:
    """Of every column of hits the last hit by ``at``, and whether one at ``at`` would count."""
    columns = {
        index: column
        for index, column in enumerate(version.version.columns)
        if "signals" in column.params
    }
    if not columns:
        return Contacts({}, frozenset())
    last, is_open = [], []
    for column in columns.values():
        window = window_condition(column.params["window"])
        last.append(
            sql.SQL(
                "max(h.occurred_at) FILTER (WHERE h.signal_id = ANY({}::bigint[]) AND {})"
            ).format(sql.Literal(_signal_ids(version, column)), window)
        )
        is_open.append(
            sql.SQL("EXISTS (SELECT FROM (SELECT s.at) AS h(occurred_at) WHERE {})").format(window)
        )
    comma = sql.SQL(", ")
    statement = sql.SQL(
        "SELECT last.*, {is_open} FROM {subject} CROSS JOIN LATERAL ("
        "SELECT {last} FROM leads_hit AS h WHERE h.lead_id = s.lead_id) AS last"
        " WHERE s.lead_id = {lead}"
    ).format(
        is_open=comma.join(is_open),
        subject=_subject(version, at),
        last=comma.join(last),
        lead=sql.Literal(lead_id),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    if row is None:
        return Contacts({}, frozenset())
    found = list(zip(columns, row[: len(columns)], row[len(columns) :], strict=True))
    return Contacts(
        {index: moment for index, moment, _ in found if moment is not None},
        frozenset(index for index, _, counts in found if counts),
    )


def evidence(
    version_id: int, *, lead_id: int, criterion_key: str, at: datetime, limit: int = 20
) -> list[HitEvidence]:
    """The newest hits that a criterion looked at, newest first; none if it looks at attributes."""
    version = compiled(version_id)
    wanted = [c for c in version.version.criteria if c.key == criterion_key]
    columns = [version.version.columns[i] for criterion in wanted for i in criterion.columns]
    columns = [column for column in columns if "signals" in column.params]
    if not columns:
        return []
    rows = _hits(version, columns, lead_id, at, limit)
    events = {
        event.pk: event
        for event in Event.objects.filter(
            lead_id=lead_id, pk__in=[event_id for _, _, _, event_id in rows]
        )
    }
    names = {pk: version.names.signal_names[key] for key, pk in version.names.signal_ids.items()}
    return [
        HitEvidence(occurred_at, names[signal_id], number, events.get(event_id))
        for occurred_at, signal_id, number, event_id in rows
    ]


def _hits(
    version: Compiled, columns: Sequence[Column], lead_id: int, at: datetime, limit: int
) -> Sequence[tuple[datetime, int, float | None, int]]:
    conditions = [
        sql.SQL("(h.signal_id = ANY({}::bigint[]) AND {})").format(
            sql.Literal(_signal_ids(version, column)), window_condition(column.params["window"])
        )
        for column in columns
    ]
    statement = sql.SQL(
        "SELECT h.occurred_at, h.signal_id, h.number, h.event_id FROM leads_hit AS h"
        " JOIN {subject} ON s.lead_id = h.lead_id"
        " WHERE h.lead_id = {lead} AND ({conditions})"
        " ORDER BY h.occurred_at DESC, h.id DESC LIMIT {limit}"
    ).format(
        subject=_subject(version, at),
        lead=sql.Literal(lead_id),
        conditions=sql.SQL(" OR ").join(conditions),
        limit=sql.Literal(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _signal_ids(version: Compiled, column: Column) -> list[int]:
    return [version.names.signal_ids[key] for key in column.params["signals"]]


def _subject(version: Compiled, at: datetime) -> sql.Composed:
    """``s``: the trials of the product, each with the moment looked at."""
    return sql.SQL(
        "(SELECT t.lead_id, {at}::timestamptz AS at, t.started_at, t.ends_at"
        " FROM leads_trial AS t WHERE t.product_id = {product}) AS s"
    ).format(at=sql.Literal(at), product=sql.Literal(version.product_id))
