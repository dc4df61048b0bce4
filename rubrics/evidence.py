"""The hits behind a score: the events that a line counted, and when the last of them was.

Of an account they are those of the leads that belonged to it at the moment, as its score has it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg import sql

from leads.models import Event, Lead
from rubrics.mappers import Compiled, compiled
from rubrics.measures.base import ACCOUNT
from rubrics.measures.subjects import Source, source_of, subjects_of
from rubrics.measures.windows import window_condition
from rubrics.scoring.types import Column


@dataclass(frozen=True, slots=True)
class Contacts:
    """How far the hits of a lead, or an account, reach: of each column of hits the last one that
    counts, and the columns in which one more, at this moment, would count. ``users`` are the
    account's leads, whose hits they are; a lead is its only one."""

    last: Mapping[int, datetime]
    open: frozenset[int]
    users: int = 1


@dataclass(frozen=True, slots=True)
class HitEvidence:
    """One hit behind a line: whose and when, which signal, and its event (if still kept)."""

    lead: Lead
    occurred_at: datetime
    signal: str
    value: float | None
    event: Event | None


def contacts(version: Compiled, *, subject_id: int, at: datetime) -> Contacts:
    """Of every column of hits the last hit by ``at``, and whether one at ``at`` would count."""
    columns = {
        index: column
        for index, column in enumerate(version.version.columns)
        if "signals" in column.params
    }
    if not columns:
        return Contacts({}, frozenset())
    last, is_open = [], []
    for index, column in columns.items():
        name = sql.Identifier(f"c{index}")
        last.append(
            sql.SQL("max(h.occurred_at) FILTER (WHERE {}) AS {}").format(
                _counts(version, column), name
            )
        )
        is_open.append(
            sql.SQL("EXISTS (SELECT FROM (SELECT s.at) AS h(occurred_at) WHERE {})").format(
                window_condition(column.params["window"])
            )
        )
    source = _source(version, subject_id, at)
    comma = sql.SQL(", ")
    statement = sql.SQL(
        "WITH {ctes} SELECT {users}, {is_open}, last.* FROM subject AS s LEFT JOIN (SELECT {last},"
        " {key} AS id FROM {hits} WHERE {scope} GROUP BY {key}) AS last ON last.id = s.id"
    ).format(
        ctes=source.ctes,
        users=sql.SQL("s.members" if source.kind == ACCOUNT else "1"),
        is_open=comma.join(is_open),
        last=comma.join(last),
        key=source.hits.key,
        hits=source.hits.source,
        scope=source.hits.scope,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    if row is None:
        return Contacts({}, frozenset())
    users, *moments = row
    found = list(zip(columns, moments, moments[len(columns) :], strict=False))
    return Contacts(
        {index: moment for index, _, moment in found if moment is not None},
        frozenset(index for index, counts, _ in found if counts),
        users,
    )


def counting(version: Compiled) -> frozenset[str]:
    """The keys of the criteria that look at hits: their lines have evidence."""
    spec = version.version
    return frozenset(
        criterion.key
        for criterion in spec.criteria
        if any("signals" in spec.columns[i].params for i in criterion.columns)
    )


def evidence(
    version_id: int, *, subject_id: int, criterion_key: str, at: datetime, limit: int = 20
) -> list[HitEvidence]:
    """The newest hits that a criterion looked at, newest first; none if it looks at attributes."""
    version = compiled(version_id)
    wanted = [c for c in version.version.criteria if c.key == criterion_key]
    columns = [version.version.columns[i] for criterion in wanted for i in criterion.columns]
    columns = [column for column in columns if "signals" in column.params]
    if not columns:
        return []
    rows = _hits(version, columns, subject_id, at, limit)
    leads = Lead.objects.in_bulk({row[0] for row in rows})
    events = {
        event.pk: event
        for event in Event.objects.filter(lead_id__in=leads, pk__in=[row[-1] for row in rows])
    }
    names = {pk: version.names.signal_names[key] for key, pk in version.names.signal_ids.items()}
    return [
        HitEvidence(leads[lead_id], occurred_at, names[signal_id], number, events.get(event_id))
        for lead_id, occurred_at, signal_id, number, event_id in rows
    ]


def _hits(
    version: Compiled, columns: Sequence[Column], subject_id: int, at: datetime, limit: int
) -> Sequence[tuple[int, datetime, int, float | None, int]]:
    source = _source(version, subject_id, at)
    statement = sql.SQL(
        "WITH {ctes} SELECT h.lead_id, h.occurred_at, h.signal_id, h.number, h.event_id"
        " FROM {hits} WHERE {scope} AND ({conditions})"
        " ORDER BY h.occurred_at DESC, h.id DESC LIMIT {limit}"
    ).format(
        ctes=source.ctes,
        hits=source.hits.source,
        scope=source.hits.scope,
        conditions=sql.SQL(" OR ").join(_counts(version, column) for column in columns),
        limit=sql.Literal(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def _counts(version: Compiled, column: Column) -> sql.Composable:
    """When a hit ``h`` counts in the column."""
    ids = [version.names.signal_ids[key] for key in column.params["signals"]]
    return sql.SQL("(h.signal_id = ANY({}::bigint[]) AND {})").format(
        sql.Literal(ids), window_condition(column.params["window"])
    )


def _source(version: Compiled, subject_id: int, at: datetime) -> Source:
    """The one lead, or account with those who belonged to it then, and where its hits are."""
    subjects = subjects_of(version.version.subject, [subject_id], at)
    return source_of(subjects, version.product_id, as_of=True)
