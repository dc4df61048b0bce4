"""Where a fit measure's profile ``p`` comes from: the newest attributes, or those as of a moment.

Beside it stands ``known``: both owners' attributes, and the ``account_id`` of the company.
"""

from collections.abc import Iterable

from psycopg import sql

from rubrics.measures.attributes import profile_columns
from rubrics.measures.base import ACCOUNT


def profile_join(
    wanted: Iterable[tuple[str, ...]], kind: str, scope: sql.Composable, *, as_of: bool
) -> sql.Composable:
    """Join ``known`` and ``p`` to the subject ``s``; nothing if no attribute is wanted.

    Of an account only its own attributes are known, never a member's.

    Args:
        scope: which leads ``l.id`` may be: the planner must not read all of them for a few.
    """
    wanted = list(wanted)
    if not wanted:
        return sql.SQL("")
    if kind == ACCOUNT:
        known = _ACCOUNT_AS_OF if as_of else _ACCOUNT_NOW
    else:
        known = _LEAD_AS_OF if as_of else _LEAD_NOW.format(scope=scope)
    return sql.SQL("{} LEFT JOIN LATERAL ({}) AS p ON true").format(known, profile_columns(wanted))


def newest_attributes(owner: str, owner_id: sql.Composable, at: sql.Composable) -> sql.Composed:
    """All attributes of an owner (``lead_id`` or ``account_id``) as known at a moment."""
    return sql.SQL(
        "(SELECT jsonb_object_agg(name, value) FROM ("
        "SELECT DISTINCT ON (c.name) c.name, c.value FROM leads_attributechange AS c"
        " WHERE c.{owner} = {owner_id} AND c.known_at <= {at}"
        " ORDER BY c.name, c.known_at DESC) AS newest)"
    ).format(owner=sql.Identifier(owner), owner_id=owner_id, at=at)


_AT = sql.SQL("s.at")
_LEAD_NOW = sql.SQL(
    "LEFT JOIN LATERAL (SELECT l.attributes AS lead_attributes,"
    " a.attributes AS account_attributes, l.account_id"
    # OFFSET 0: company by company. The planner would rather read all companies for every few leads.
    " FROM leads_lead AS l LEFT JOIN LATERAL (SELECT c.attributes FROM leads_account AS c"
    " WHERE c.id = l.account_id OFFSET 0) AS a ON true"
    " WHERE l.id = s.id AND {scope}) AS known ON true"
)
_LEAD_AS_OF = sql.SQL(
    "LEFT JOIN LATERAL (SELECT {lead} AS lead_attributes OFFSET 0) AS person ON true"
    " LEFT JOIN LATERAL (SELECT (person.lead_attributes ->> '$account')::bigint AS account_id"
    " OFFSET 0) AS employer ON true"
    " LEFT JOIN LATERAL (SELECT person.lead_attributes, {account} AS account_attributes,"
    " employer.account_id OFFSET 0) AS known ON true"
).format(
    lead=newest_attributes("lead_id", sql.SQL("s.id"), _AT),
    account=newest_attributes("account_id", sql.SQL("employer.account_id"), _AT),
)
_ACCOUNT_NOW = sql.SQL(
    "LEFT JOIN LATERAL (SELECT NULL::jsonb AS lead_attributes,"
    " a.attributes AS account_attributes, s.id AS account_id"
    " FROM leads_account AS a WHERE a.id = s.id) AS known ON true"
)
_ACCOUNT_AS_OF = sql.SQL(
    "LEFT JOIN LATERAL (SELECT NULL::jsonb AS lead_attributes, {account} AS account_attributes,"
    " s.id AS account_id OFFSET 0) AS known ON true"
).format(account=newest_attributes("account_id", sql.SQL("s.id"), _AT))
