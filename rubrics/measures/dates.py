from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.attributes import attribute_words, parse_attribute, text_sql
from rubrics.measures.base import (
    AttributeMeasure,
    Names,
    Params,
    duration_words,
    length_us,
)
from rubrics.measures.windows import interval

_DATE = "(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"[t ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?"
_ZONE = "z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?"
_FURTHEST = sql.SQL("interval '87600 hours'")
"""Whoever waits for a moment longer than ten years off asks again then: no moment is too late to
be written down."""


class DateWithin(AttributeMeasure):
    """Whether a date known of the person or the company lies in the last ``within``.

    The date is a text in ISO 8601: ``2026-03-31`` (its midnight in UTC) or ``2026-03-31T12:00:00Z``
    (UTC if no zone is given). ``(at - within, at]``, as a rolling window; what lies in the future
    is not yet so. Anything else is unknown.
    Source: trigger events of accounts (funding raised, a new executive).
    """

    key = "date_within"
    label = "A date is recent"
    fields = frozenset({"attribute", "within"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "within": length_us(raw.get("within"), f"{where}.within"),
        }

    def value(self, params: Params) -> sql.Composable:
        return sql.SQL(
            "(SELECT (d.moment <= s.at AND d.moment > s.at - {within})::int FROM ({date}) AS d)"
        ).format(within=interval(params["within"]), date=_moment(params))

    def changes(self, params: Params) -> list[sql.Composable]:
        """The date itself while it is ahead, then its end of being recent."""
        return [
            sql.SQL(
                "(SELECT CASE WHEN d.moment > s.at THEN least(d.moment, s.at + {furthest})"
                " WHEN d.moment > s.at - {within} THEN d.moment + {within} END"
                " FROM ({date}) AS d)"
            ).format(furthest=_FURTHEST, within=interval(params["within"]), date=_moment(params))
        ]

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = attribute_words(params["attribute"]).removesuffix(" at").capitalize()
        within = duration_words(params["within"])
        return f"{words} {'within' if value else 'not within'} the last {within}"


def _moment(params: Params) -> sql.Composable:
    """One row with the ``moment`` that the attribute's text says, null if it says none.

    Each CASE guards the cast after it: first the form, then the day of the month.
    """
    return sql.SQL(
        "SELECT CASE WHEN is_day THEN (CASE WHEN length(text) = 10 THEN text || ' 00:00z'"
        " WHEN text ~ {zoned} THEN text ELSE text || 'z' END)::timestamptz END AS moment"
        " FROM (SELECT text, CASE WHEN text IS NOT NULL THEN extract(month FROM"
        " (left(text, 8) || '01')::date + substr(text, 9, 2)::int - 1)"
        " = substr(text, 6, 2)::int END AS is_day FROM ("
        "SELECT CASE WHEN {text} ~ {form}"
        # Of a second as much as there is in a moment: cut, not rounded.
        " THEN regexp_replace({text}, {fraction}, '\\1') END AS text OFFSET 0"
        ") AS formed OFFSET 0) AS dated"
    ).format(
        text=text_sql(params["attribute"]),
        form=sql.Literal(f"^{_DATE}({_TIME}({_ZONE})?)?$"),
        zoned=sql.Literal(f"({_ZONE})$"),
        fraction=sql.Literal(r"(\.[0-9]{6})[0-9]+"),
    )
