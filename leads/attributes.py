"""Attribute history: statements about a lead or account, folded into spans (docs/adr/0004).

A statement says that an attribute had a value at a moment. A span is a run of equal statements:
``value`` was stated at ``known_at`` and still at ``confirmed_at``, and nothing is known to
contradict it in between. :func:`fold` is pure; the newest value never depends on the order of
arrival. :func:`write_statements` keeps the rows.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from django.db import connection
from psycopg import sql

ACCOUNT = "$account"
MAX_TEXT = {"email": 254, "name": 200, "title": 200, "domain": 253}
COLUMNS = {"lead": ("email", "name", "title"), "account": ("name", "domain")}
Owner = Literal["lead", "account"]
Statement = tuple[datetime, Any]
# owner's id -> attribute name -> what was stated when
Statements = Mapping[int, Mapping[str, Sequence[Statement]]]


@dataclass(frozen=True, slots=True)
class Span:
    """One run of equal statements; ``text`` is the value as canonical JSON."""

    text: bytes
    known_at: datetime
    confirmed_at: datetime


def canonical(value: Any) -> bytes:
    """Return the JSON text two equal values share."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def fold(spans: Sequence[Span], statements: Iterable[Statement]) -> list[Span]:
    """Return ``spans`` (oldest first) with ``statements`` in their place, in any order.

    Repeating a value extends its span. Another value inside a span splits it: each part reaches
    only to what was really stated. Of two values stated at one moment, the one whose canonical
    JSON is greater counts, whichever came first.
    """
    folded = list(spans)
    for at, value in statements:
        _insert(folded, at, canonical(value))
    return folded


def _insert(spans: list[Span], at: datetime, text: bytes) -> None:
    index = bisect_right(spans, at, key=lambda span: span.known_at) - 1
    new = [Span(text, at, at)]
    first = index
    if index < 0:
        first = 0
        replaced = 0
    else:
        span = spans[index]
        replaced = 1
        if span.text == text:
            new = [Span(text, span.known_at, max(at, span.confirmed_at))]
        elif at > span.confirmed_at:
            new = [span, *new]
        else:
            if at in (span.known_at, span.confirmed_at) and span.text > text:
                return
            if span.known_at < at:
                new.insert(0, Span(span.text, span.known_at, span.known_at))
            if at < span.confirmed_at:
                new.append(Span(span.text, span.confirmed_at, span.confirmed_at))
    # The neighbours may say the same as what now touches them.
    low, high = max(first - 1, 0), min(first + replaced + 1, len(spans))
    around = [*spans[low:first], *new, *spans[first + replaced : high]]
    spans[low:high] = _joined(around)


def _joined(spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].text == span.text:
            joined[-1] = Span(span.text, joined[-1].known_at, span.confirmed_at)
        else:
            joined.append(span)
    return joined


def write_statements(owner: Owner, statements: Statements) -> set[int]:
    """Fold statements into the history; return the ids of those whose values changed, at any
    moment: what is told late of the past counts too, for growth looks back.

    The newest values, and the columns that repeat some of them, follow. Needs a transaction in
    which the owners are locked (``FOR NO KEY UPDATE``) or were made.
    """
    wanted = [
        {"owner": owner_id, "name": name, "earliest": min(at for at, _ in stated)}
        for owner_id, by_name in statements.items()
        for name, stated in by_name.items()
    ]
    if not wanted:
        return set()
    known = _read_spans(owner, wanted)
    kept: list[dict[str, Any]] = []
    gone: list[dict[str, Any]] = []
    newest: dict[int, dict[str, Any]] = defaultdict(dict)
    changed: set[int] = set()
    for owner_id, by_name in statements.items():
        for name, stated in by_name.items():
            before = known.get((owner_id, name), [])
            after = fold(before, stated)
            if _values(before) != _values(after):
                changed.add(owner_id)
            old, new = set(before), set(after)
            row = {"owner": owner_id, "name": name}
            moments = {span.known_at for span in after}
            gone += [row | {"at": s.known_at} for s in before if s.known_at not in moments]
            kept += [
                row | {"value": s.text.decode(), "at": s.known_at, "confirmed": s.confirmed_at}
                for s in after
                if s in new - old
            ]
            if not before or before[-1].text != after[-1].text:
                newest[owner_id][name] = orjson.loads(after[-1].text)
    _write_spans(owner, kept, gone)
    _write_newest(owner, newest)
    return changed


def _values(spans: Iterable[Span]) -> list[tuple[bytes, datetime]]:
    """What the value was, from when on; how long it was confirmed says nothing of it."""
    return [(span.text, span.known_at) for span in spans]


