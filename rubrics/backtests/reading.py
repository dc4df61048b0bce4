"""What past leads, or accounts by their leads, had done, and what was known of them, as of their
own moments."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import sql

from rubrics.backtests.examples import Asked, Chosen, LeftOut, Question
from rubrics.mappers import Compiled
from rubrics.measures.profile import newest_attributes
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountMoments, Moments, Source, source_of
from rubrics.scoring.types import Judgement, Measured, Subject

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
    """A lead, or an account, as of its moment: by each version what was measured, the ids of the
    signals that it (or any of its leads then) had given, and its attributes (a lead's account's
    too), by name: ``lead.title``, ``account.industry``."""

    asked: Asked
    measured: tuple[Measured, ...]
    signals: tuple[int, ...] = ()
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lives:
    """What else is known of a chunk: ``there`` are those that a lead which had signed up belonged
    to at their moment; the ids of the ``signals`` that each had given by then; and those who were
    ``pqls``, for reps to work, while their outcome was awaited (of accounts: had a lead that was).
    """

    there: frozenset[int] = frozenset()
    signals: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    pqls: frozenset[int] = frozenset()


def moments_of(subject: Subject, asked: Sequence[Asked]) -> Moments | AccountMoments:
    """Them as the measuring statement asks for them."""
    moments = [(one.subject_id, one.at) for one in asked]
    return Moments(moments) if subject is Subject.LEAD else AccountMoments(moments)


# Whoever signs up first later stands for an account that nobody has signed up for; not here.
_THERE = sql.SQL("WITH {} SELECT s.id FROM subject AS s WHERE s.started_at <= s.at")


def leave_out_nobody(question: Question, chosen: Chosen) -> None:
    """Leave out accounts that no lead which had signed up belonged to at their moment."""
    if question.subject is Subject.LEAD or not chosen.asked:
        return
    moments = moments_of(question.subject, chosen.asked)
    source = source_of(moments, question.product_id, as_of=True)
    with connection.cursor() as cursor:
        cursor.execute(_THERE.format(source.ctes))
        chosen.leave_out_but({pk for (pk,) in cursor.fetchall()}, LeftOut.NOBODY)


def measure_past(
    versions: Sequence[Compiled], asked: Sequence[Asked]
) -> list[tuple[Asked, tuple[Measured, ...]]]:
    """Measure them by each version, as of their moments; those outside of a segment left out."""
    found: list[dict[int, Measured]] = []
    for version in versions if asked else ():
        rows = measure(
            version.version,
            moments_of(version.version.subject, asked),
            product_id=version.product_id,
            names=version.names,
            as_of=True,
            looks_ahead=False,
        )
        segment = version.version.segment
        found.append({pk: row for pk, row in rows if segment is None or segment.met(row.values)})
    return [
        (one, tuple(rows[one.subject_id] for rows in found))
        for one in asked
        if all(one.subject_id in rows for rows in found)
    ]


def judge_past(
    versions: Sequence[Compiled], asked: Sequence[Asked]
) -> list[tuple[Asked, tuple[Judgement, ...]]]:
    """What each version would have said of them at their moments."""
    return [
        (one, tuple(version.judge(row) for version, row in zip(versions, rows, strict=True)))
        for one, rows in measure_past(versions, asked)
    ]


def see_past(
    versions: Sequence[Compiled],
    asked: Sequence[Asked],
    lives: Lives | None = None,
) -> list[Seen]:
    """Everything a backtest looks at, of one chunk. The versions score the same subject.

    Args:
        lives: what was read of them already, if it was.
    """
    measured = measure_past(versions, asked)
    kept = [one for one, _ in measured]
    signals = _signals_given(versions[0], kept) if lives is None else lives.signals
    attributes = _attributes_known(versions[0].version.subject, kept)
    return [
        Seen(one, rows, signals.get(one.subject_id, ()), attributes.get(one.subject_id, {}))
        for one, rows in measured
    ]


_GIVEN = sql.SQL(
    "SELECT {key} AS id, array_agg(DISTINCT h.signal_id) AS signals FROM {hits}"
    " WHERE {scope} AND h.occurred_at <= s.at AND h.signal_id = ANY({signals}::bigint[])"
    " GROUP BY {key}"
)


def _given_sql(version: Compiled, source: Source) -> sql.Composed:
    return _GIVEN.format(
        key=source.hits.key,
        hits=source.hits.source,
        scope=source.hits.scope,
        signals=sql.Literal(list(version.names.signal_ids.values())),
    )


def _signals_given(version: Compiled, asked: Sequence[Asked]) -> dict[int, tuple[int, ...]]:
    if not asked:
        return {}
    moments = moments_of(version.version.subject, asked)
    source = source_of(moments, version.product_id, as_of=True)
    given = _given_sql(version, source)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("WITH {} {}").format(source.ctes, given))
        return {pk: tuple(sorted(ids)) for pk, ids in cursor.fetchall()}


_PEOPLE: Mapping[Subject, str] = {
    Subject.LEAD: "SELECT id, id AS lead_id, at FROM subject",
    Subject.ACCOUNT: "SELECT account_id AS id, lead_id, at FROM member",
}
# All at once: to find out who belonged to an account then costs as much as the rest.
_LIVES = sql.SQL(
    "WITH {ctes}, given AS ({given}), pql AS (SELECT DISTINCT m.id FROM ({people}) AS m"
    " JOIN rubrics_scorechange AS c ON c.lead_id = m.lead_id AND c.product_id = {product}"
    " AND c.is_pql AND c.at <= m.at + make_interval(days => {horizon}))"
    " SELECT s.id, s.started_at <= s.at, given.signals, pql.id IS NOT NULL FROM subject AS s"
    " LEFT JOIN given ON given.id = s.id LEFT JOIN pql ON pql.id = s.id"
)


def read_lives(question: Question, version: Compiled, asked: Sequence[Asked]) -> Lives:
    """What a chunk's leads had done, besides what the version measures."""
    if not asked:
        return Lives()
    moments = moments_of(question.subject, asked)
    source = source_of(moments, question.product_id, as_of=True)
    with connection.cursor() as cursor:
        cursor.execute(
            _LIVES.format(
                ctes=source.ctes,
                given=_given_sql(version, source),
                people=sql.SQL(_PEOPLE[question.subject]),
                product=sql.Literal(question.product_id),
                horizon=sql.Literal(question.horizon_days),
            )
        )
        rows = cursor.fetchall()
    return Lives(
        there=frozenset(pk for pk, is_there, *_ in rows if is_there),
        signals={pk: tuple(sorted(ids)) for pk, _, ids, _ in rows if ids},
        pqls=frozenset(pk for pk, *_, was_pql in rows if was_pql),
    )


