"""Whom to measure, and as of when. The same statement serves one lead, a range and a backtest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql


@dataclass(frozen=True, slots=True)
class LeadIds:
    """These leads, all at ``at``."""

    ids: Sequence[int]
    at: datetime


@dataclass(frozen=True, slots=True)
class LeadRange:
    """All leads with ``low <= id <= high``, all at ``at``."""

    low: int
    high: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Moments:
    """Each lead as of its own moment: backtests. A lead may come once only."""

    moments: Sequence[tuple[int, datetime]]


Subjects = LeadIds | LeadRange | Moments


def scope_sql(subjects: Subjects, column: sql.Composable) -> sql.Composable:
    """Which rows belong to the subjects, as a condition on a lead id ``column``."""
    if isinstance(subjects, LeadRange):
        return sql.SQL("{} BETWEEN {} AND {}").format(
            column, sql.Literal(subjects.low), sql.Literal(subjects.high)
        )
    if isinstance(subjects, LeadIds):
        ids = list(subjects.ids)
    else:
        ids = [lead_id for lead_id, _ in subjects.moments]
    if len(ids) == 1:
        return sql.SQL("{} = {}").format(column, sql.Literal(ids[0]))
    return sql.SQL("{} = ANY({}::bigint[])").format(column, sql.Literal(ids))


def subject_sql(subjects: Subjects, product_id: int) -> sql.Composable:
    """Rows ``(lead_id, at, started_at, ends_at)``: the subjects that try the product."""
    trial: sql.Composable = sql.SQL("leads_trial AS t")
    scope = scope_sql(subjects, sql.SQL("t.lead_id"))
    at: sql.Composable
    if isinstance(subjects, Moments):
        trial = sql.SQL(
            "leads_trial AS t JOIN unnest({}::bigint[], {}::timestamptz[]) AS m(lead_id, at)"
            " ON m.lead_id = t.lead_id"
        ).format(
            sql.Literal([lead_id for lead_id, _ in subjects.moments]),
            sql.Literal([at for _, at in subjects.moments]),
        )
        at = sql.SQL("m.at")
    else:
        at = sql.SQL("{}::timestamptz").format(sql.Literal(subjects.at))
    return sql.SQL(
        "SELECT t.lead_id, {at} AS at, t.started_at, t.ends_at FROM {trial}"
        " WHERE t.product_id = {product} AND {scope}"
    ).format(at=at, trial=trial, product=sql.Literal(product_id), scope=scope)
