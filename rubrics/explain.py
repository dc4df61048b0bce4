"""Reads of the judgement: why a score is what it is, what it was, and the events behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from psycopg import sql

from leads.models import Event
from rubrics.mappers import Compiled, compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds
from rubrics.measures.windows import window_condition
from rubrics.models import AccountScore, Score
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Axis, Column, Judgement, Line, Measured


@dataclass(frozen=True, slots=True)
class Scored:
    """A score computed for a moment, with its reasons; nothing of it is stored."""

    at: datetime
    version: Compiled
    measured: Measured
    judgement: Judgement
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class HitEvidence:
    """One hit behind a line: when, which signal, and the event it came from (if still kept)."""

    occurred_at: datetime
    signal: str
    value: float | None
    event: Event | None


def breakdown(score: Score | AccountScore) -> list[Line]:
    """The stored score's lines; those of an axis sum to it. No queries once the version is known.

    The judgement is made again from the stored measures: the same numbers, the same result.
    """
    version = compiled(score.version_id)
    measured = Measured(
        tuple(score.measures), (score.at - score.last_activity_at) // timedelta(microseconds=1)
    )
    return lines(version.version, measured, version.judge(measured), version.describe)


def top_reasons(score: Score, count: int = 3) -> list[Line]:
    """The lines that give the most points, behavior before fit: what a rep should see first."""
    given = [line for line in breakdown(score) if line.points > 0]
    given.sort(key=lambda line: (line.axis is Axis.FIT, -line.points))
    return given[:count]


def score_as_of(version_id: int, *, lead_id: int, at: datetime) -> Scored | None:
    """What the lead was worth at ``at`` by this version; None if it does not try the product."""
    version = compiled(version_id)
    for _, measured in measure(
        version.version,
        LeadIds([lead_id], at),
        product_id=version.product_id,
        names=version.names,
        as_of=True,
    ):
        judgement = version.judge(measured)
        told = lines(version.version, measured, judgement, version.describe)
        return Scored(at, version, measured, judgement, told)
    return None


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
    conditions = []
    for column in columns:
        ids = [version.names.signal_ids[key] for key in column.params["signals"]]
        conditions.append(
            sql.SQL("(h.signal_id = ANY({}::bigint[]) AND {})").format(
                sql.Literal(ids), window_condition(column.params["window"])
            )
        )
    statement = sql.SQL(
        "SELECT h.occurred_at, h.signal_id, h.number, h.event_id FROM leads_hit AS h"
        " JOIN (SELECT t.lead_id, {at}::timestamptz AS at, t.started_at, t.ends_at"
        " FROM leads_trial AS t WHERE t.product_id = {product}) AS s ON s.lead_id = h.lead_id"
        " WHERE h.lead_id = {lead} AND ({conditions})"
        " ORDER BY h.occurred_at DESC, h.id DESC LIMIT {limit}"
    ).format(
        at=sql.Literal(at),
        product=sql.Literal(version.product_id),
        lead=sql.Literal(lead_id),
        conditions=sql.SQL(" OR ").join(conditions),
        limit=sql.Literal(limit),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())