_ID, _AT = sql.SQL("w.id"), sql.SQL("w.at")
_WANTED = sql.SQL("unnest(%(ids)s::bigint[], %(ats)s::timestamptz[]) AS w(id, at)")
_ATTRIBUTES: Mapping[Subject, sql.Composed] = {
    Subject.LEAD: sql.SQL(
        "SELECT w.id, person.known, {account} FROM {wanted}"
        " CROSS JOIN LATERAL (SELECT {lead} AS known OFFSET 0) AS person"
    ).format(
        wanted=_WANTED,
        lead=newest_attributes("lead_id", _ID, _AT),
        account=newest_attributes(
            "account_id", sql.SQL("(person.known ->> '$account')::bigint"), _AT
        ),
    ),
    Subject.ACCOUNT: sql.SQL("SELECT w.id, NULL, {} FROM {}").format(
        newest_attributes("account_id", _ID, _AT), _WANTED
    ),
}


def _attributes_known(subject: Subject, asked: Sequence[Asked]) -> dict[int, dict[str, Any]]:
    values: dict[str, Any] = {
        "ids": [one.subject_id for one in asked],
        "ats": [one.at for one in asked],
    }
    with connection.cursor() as cursor:
        cursor.execute(_ATTRIBUTES[subject], values)
        return {
            pk: {**_telling("lead", person), **_telling("account", company)}
            for pk, person, company in cursor.fetchall()
        }


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
