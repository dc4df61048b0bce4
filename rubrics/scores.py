"""Scoring: measure in SQL, judge in Python, write in one statement.

Live changes, due scores and whole rescores all go through :func:`score_leads`, so they cannot
disagree. A score is written under its lead's row lock, from facts read after the lock was taken:
whoever writes last has seen the most.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import connection, transaction

from leads.models import LeadChange
from rubrics.mappers import Compiled, compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds, LeadRange
from rubrics.models import RubricVersion, Score
from rubrics.scoring.types import Judgement, Measured

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How long a killed worker keeps others from its leads: far above what a batch takes."""
CHUNK = 4000
MAX_ATTEMPTS = 8
"""A lead that cannot be scored so often is left alone until it changes again."""

Progress = Callable[[int, int], None]


def score_due(*, at: datetime, limit: int = 500) -> int:
    """Score up to ``limit`` leads that changed or that time has changed; return how many.

    Harmless twice and in parallel: rows are claimed with a lease. Call until it returns less
    than ``limit``.
    """
    _queue_due(at, limit)
    claims = _claim(at, limit)
    if not claims:
        return 0
    try:
        _score_claimed(claims, at)
    except Exception:
        if len(claims) == 1:
            logger.exception("lead %s cannot be scored", claims[0][0])
            return 1
        logger.warning("a batch of %s leads failed; scoring them one by one", len(claims))
        for claim in claims:
            _score_one_claimed(claim, at)
    return len(claims)


def _score_one_claimed(claim: tuple[int, int], at: datetime) -> None:
    try:
        _score_claimed([claim], at)
    except Exception:
        # Its lease runs out and it is tried again, MAX_ATTEMPTS times.
        logger.exception("lead %s cannot be scored", claim[0])


def _queue_due(at: datetime, limit: int) -> None:
    """Ask for new scores of leads whose scores the clock may have changed.

    Leads already asked for are passed over, so that those that fail never stand before others.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leads_leadchange (lead_id, generation, changed_at, attempts)"
            " SELECT DISTINCT lead_id, 1, %(at)s, 0 FROM (SELECT lead_id FROM rubrics_score AS s"
            " WHERE due_at <= %(at)s AND NOT EXISTS"
            " (SELECT 1 FROM leads_leadchange AS c WHERE c.lead_id = s.lead_id)"
            " ORDER BY due_at LIMIT %(limit)s) AS due ORDER BY lead_id"
            " ON CONFLICT (lead_id) DO NOTHING",
            {"at": at, "limit": limit},
        )


def _claim(at: datetime, limit: int) -> list[tuple[int, int]]:
    """Lease up to ``limit`` changed leads; return (lead id, generation) in id order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE leads_leadchange AS c SET claimed_until = %(until)s,"
            " claimed_generation = c.generation, attempts = c.attempts + 1 FROM ("
            " SELECT lead_id FROM leads_leadchange"
            " WHERE (claimed_until IS NULL OR claimed_until < %(at)s) AND attempts < %(most)s"
            " ORDER BY changed_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED) AS free"
            " WHERE c.lead_id = free.lead_id RETURNING c.lead_id, c.generation",
            {"at": at, "until": at + LEASE, "limit": limit, "most": MAX_ATTEMPTS},
        )
        return sorted(cursor.fetchall())


@transaction.atomic
def _score_claimed(claims: Sequence[tuple[int, int]], at: datetime) -> None:
    lead_ids = [lead_id for lead_id, _ in claims]
    lock_leads(lead_ids)
    for version_id in published_versions():
        score_leads(compiled(version_id), LeadIds(lead_ids, at))
    _forget_merged(lead_ids)
    _rest_unscored(lead_ids, at)
    _finish(claims, at)


_OURS = """
WITH ours AS MATERIALIZED (
    SELECT c.lead_id FROM leads_leadchange AS c
    WHERE c.lead_id = ANY(%(ids)s) AND c.claimed_until = %(until)s ORDER BY c.lead_id FOR UPDATE
)
"""
_FORGET = """
DELETE FROM leads_leadchange AS c
USING ours, unnest(%(ids)s::bigint[], %(generations)s::bigint[]) AS done(id, generation)
WHERE c.lead_id = ours.lead_id AND c.lead_id = done.id AND c.generation = done.generation
"""
_REOPEN = """
UPDATE leads_leadchange AS c SET claimed_until = NULL, attempts = 0
FROM ours WHERE c.lead_id = ours.lead_id
"""


