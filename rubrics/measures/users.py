"""Measures of an account's users: the leads of the account that try the product."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.attributes import attribute_words, parse_attribute, text_sql
from rubrics.measures.base import (
    ACCOUNT,
    HitMeasure,
    Hits,
    Names,
    NestedMeasure,
    Params,
    SpecError,
    SubjectMeasure,
    plural,
)
from rubrics.measures.windows import window_words
from rubrics.scoring.steps import Need

DOMAIN = ("account.domain",)


def _quoted(params: Params, names: Names) -> str:
    return f"“{names.words(params['signals'])}”"


class ActiveUsers(HitMeasure):
    """How many of the account's users did any of the listed signals."""

    key = "active_users"
    label = "How many users did something"
    subjects = frozenset({ACCOUNT})
    counts_users = True

    def aggregate(self, params: Params, condition: sql.Composable) -> sql.Composable:
        return sql.SQL("count(DISTINCT h.lead_id) FILTER (WHERE {})").format(condition)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words}: {plural(value or 0, 'user')}{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        missing = math.ceil(target - value)
        users = plural(missing, "more user" if value else "user")
        return Need(f"{_quoted(params, names)} by {users}{window_words(params['window'])}", missing)


class ShareActive(ActiveUsers):
    """How many percent of the account's users did any of the listed signals."""

    key = "share_active"
    label = "What share of the users did something"
    unit = "number"
    counts_users = False

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return sql.SQL("100::float8 * coalesce({}, 0) / s.members").format(found)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        return f"{words}: {value or 0:.3g} % of users{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        share = f"{target:.3g} % of the users"
        return Need(f"{_quoted(params, names)} by {share}{window_words(params['window'])}")


class Departments(NestedMeasure):
    """In how many departments somebody did any of the listed signals.

    Args:
        attribute: what tells a user's department; ``lead.department`` if left out. Users of whom it
            is not known count not; case is ignored.
    """

    key = "departments"
    label = "In how many departments something was done"
    fields = frozenset({"signals", "window", "attribute"})
    subjects = frozenset({ACCOUNT})
    reads_members = True

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        (reference, *more) = parse_attribute(raw.get("attribute", "lead.department"), where)
        if more or not reference.startswith("lead."):
            raise SpecError(f"{where}.attribute", "is one of the users', e.g. lead.department")
        return {**super().parse(raw, where, lists), "attribute": reference}

    def subquery(
        self, params: Params, names: Names, condition: sql.Composable, hits: Hits
    ) -> sql.Composable:
        """Who was active first, then what is known of them."""
        return sql.SQL(
            "SELECT active.id, count(DISTINCT CASE WHEN jsonb_typeof(m.attributes -> {name})"
            " IN ('string', 'number', 'boolean')"
            " THEN nullif(lower(m.attributes ->> {name}), '') END)::float8 AS value"
            " FROM (SELECT {key} AS id, h.lead_id FROM {source} WHERE {scope} AND {condition}"
            " GROUP BY {key}, h.lead_id) AS active JOIN member AS m"
            " ON m.account_id = active.id AND m.lead_id = active.lead_id GROUP BY active.id"
        ).format(
            name=sql.Literal(params["attribute"].removeprefix("lead.")),
            key=hits.key,
            source=hits.source,
            scope=hits.scope,
            condition=condition,
        )

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = names.words(params["signals"])
        many = plural(value or 0, f"different {attribute_words((params['attribute'],))}")
        return f"{words}: {many}{window_words(params['window'])}"

    def need(self, params: Params, value: float, target: float, names: Names) -> Need:
        many = plural(target, f"different {attribute_words((params['attribute'],))}")
        words = f"{_quoted(params, names)} by users of {many}"
        return Need(f"{words}{window_words(params['window'])}")


class UsersOnDomain(SubjectMeasure):
    """How many of the account's users have an e-mail of its domain; None if that is not known."""

    key = "users_on_domain"
    label = "How many users have an e-mail of the account's domain"
    subjects = frozenset({ACCOUNT})
    reads_members = True

    def attributes(self, params: Params) -> tuple[tuple[str, ...], ...]:
        return (DOMAIN,)

    def members(self, params: Params) -> sql.Composable:
        return sql.SQL("array_agg(lower(split_part(m.attributes ->> 'email', '@', 2)))")

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return sql.SQL(
            "(SELECT CASE WHEN {domain} IS NOT NULL"
            " THEN count(*) FILTER (WHERE name = {domain}) END::float8"
            " FROM unnest({found}) AS name)"
        ).format(domain=text_sql(DOMAIN), found=found)

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        if value is None:
            return "Account's domain not known"
        return f"{plural(value, 'user')} with an e-mail of the account's domain"
