"""How a fit measure reads an attribute: ``lead.title``, ``account.employees``, or the first known
of several."""

import re

from psycopg import sql

from rubrics.measures.base import SpecError

_REFERENCE = re.compile(r"^(lead|account)\.([A-Za-z0-9_$ .-]{1,100})$")


def parse_attribute(raw: object, where: str) -> tuple[str, ...]:
    """One reference or several, as a tuple."""
    references = [raw] if isinstance(raw, str) else raw
    if not isinstance(references, list | tuple) or not references:
        raise SpecError(
            f"{where}.attribute", "names what to look at, e.g. account.industry or lead.title"
        )
    for reference in references:
        if not isinstance(reference, str) or not _REFERENCE.match(reference):
            raise SpecError(
                f"{where}.attribute", f"{reference!r} does not start with lead. or account."
            )
    return tuple(references)


def attribute_sql(references: tuple[str, ...]) -> sql.Composable:
    """The attribute's jsonb; null where it is missing, JSON null or an empty text."""
    known = [
        sql.SQL("nullif(nullif({}.{} -> {}, 'null'), '\"\"')").format(
            sql.Identifier("p"), sql.Identifier(f"{owner}_attributes"), sql.Literal(name)
        )
        for owner, name in (reference.split(".", 1) for reference in references)
    ]
    return (
        known[0] if len(known) == 1 else sql.SQL("coalesce({})").format(sql.SQL(", ").join(known))
    )


def text_sql(references: tuple[str, ...]) -> sql.Composed:
    """The attribute as lower-case text; null where unknown or no single value."""
    value = attribute_sql(references)
    return sql.SQL(
        "CASE WHEN jsonb_typeof({value}) IN ('string', 'number', 'boolean')"
        " THEN lower({value} #>> '{{}}') END"
    ).format(value=value)


def attribute_words(references: tuple[str, ...]) -> str:
    """``industry``, ``job title``: the attribute in words."""
    name = references[0].split(".", 1)[1]
    return {"title": "job title", "employees": "company size", "technologies": "tools"}.get(
        name, name.replace("_", " ")
    )