def _finish(claims: Sequence[tuple[int, int]], at: datetime) -> None:
    """Take the marks away, except of leads that changed again meanwhile: those stay open.

    So do those whose lease ran out and that somebody else claimed: generations start over with
    a new mark, so theirs says nothing about ours. In id order, as ingest takes the same locks.
    """
    values: dict[str, Any] = {
        "ids": [lead_id for lead_id, _ in claims],
        "generations": [generation for _, generation in claims],
        "until": at + LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_OURS + _FORGET, values)
        cursor.execute(_OURS + _REOPEN, values)


def _forget_merged(lead_ids: Sequence[int]) -> None:
    """A merged lead owns nothing, so it has no score."""
    Score.objects.filter(lead_id__in=lead_ids, lead__merged_into__isnull=False).delete()


def _rest_unscored(lead_ids: Sequence[int], at: datetime) -> None:
    """What no version scores any more (its trial is gone) is not due again and again."""
    Score.objects.filter(lead_id__in=lead_ids, due_at__lte=at).update(due_at=None)


def lock_leads(lead_ids: Sequence[int]) -> None:
    """Take the leads' row locks, in id order. Ingest of their events is not held up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [list(lead_ids)],
        )


def published_versions() -> list[int]:
    """The ids of the versions that score now."""
    return list(RubricVersion.objects.published().order_by("pk").values_list("pk", flat=True))


def score_leads(version: Compiled, subjects: LeadIds | LeadRange) -> int:
    """Measure, judge and write; return how many leads were scored. Needs their row locks."""
    rows = [
        _row(lead_id, measured, version.judge(measured))
        for lead_id, measured in measure(
            version.version, subjects, product_id=version.product_id, names=version.names
        )
    ]
    if rows:
        _write(version, subjects.at, rows)
    return len(rows)


_Row = tuple[int, int | None, int, int, int, int, int, int, bool, str, str]


def _row(lead_id: int, measured: Measured, judged: Judgement) -> _Row:
    measures = ",".join("NULL" if v is None else repr(v) for v in measured.values)
    return (
        lead_id,
        judged.next_us,
        measured.idle_us,
        judged.fit,
        judged.fit_low,
        judged.fit_high,
        judged.behavior,
        judged.total,
        judged.is_pql,
        f"{{{measures}}}",
        f"{{{','.join(map(str, judged.points))}}}",
    )


_WRITE = """
WITH input AS (
    SELECT t.*, %(at)s::timestamptz AS at
    FROM unnest(%(lead)s::bigint[], %(next)s::bigint[], %(idle)s::bigint[], %(fit)s::int2[],
                %(low)s::int2[], %(high)s::int2[], %(behavior)s::int2[], %(total)s::int2[],
                %(pql)s::bool[], %(measures)s::text[], %(points)s::text[])
      AS t(lead_id, next_us, idle_us, fit, fit_low, fit_high, behavior, total, is_pql,
           measures, points)
), old AS (
    SELECT s.lead_id, s.version_id, s.fit, s.behavior, s.total, s.is_pql
    FROM rubrics_score AS s JOIN input USING (lead_id) WHERE s.rubric_id = %(rubric)s
), written AS (
    INSERT INTO rubrics_score AS s (
        lead_id, rubric_id, version_id, at, due_at, fit, fit_low, fit_high, behavior, total,
        is_pql, last_activity_at, measures, points, revision, changed_at)
    SELECT lead_id, %(rubric)s, %(version)s, at,
           at + next_us * interval '1 microsecond', fit, fit_low, fit_high, behavior, total,
           is_pql, at - idle_us * interval '1 microsecond', measures::float8[], points::int2[],
           1, now()
    FROM input ORDER BY lead_id
    ON CONFLICT (lead_id, rubric_id) DO UPDATE SET
        version_id = excluded.version_id, at = excluded.at, due_at = excluded.due_at,
        fit = excluded.fit, fit_low = excluded.fit_low, fit_high = excluded.fit_high,
        behavior = excluded.behavior, total = excluded.total, is_pql = excluded.is_pql,
        last_activity_at = excluded.last_activity_at, measures = excluded.measures,
        points = excluded.points, revision = s.revision + 1,
        changed_at = CASE
            WHEN (s.version_id, s.fit, s.fit_low, s.fit_high, s.points)
                IS DISTINCT FROM (excluded.version_id, excluded.fit, excluded.fit_low,
                                  excluded.fit_high, excluded.points)
              OR s.behavior <> excluded.behavior
            THEN now() ELSE s.changed_at END
)
INSERT INTO rubrics_scorechange (
    lead_id, rubric_id, version_id, at, fit, behavior, total, is_pql, crossed)