def _read_spans(owner: Owner, wanted: list[dict[str, Any]]) -> dict[tuple[int, str], list[Span]]:
    """The spans that statements from ``earliest`` on can touch, and all later ones."""
    query = sql.SQL(
        "SELECT h.{column}, h.name, h.value::text, h.known_at, h.confirmed_at"
        " FROM json_to_recordset(%s::json) AS w(owner bigint, name text, earliest timestamptz)"
        " CROSS JOIN LATERAL (SELECT coalesce((SELECT max(p.known_at) FROM leads_attributechange p"
        "   WHERE p.{column} = w.owner AND p.name = w.name AND p.known_at <= w.earliest),"
        "   '-infinity') AS since) AS s"
        " CROSS JOIN LATERAL (SELECT coalesce((SELECT max(p.known_at) FROM leads_attributechange p"
        "   WHERE p.{column} = w.owner AND p.name = w.name AND p.known_at < s.since),"
        "   s.since) AS since) AS b"
        " JOIN leads_attributechange h"
        "   ON h.{column} = w.owner AND h.name = w.name AND h.known_at >= b.since"
        " ORDER BY h.{column}, h.name, h.known_at"
    ).format(column=sql.Identifier(f"{owner}_id"))
    spans: dict[tuple[int, str], list[Span]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(query, [orjson.dumps(wanted).decode()])
        for owner_id, name, text, known_at, confirmed_at in cursor.fetchall():
            spans[owner_id, name].append(
                Span(canonical(orjson.loads(text)), known_at, confirmed_at)
            )
    return spans


def _write_spans(owner: Owner, kept: list[dict[str, Any]], gone: list[dict[str, Any]]) -> None:
    column = sql.Identifier(f"{owner}_id")
    with connection.cursor() as cursor:
        if gone:
            query = sql.SQL(
                "DELETE FROM leads_attributechange h"
                " USING json_to_recordset(%s::json) AS g(owner bigint, name text, at timestamptz)"
                " WHERE h.{column} = g.owner AND h.name = g.name AND h.known_at = g.at"
            ).format(column=column)
            cursor.execute(query, [orjson.dumps(gone).decode()])
        if kept:
            query = sql.SQL(
                "INSERT INTO leads_attributechange ({column}, name, value, known_at, confirmed_at)"
                " SELECT k.owner, k.name, k.value::jsonb, k.at, k.confirmed"
                " FROM json_to_recordset(%s::json) AS k(owner bigint, name text, value text,"
                "   at timestamptz, confirmed timestamptz)"
                " ON CONFLICT ({column}, name, known_at) WHERE {column} IS NOT NULL"
                " DO UPDATE SET value = EXCLUDED.value, confirmed_at = EXCLUDED.confirmed_at"
            ).format(column=column)
            cursor.execute(query, [orjson.dumps(kept).decode()])


def _write_newest(owner: Owner, newest: Mapping[int, Mapping[str, Any]]) -> None:
    """Write the newest values to the owners' rows; null takes an attribute away."""
    rows = [_newest_row(owner, owner_id, values) for owner_id, values in newest.items()]
    if not rows:
        return
    if owner == "lead":
        mark_left_accounts(sorted(who for who, values in newest.items() if ACCOUNT in values))
    columns = COLUMNS[owner] + (("account_id",) if owner == "lead" else ())
    assignments = sql.SQL(", ").join(
        sql.SQL("{name} = CASE WHEN n.columns ? {key} THEN {value} ELSE t.{name} END").format(
            name=sql.Identifier(name),
            key=sql.Literal(name),
            value=sql.SQL("(n.columns->>{key})::bigint").format(key=sql.Literal(name))
            if name == "account_id"
            else sql.SQL("n.columns->>{key}").format(key=sql.Literal(name)),
        )
        for name in columns
    )
    query = sql.SQL(
        "UPDATE {table} t SET attributes = (t.attributes || n.stated) - n.removed, {assignments}"
        " FROM json_to_recordset(%s::json)"
        "   AS n(owner bigint, stated jsonb, removed text[], columns jsonb)"
        " WHERE t.id = n.owner"
    ).format(table=sql.Identifier(f"leads_{owner}"), assignments=assignments)
    with connection.cursor() as cursor:
        cursor.execute(query, [orjson.dumps(rows).decode()])


def _newest_row(owner: Owner, owner_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {
        name: value[: MAX_TEXT[name]] if isinstance(value := values[name], str) else ""
        for name in COLUMNS[owner]
        if name in values
    }
    if owner == "lead" and ACCOUNT in values:
        columns["account_id"] = values[ACCOUNT]
    visible = {name: value for name, value in values.items() if not name.startswith("$")}
    return {
        "owner": owner_id,
        "stated": {name: value for name, value in visible.items() if value is not None},
        "removed": [name for name, value in visible.items() if value is None],
        "columns": columns,
    }


def mark_left_accounts(lead_ids: Sequence[int]) -> None:
    """Ask for new scores of the accounts that these leads belong to and are about to leave.

    Those they come to are marked by whoever scores the leads. Needs the leads' row locks.
    """
    if not lead_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_accountchange AS c (account_id, generation, changed_at, attempts)"
            " SELECT DISTINCT account_id, 1, now(), 0 FROM leads_lead"
            " WHERE id = ANY(%s) AND account_id IS NOT NULL ORDER BY account_id"
            " ON CONFLICT (account_id) DO UPDATE SET generation = c.generation + 1, attempts = 0",
            [list(lead_ids)],
        )
