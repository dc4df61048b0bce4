"""Whom to measure, and as of when. The same statement serves one lead, a range and a backtest;
and accounts, by the hits of their members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg import sql

from rubrics.measures.base import ACCOUNT, LEAD, Hits
from rubrics.measures.profile import newest_attributes
from rubrics.scoring.types import Subject


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


@dataclass(frozen=True, slots=True)
class AccountIds:
    """These accounts, all at ``at``."""

    ids: Sequence[int]
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountRange:
    """All accounts with ``low <= id <= high``, all at ``at``."""

    low: int
    high: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountMoments:
    """Each account as of its own moment. An account may come once only."""

    moments: Sequence[tuple[int, datetime]]


Leads = LeadIds | LeadRange | Moments
Accounts = AccountIds | AccountRange | AccountMoments
Subjects = Leads | Accounts


def subjects_of(subject: Subject, ids: Sequence[int], at: datetime) -> LeadIds | AccountIds:
    """These leads, or these accounts, all at ``at``."""
    return LeadIds(ids, at) if subject is Subject.LEAD else AccountIds(ids, at)


@dataclass(frozen=True, slots=True)
class Source:
    """The subjects as SQL: ``ctes`` define ``subject`` (and ``member``), ``hits`` are theirs.

    ``moment`` is ``s.at``, as a literal where all share it: the planner then knows what it asks.
    ``hits_alone`` are the hits without the subject ``s`` beside them, where they can be found so:
    of leads who share a moment. Some may be of leads that do not try the product.
    """

    kind: str
    ctes: sql.Composable
    hits: Hits
    moment: sql.Composable
    hits_alone: Hits | None = None


def source_of(
    subjects: Subjects,
    product_id: int,
    *,
    as_of: bool,
    with_attributes: bool = False,
    aggregates: Sequence[sql.Composable] = (),
) -> Source:
    """The subjects that try the product: rows ``(id, at, started_at, ends_at)``.

    Of accounts there are also ``members`` (how many) and ``joins_at`` (when the next lead signs up
    whose sign-up is dated in the future), and the rows ``member``.

    Args:
        as_of: who belonged to the account then, by the history; else who does now.
        with_attributes: ``member`` also tells ``attributes``, what is known of the person.
        aggregates: further columns of an account, over its members ``m``.
    """
    moment: sql.Composable = sql.SQL("s.at")
    if not isinstance(subjects, Moments | AccountMoments):
        moment = _literal(subjects.at)
    if isinstance(subjects, LeadIds | LeadRange | Moments):
        hits = sql.SQL("leads_hit AS h JOIN subject AS s ON s.id = h.lead_id")
        key = sql.SQL("h.lead_id")
        scope = scope_sql(subjects, key)
        alone = Hits(sql.SQL("leads_hit AS h"), scope, key)
        return Source(
            LEAD,
            sql.SQL("subject AS MATERIALIZED ({})").format(_leads(subjects, product_id)),
            Hits(hits, scope, key),
            moment,
            None if isinstance(subjects, Moments) else alone,
        )
    hits = sql.SQL(
        "subject AS s JOIN member AS m ON m.account_id = s.id"
        " JOIN leads_hit AS h ON h.lead_id = m.lead_id"
    )
    candidates = _known_members if as_of else _members
    return Source(
        ACCOUNT,
        sql.SQL("member AS MATERIALIZED ({}), subject AS MATERIALIZED ({})").format(
            _SIGNED_UP.format(candidates(subjects, product_id, with_attributes)),
            _ACCOUNTS.format(sql.SQL("").join(sql.SQL(", {}").format(a) for a in aggregates)),
        ),
        Hits(hits, sql.SQL("true"), sql.SQL("s.id")),
        moment,
    )


# Who signs up later is no member yet. Before anybody has signed up, the first to do so stands for
# the account: it never goes without a score.
_SIGNED_UP = sql.SQL(
    "SELECT * FROM (SELECT *, min(started_at) OVER account AS first_start,"
    " min(started_at) FILTER (WHERE started_at > at) OVER account AS joins_at"
    " FROM ({}) AS candidate WINDOW account AS (PARTITION BY account_id)) AS dated"
    " WHERE started_at <= greatest(at, first_start)"
)
_ACCOUNTS = sql.SQL(
    "SELECT m.account_id AS id, m.at, min(m.started_at) AS started_at,"
    " CASE WHEN bool_and(m.ends_at IS NOT NULL) THEN max(m.ends_at) END AS ends_at,"
    " count(*) AS members, min(m.joins_at) AS joins_at{}"
    " FROM member AS m GROUP BY m.account_id, m.at"
)


def _leads(subjects: Leads, product_id: int) -> sql.Composable:
    at, join = _at(subjects, sql.SQL("wanted.id = t.lead_id"))
    return sql.SQL(
        "SELECT t.lead_id AS id, {at} AS at, t.started_at, t.ends_at"
        " FROM leads_trial AS t{join} WHERE t.product_id = {product} AND {scope}"
    ).format(
        at=at,
        join=join,
        product=sql.Literal(product_id),
        scope=_unless_joined(subjects, sql.SQL("t.lead_id")),
    )


def _members(subjects: Accounts, product_id: int, with_attributes: bool) -> sql.Composable:
    """The leads that try the product, of the accounts they belong to now."""
    at, join = _at(subjects, sql.SQL("wanted.id = l.account_id"))
    return sql.SQL(
        "SELECT l.account_id, t.lead_id, {at} AS at, t.started_at, t.ends_at{attributes}"
        " FROM leads_lead AS l JOIN leads_trial AS t ON t.lead_id = l.id{join}"
        " WHERE t.product_id = {product} AND {scope}"
    ).format(
        at=at,
        attributes=sql.SQL(", l.attributes" if with_attributes else ""),
        join=join,
        product=sql.Literal(product_id),
        scope=_unless_joined(subjects, sql.SQL("l.account_id")),
    )


def _known_members(subjects: Accounts, product_id: int, with_attributes: bool) -> sql.Composable:
    """The leads that try the product, of the accounts they belonged to then, by the history."""
    at, join = _at(subjects, sql.SQL("to_jsonb(wanted.id) = c.value"))
    attributes: sql.Composable = sql.SQL("")
    if with_attributes:
        attributes = sql.SQL(", {} AS attributes").format(
            newest_attributes("lead_id", sql.SQL("t.lead_id"), at)
        )
    return sql.SQL(
        # What the scope, or the join, lets pass is an account's id as a JSON number.
        "SELECT (c.value #>> '{{}}')::bigint AS account_id, t.lead_id, {at} AS at, t.started_at,"
        " t.ends_at{attributes}"
        " FROM leads_attributechange AS c JOIN leads_trial AS t ON t.lead_id = c.lead_id{join}"
        " WHERE t.product_id = {product} AND c.name = '$account' AND {scope}"
        " AND c.known_at <= {at} AND NOT EXISTS (SELECT FROM leads_attributechange AS later"
        " WHERE later.lead_id = c.lead_id AND later.name = '$account'"
        " AND later.known_at > c.known_at AND later.known_at <= {at})"
    ).format(
        at=at,
        attributes=attributes,
        join=join,
        product=sql.Literal(product_id),
        scope=_unless_joined(subjects, sql.SQL("c.value"), "jsonb"),
    )


def _unless_joined(
    subjects: Subjects, column: sql.Composable, kind: str = "bigint"
) -> sql.Composable:
    """The scope of those who share a moment. Others are joined by id: asked for by id besides, they
    would be guessed to be few, and their hits be read once for each of them."""
    if isinstance(subjects, Moments | AccountMoments):
        return sql.SQL("true")
    return scope_sql(subjects, column, kind)


def scope_sql(subjects: Subjects, column: sql.Composable, kind: str = "bigint") -> sql.Composable:
    """Which rows belong to the subjects, as a condition on ``column``, an id of this type."""
    cast = sql.SQL(kind)
    if isinstance(subjects, LeadRange | AccountRange):
        return sql.SQL("{column} BETWEEN {low}::{cast} AND {high}::{cast}").format(
            column=column,
            low=sql.Literal(str(subjects.low)),
            high=sql.Literal(str(subjects.high)),
            cast=cast,
        )
    if isinstance(subjects, LeadIds | AccountIds):
        ids = [str(subject_id) for subject_id in subjects.ids]
    else:
        ids = [str(subject_id) for subject_id, _ in subjects.moments]
    if len(ids) == 1:
        return sql.SQL("{} = {}::{}").format(column, sql.Literal(ids[0]), cast)
    return sql.SQL("{} = ANY({}::{}[])").format(column, sql.Literal(ids), cast)


def _at(subjects: Subjects, match: sql.Composable) -> tuple[sql.Composable, sql.Composable]:
    """The moment of each subject, and the join that gives it where ``match`` holds."""
    if not isinstance(subjects, Moments | AccountMoments):
        return _literal(subjects.at), sql.SQL("")
    join = sql.SQL(" JOIN unnest({}::bigint[], {}::timestamptz[]) AS wanted(id, at) ON {}").format(
        sql.Literal([subject_id for subject_id, _ in subjects.moments]),
        sql.Literal([at for _, at in subjects.moments]),
        match,
    )
    return sql.SQL("wanted.at"), join


def _literal(at: datetime) -> sql.Composable:
    return sql.SQL("{}::timestamptz").format(sql.Literal(at))
