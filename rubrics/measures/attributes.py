"""How a fit measure reads an attribute: ``lead.title``, ``account.employees``, or the first known
of several."""

import re
from collections.abc import Iterable
from hashlib import blake2b

from psycopg import sql

from rubrics.measures.base import SpecError

REFERENCE = re.compile(r"(lead|account)\.[^\0]{1,100}")


def parse_attribute(raw: object, where: str) -> tuple[str, ...]:
    """One reference or several, as a tuple."""
    references = [raw] if isinstance(raw, str) else raw
    if not isinstance(references, list | tuple) or not references:
        raise SpecError(
            f"{where}.attribute", "names what to look at, e.g. account.industry or lead.title"
        )
    for reference in references:
        if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
            raise SpecError(
                f"{where}.attribute", f"{reference!r} is not like lead.title or account.industry"
            )
    return tuple(references)


def attribute_sql(references: tuple[str, ...]) -> sql.Composable:
    """The attribute's jsonb, as a column of the profile ``p``; null where it is unknown."""
    return sql.Identifier("p", _column("json", references))


def text_sql(references: tuple[str, ...]) -> sql.Composable:
    """The attribute as lower-case text, as a column of ``p``; null if unknown or no one value."""
    return sql.Identifier("p", _column("text", references))


def profile_columns(wanted: Iterable[tuple[str, ...]]) -> sql.Composed:
    """Select each attribute once, in both forms, from ``known``; OFFSET 0 keeps it at once.

    Missing, JSON null and empty text are all unknown.
    """
    distinct = sorted(set(wanted))
    inner, outer = [], []
    for references in distinct:
        json, text = (sql.Identifier(_column(form, references)) for form in ("json", "text"))
        inner.append(sql.SQL("{} AS {}").format(known_sql(references), json))
        outer.append(
            sql.SQL(
                "{json}, CASE WHEN jsonb_typeof({json}) IN ('string', 'number', 'boolean')"
                " THEN lower({json} #>> '{{}}') END AS {text}"
            ).format(json=json, text=text)
        )
    comma = sql.SQL(", ")
    return sql.SQL("SELECT {} FROM (SELECT {} OFFSET 0) AS found OFFSET 0").format(
        comma.join(outer), comma.join(inner)
    )


def first_known(values: Iterable[sql.Composable]) -> sql.Composable:
    """The first of several jsonb values that says anything: not null, JSON null or empty text."""
    known = [sql.SQL("nullif(nullif({}, 'null'), '\"\"')").format(value) for value in values]
    return (
        known[0] if len(known) == 1 else sql.SQL("coalesce({})").format(sql.SQL(", ").join(known))
    )


def known_sql(references: tuple[str, ...]) -> sql.Composable:
    """The first known of these attributes, as jsonb, of a row ``known`` that has the columns
    ``lead_attributes`` and ``account_attributes``; null if unknown."""
    return first_known(map(_newest, references))


def _newest(reference: str) -> sql.Composable:
    owner, name = reference.split(".", 1)
    return sql.SQL("{} -> {}").format(
        sql.Identifier("known", f"{owner}_attributes"), sql.Literal(name)
    )


def _column(form: str, references: tuple[str, ...]) -> str:
    """A column name that is short whatever the attribute is called."""
    digest = blake2b("|".join(references).encode(), digest_size=8).hexdigest()
    return f"{form}_{digest}"


def attribute_words(references: tuple[str, ...]) -> str:
    """``industry``, ``job title``: the attribute in words."""
    name = references[0].split(".", 1)[1]
    return {"title": "job title", "employees": "company size", "technologies": "tools"}.get(
        name, name.replace("_", " ")
    )
