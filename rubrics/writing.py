"""Writes scores and, where a result differs from before, its change: one statement a version."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from rubrics.claims import TABLES, Tables
from rubrics.mappers import Compiled
from rubrics.scoring.types import Judgement, Measured, Subject

Row = tuple[
    int, int | None, int, int, int, int, int, int, bool, int | None, int | None, str, str
]  # fmt: skip
"""One result, its values in the order of ``_COLUMNS``."""

_COLUMNS = (
    "id", "next", "idle", "fit", "low", "high", "behavior", "total", "pql", "band", "tier",
    "measures", "points",
)  # fmt: skip

_INPUT = """
WITH input AS (
    SELECT t.*, %(at)s::timestamptz AS at
    FROM unnest(%(id)s::bigint[], %(next)s::bigint[], %(idle)s::bigint[], %(fit)s::int2[],
                %(low)s::int2[], %(high)s::int2[], %(behavior)s::int2[], %(total)s::int2[],
                %(pql)s::bool[], %(band)s::int2[], %(tier)s::int2[], %(measures)s::text[],
                %(points)s::text[])
      AS t({key}, next_us, idle_us, fit, fit_low, fit_high, behavior, total, is_pql, band, tier,
           measures, points)
)
"""
# A product's first version is live before anybody has a score. Who tried the product by then and is
# a PQL at once is so by its doing, as others are by a later one's flip: a digest tells of them.
_FIRST = {
    Subject.LEAD: """
    CASE WHEN o.version_id IS NULL AND i.is_pql THEN (
        SELECT p.id FROM rubrics_publication AS p
        WHERE p.version_id = %(version)s AND p.flipped_at = p.started_at
          AND i.at < p.flipped_at + interval '1 day'
          AND EXISTS (SELECT FROM leads_trial AS t WHERE t.lead_id = i.lead_id
                      AND t.product_id = %(product)s AND t.started_at < p.flipped_at)
        LIMIT 1) END
""",
    Subject.ACCOUNT: "NULL::bigint",
}
# A lead that moves to another segment keeps its row: it is found by its product.
_WRITE = f"""{_INPUT}
, old AS (
    SELECT s.{{key}}, s.version_id, s.fit, s.behavior, s.total, s.is_pql, s.band
    FROM {{scores}} AS s JOIN input USING ({{key}}) WHERE s.product_id = %(product)s
), written AS (
    INSERT INTO {{scores}} AS s (
        {{key}}, product_id, rubric_id, version_id, at, due_at, fit, fit_low, fit_high, behavior,
        total, is_pql, band, tier, last_activity_at, measures, points, revision, changed_at)
    SELECT {{key}}, %(product)s, %(rubric)s, %(version)s, at,
           at + next_us * interval '1 microsecond', fit, fit_low, fit_high, behavior, total,
           is_pql, band, tier, at - idle_us * interval '1 microsecond', measures::float8[],
           points::int2[], 1, now()
    FROM input ORDER BY {{key}}
    ON CONFLICT ({{key}}, product_id) DO UPDATE SET
        rubric_id = excluded.rubric_id, version_id = excluded.version_id,
        at = excluded.at, due_at = excluded.due_at,
        fit = excluded.fit, fit_low = excluded.fit_low, fit_high = excluded.fit_high,
        behavior = excluded.behavior, total = excluded.total, is_pql = excluded.is_pql,
        band = excluded.band, tier = excluded.tier,
        last_activity_at = excluded.last_activity_at, measures = excluded.measures,
        points = excluded.points, revision = s.revision + 1,
        changed_at = CASE
            WHEN (s.version_id, s.fit, s.fit_low, s.fit_high, s.points)
                IS DISTINCT FROM (excluded.version_id, excluded.fit, excluded.fit_low,
                                  excluded.fit_high, excluded.points)
              OR s.behavior <> excluded.behavior
            THEN now() ELSE s.changed_at END
)
INSERT INTO {{history}} (
    {{key}}, product_id, rubric_id, version_id, at, fit, behavior, total, is_pql, band, crossed,
    lost, publication_id)
SELECT i.{{key}}, %(product)s, %(rubric)s, %(version)s, i.at, i.fit, i.behavior, i.total, i.is_pql,
       i.band, i.is_pql AND NOT coalesce(o.is_pql, false),
       coalesce(o.is_pql, false) AND NOT i.is_pql, <publication>
FROM input AS i LEFT JOIN old AS o USING ({{key}})
WHERE (o.version_id, o.fit, o.behavior, o.total, o.is_pql, o.band)
    IS DISTINCT FROM (%(version)s, i.fit, i.behavior, i.total, i.is_pql, i.band)
ORDER BY i.{{key}}
"""  # noqa: S608  fixed text
_WRITE_OF = {subject: _WRITE.replace("<publication>", first) for subject, first in _FIRST.items()}
_WRITE_NEXT = f"""{_INPUT}
INSERT INTO {{next}} (
    {{key}}, publication_id, rubric_id, version_id, at, due_at, fit, fit_low, fit_high, behavior,
    total, is_pql, band, tier, last_activity_at, measures, points)