SELECT i.lead_id, %(rubric)s, %(version)s, i.at, i.fit, i.behavior, i.total, i.is_pql,
       i.is_pql AND NOT coalesce(o.is_pql, false)
FROM input AS i LEFT JOIN old AS o USING (lead_id)
WHERE (o.version_id, o.fit, o.behavior, o.total, o.is_pql)
    IS DISTINCT FROM (%(version)s, i.fit, i.behavior, i.total, i.is_pql)
ORDER BY i.lead_id
"""

_COLUMNS = (
    "lead", "next", "idle", "fit", "low", "high", "behavior", "total", "pql", "measures", "points",
)  # fmt: skip


def _write(version: Compiled, at: datetime, rows: Iterable[_Row]) -> None:
    """Write the scores and, where a result differs from before, its change: one statement."""
    columns = zip(*rows, strict=True)
    values = {name: list(column) for name, column in zip(_COLUMNS, columns, strict=True)}
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {**values, "at": at, "rubric": version.rubric_id, "version": version.version_id},
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """Leads of a product by id, both ends included, and how many they are."""

    low: int
    high: int
    leads: int


def chunks(product_id: int, *, after: int = 0, size: int = CHUNK) -> list[Chunk]:
    """Cut a product's leads into id ranges of about equal size: work to share and to resume."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(lead_id), max(lead_id), count(*) FROM ("
            " SELECT lead_id, (row_number() OVER (ORDER BY lead_id) - 1) / %s AS part"
            " FROM leads_trial WHERE product_id = %s AND lead_id > %s) AS parts"
            " GROUP BY part ORDER BY part",
            [size, product_id, after],
        )
        return [Chunk(*row) for row in cursor.fetchall()]


def rescore(
    *,
    version: RubricVersion,
    at: datetime,
    after: int = 0,
    progress: Progress | None = None,
    threads: int = 1,
) -> int:
    """Score every lead of the version's product, chunk by chunk; return how many.

    Each chunk commits on its own; ``after`` (a lead id) resumes an interrupted run.

    Args:
        threads: more than one share the chunks by connections of their own, so that PostgreSQL
            measures one while Python judges another. Not within a transaction: they would not
            see what it has written.
    """
    spec = compiled(version.pk)
    parts = chunks(spec.product_id, after=after)
    total = sum(part.leads for part in parts)
    work = partial(_score_chunk, spec, at)
    done = 0
    for count in map(work, parts) if threads == 1 else _in_threads(work, parts, threads):
        done += count
        if progress is not None:
            progress(done, total)
    return done


def _in_threads(work: Callable[[Chunk], int], parts: list[Chunk], threads: int) -> Iterator[int]:
    def work_and_disconnect(part: Chunk) -> int:
        try:
            return work(part)
        finally:
            connection.close()  # this thread's own; a new one costs little beside a chunk

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work_and_disconnect, parts)


def _score_chunk(spec: Compiled, at: datetime, part: Chunk) -> int:
    with transaction.atomic():
        plan_for_bulk()
        _lock_range(part)
        return score_leads(spec, LeadRange(part.low, part.high, at))


def plan_for_bulk() -> None:
    """A chunk is sorted in memory, and over too soon for compiling its plan to pay."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '32MB'; SET LOCAL jit = off")


def _lock_range(part: Chunk) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT id FROM leads_lead WHERE id BETWEEN %s AND %s"
            " ORDER BY id FOR NO KEY UPDATE) AS locked",
            [part.low, part.high],
        )


def oldest_change() -> datetime | None:
    """Since when the longest waiting change waits: how far behind scoring is."""
    return (
        LeadChange.objects.filter(attempts__lt=MAX_ATTEMPTS)
        .order_by("changed_at")
        .values_list("changed_at", flat=True)
        .first()
    )
