from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import sql

from rubrics.measures.attributes import (
    attribute_sql,
    attribute_words,
    first_known,
    parse_attribute,
)
from rubrics.measures.base import AttributeMeasure, Names, Params, duration_words, length_us
from rubrics.measures.windows import interval

LEAST, MOST = 1e-9, 1e15
"""The magnitudes of numbers that are compared: any other but 0 is no figure of a company."""


class AttributeGrowth(AttributeMeasure):
    """By how many percent a number grew against its value a ``period`` ago.

    The value then is that of the history, of the person or of the company that is theirs now.

    Returns:
        Percent, negative if it shrank; None if either value is unknown or no number, or if the
        value then was 0, against which nothing has a percentage.
    Source: trigger events of accounts (headcount growth).
    """

    key = "attribute_growth"
    label = "A number grew"
    unit = "number"
    fields = frozenset({"attribute", "period"})

    def parse(self, raw: Params, where: str, lists: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        return {
            "attribute": parse_attribute(raw.get("attribute"), where),
            "period": length_us(raw.get("period"), f"{where}.period"),
        }

    def value(self, params: Params) -> sql.Composable:
        return sql.SQL(
            "(SELECT 100::float8 * (n.now - n.past) / abs(nullif(n.past, 0))"
            " FROM (SELECT {now} AS now, {past} AS past"
            " FROM (SELECT {json_now} AS now, {json_past} AS past OFFSET 0) AS v OFFSET 0) AS n)"
        ).format(
            now=_number(sql.SQL("v.now")),
            past=_number(sql.SQL("v.past")),
            json_now=attribute_sql(params["attribute"]),
            json_past=first_known(_value_then(ref, params) for ref in params["attribute"]),
        )

    def changes(self, params: Params) -> list[sql.Composable]:
        """When the value that followed the one then is itself a period old."""
        return [
            sql.SQL(
                "(SELECT min(c.known_at) FROM leads_attributechange AS c WHERE {row}"
                " AND c.known_at > s.at - {period}) + {period}"
            ).format(row=_row(reference), period=interval(params["period"]))
            for reference in params["attribute"]
        ]

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        words = attribute_words(params["attribute"]).capitalize()
        if value is None:
            return f"{words}: growth not known"
        sign = "+" if value > 0 else "−" if value < 0 else ""
        return f"{words} {sign}{abs(value):.3g} % in {duration_words(params['period'])}"


def _row(reference: str) -> sql.Composable:
    """Which rows of the history ``c`` are of this attribute."""
    owner, name = reference.split(".", 1)
    return sql.SQL("c.{} = {} AND c.name = {}").format(
        sql.Identifier(f"{owner}_id"),
        sql.SQL("s.id" if owner == "lead" else "known.account_id"),
        sql.Literal(name),
    )


def _value_then(reference: str, params: Params) -> sql.Composable:
    return sql.SQL(
        "(SELECT c.value FROM leads_attributechange AS c WHERE {row}"
        " AND c.known_at <= s.at - {period} ORDER BY c.known_at DESC LIMIT 1)"
    ).format(row=_row(reference), period=interval(params["period"]))


def _number(json: sql.Composable) -> sql.Composable:
    """A JSON number as float8 if it is one that is compared; the CASEs guard the casts."""
    return sql.SQL(
        "CASE WHEN jsonb_typeof({json}) = 'number' THEN CASE"
        " WHEN abs(({json})::numeric) BETWEEN {least} AND {most} OR ({json})::numeric = 0"
        " THEN ({json})::float8 END END"
    ).format(json=json, least=sql.Literal(str(LEAST)), most=sql.Literal(str(MOST)))
