"""What past leads had done, and what was known of them, as of their own moments."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import sql

from rubrics.backtests.examples import Asked
from rubrics.mappers import Compiled
from rubrics.measures.profile import newest_attributes
from rubrics.measures.statement import measure
from rubrics.measures.subjects import Moments
from rubrics.scoring.types import Judgement, Measured

LONGEST_VALUE = 60
# Who somebody is says nothing about who else converts, and has no place in a table of figures.
PERSONAL = frozenset(
    {
        *("email", "phone", "name", "first_name", "last_name", "firstname", "lastname", "username"),
        *("id", "user_id", "external_id", "anonymous_id", "createdat", "created_at", "ip"),
        *("address", "avatar", "website", "linkedin", "domain"),
    }
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A lead as of its moment: by each version what was measured, the ids of the signals it had
    given, and its attributes (and its account's), by name: ``lead.title``, ``account.industry``."""

    asked: Asked
    measured: tuple[Measured, ...]
    signals: tuple[int, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


def measure_past(
    versions: Sequence[Compiled], asked: Sequence[Asked]
) -> list[tuple[Asked, tuple[Measured, ...]]]:
    """Measure leads by each version, as of their moments; those outside of a segment left out."""
    found: list[dict[int, Measured]] = []
    moments = Moments([(one.lead_id, one.at) for one in asked])
    for version in versions if asked else ():
        rows = measure(
            version.version,
            moments,
            product_id=version.product_id,
            names=version.names,
            as_of=True,
            looks_ahead=False,
        )
        segment = version.version.segment
        found.append({pk: row for pk, row in rows if segment is None or segment.met(row.values)})
    return [
        (one, tuple(rows[one.lead_id] for rows in found))
        for one in asked
        if all(one.lead_id in rows for rows in found)
    ]


def judge_past(
    versions: Sequence[Compiled], asked: Sequence[Asked]
) -> list[tuple[Asked, tuple[Judgement, ...]]]:
    """What each version would have said of the leads at their moments."""
    return [
        (one, tuple(version.judge(row) for version, row in zip(versions, rows, strict=True)))
        for one, rows in measure_past(versions, asked)
    ]


def see_past(versions: Sequence[Compiled], asked: Sequence[Asked]) -> list[Seen]:
    """Everything a backtest looks at, of one chunk of leads."""
    measured = measure_past(versions, asked)
    kept = [one for one, _ in measured]
    signals = _signals_seen(kept, list(versions[0].names.signal_ids.values()))
    attributes = _attributes_known(kept)
    return [
        Seen(one, rows, signals.get(one.lead_id, ()), attributes.get(one.lead_id, {}))
        for one, rows in measured
    ]


_SIGNALS = """
SELECT w.id, ARRAY(SELECT DISTINCT h.signal_id FROM leads_hit AS h
    WHERE h.lead_id = w.id AND h.occurred_at <= w.at AND h.signal_id = ANY(%(signals)s::bigint[]))
FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS w(id, at)
"""


def _signals_seen(asked: Sequence[Asked], signals: list[int]) -> dict[int, tuple[int, ...]]:
    if not asked or not signals:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_SIGNALS, {**_moments(asked), "signals": signals})
        return {pk: tuple(sorted(ids)) for pk, ids in cursor.fetchall()}


_ATTRIBUTES = sql.SQL(
    "SELECT w.id, person.known, {account} FROM unnest(%(ids)s::bigint[], %(ats)s::timestamptz[])"
    " AS w(id, at) CROSS JOIN LATERAL (SELECT {lead} AS known OFFSET 0) AS person"
).format(
    lead=newest_attributes("lead_id", sql.SQL("w.id"), sql.SQL("w.at")),
    account=newest_attributes(
        "account_id", sql.SQL("(person.known ->> '$account')::bigint"), sql.SQL("w.at")
    ),
)


def _attributes_known(asked: Sequence[Asked]) -> dict[int, dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTES, _moments(asked))
        return {
            pk: {**_telling("lead", person), **_telling("account", company)}
            for pk, person, company in cursor.fetchall()
        }


def _moments(asked: Sequence[Asked]) -> dict[str, Any]:
    return {"ids": [one.lead_id for one in asked], "ats": [one.at for one in asked]}


def _telling(owner: str, known: str | None) -> dict[str, Any]:
    """The attributes (as JSON) that leads can have in common: no names, no long texts."""
    return {
        f"{owner}.{name}": value
        for name, value in json.loads(known or "{}").items()
        if not name.startswith("$") and name.lower() not in PERSONAL and _is_telling(value)
    }


def _is_telling(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(one, str) and len(one) <= LONGEST_VALUE for one in value)
    if isinstance(value, str):
        return 0 < len(value) <= LONGEST_VALUE and "@" not in value
    return isinstance(value, bool | int | float)