SELECT {{key}}, %(publication)s, %(rubric)s, %(version)s, at,
       at + next_us * interval '1 microsecond', fit, fit_low, fit_high, behavior, total, is_pql,
       band, tier, at - idle_us * interval '1 microsecond', measures::float8[], points::int2[]
FROM input ORDER BY {{key}}
ON CONFLICT ({{key}}, publication_id) DO UPDATE SET
    rubric_id = excluded.rubric_id, version_id = excluded.version_id, at = excluded.at,
    due_at = excluded.due_at, fit = excluded.fit, fit_low = excluded.fit_low,
    fit_high = excluded.fit_high, behavior = excluded.behavior, total = excluded.total,
    is_pql = excluded.is_pql, band = excluded.band, tier = excluded.tier,
    last_activity_at = excluded.last_activity_at, measures = excluded.measures,
    points = excluded.points
"""  # noqa: S608  fixed text
_DROP = """
DELETE FROM {scores} AS s WHERE s.{key} = ANY(%(ids)s) AND NOT EXISTS (
    SELECT 1 FROM unnest(%(scored)s::bigint[], %(products)s::bigint[]) AS done(id, product_id)
    WHERE done.id = s.{key} AND done.product_id = s.product_id)
"""
_DROP_NEXT = """
DELETE FROM {next} WHERE {key} = ANY(%(ids)s) AND publication_id = %(publication)s
    AND {key} <> ALL(%(scored)s)
"""


def row_of(subject_id: int, measured: Measured, judged: Judgement, next_us: int | None) -> Row:
    """One result as :func:`write` takes it; ``next_us`` is when it is due again."""
    return (
        subject_id,
        next_us,
        measured.idle_us,
        judged.fit,
        judged.fit_low,
        judged.fit_high,
        judged.behavior,
        judged.total,
        judged.is_pql,
        judged.band,
        judged.tier,
        _texts_of(_MEASURES, measured.values),
        _texts_of(_POINTS, judged.points),
    )


class _Texts(dict[float | None, str]):
    """The texts of numbers, the first few thousand of them remembered: most are 0, 1 or 10, and
    making a number's text takes several times as long as finding it."""

    MOST = 4096

    def __missing__(self, number: float | None) -> str:
        text = "NULL" if number is None else str(number)
        if len(self) < self.MOST:
            self[number] = text
        return text


_MEASURES, _POINTS = _Texts(), _Texts()  # apart, for 1 and 1.0 are one key


def _texts_of(texts: _Texts, numbers: Iterable[float | None]) -> str:
    """Few numbers as the text of an array."""
    return "{" + ",".join(map(texts.__getitem__, numbers)) + "}"


def write(
    version: Compiled, at: datetime, rows: Iterable[Row], *, publication_id: int | None = None
) -> None:
    """Write results, at least one, over what the product gave before. Needs their row locks.

    Args:
        publication_id: write them to the buffer of this publication, where nobody sees them yet.
    """
    *numbers, measures, points = zip(*rows, strict=True)
    columns = [*map(_array, numbers), _array_of_texts(measures), _array_of_texts(points)]
    tables = TABLES[version.version.subject]
    statement = _WRITE_OF[tables.subject] if publication_id is None else _WRITE_NEXT
    with connection.cursor() as cursor:
        cursor.execute(
            tables.compose(statement),
            {
                **dict(zip(_COLUMNS, columns, strict=True)),
                "publication": publication_id,
                "at": at,
                "product": version.product_id,
                "rubric": version.rubric_id,
                "version": version.version_id,
            },
        )


def _array(numbers: Iterable[float | None]) -> str:
    """An array as PostgreSQL reads it. Python's own text of a list of numbers and None is nearly
    that, and made several times as fast as by adapting each element."""
    return "{" + str(list(numbers))[1:-1].replace("None", "NULL") + "}"


def _array_of_texts(arrays: Iterable[str]) -> str:
    return '{"' + '","'.join(arrays) + '"}'


def drop_others(tables: Tables, ids: Iterable[int], scored: Iterable[tuple[int, int]]) -> None:
    """Delete the scores of ``ids`` that nothing gives any more.

    Their lead was merged, belongs to no segment, or left the product; their account is empty.

    Args:
        scored: (id, product id) of what was scored just now, and stays.
    """
    pairs = list(scored)
    with connection.cursor() as cursor:
        cursor.execute(
            tables.compose(_DROP),
            {
                "ids": list(ids),
                "scored": [subject_id for subject_id, _ in pairs],
                "products": [product_id for _, product_id in pairs],
            },
        )


def drop_other_next(
    tables: Tables, ids: Iterable[int], scored: Iterable[int], *, publication_id: int
) -> None:
    """The same in the buffer of a publication: of ``ids`` only those ``scored`` stay."""
    with connection.cursor() as cursor:
        cursor.execute(
            tables.compose(_DROP_NEXT),
            {"ids": list(ids), "scored": list(scored), "publication": publication_id},
        )
