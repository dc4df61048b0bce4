"""The flip: what is in the buffer becomes everybody's score, in one transaction (docs/adr/0014)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, Value, When

from leads import audit, jobs
from rubrics import claims
from rubrics.claims import LEADS, TABLES, Tables
from rubrics.models import Publication, RubricVersion
from rubrics.models.rubric import VersionStatus


@dataclass(frozen=True, slots=True)
class _Moved:
    """PQLs that came and went by what was moved."""

    entered: int
    left: int


# The order counts: history and marks look at the scores of before.
_TELL = """
WITH told AS (
    INSERT INTO {history} (
        {key}, product_id, rubric_id, version_id, at, fit, behavior, total, is_pql, band, crossed,
        lost, publication_id)
    SELECT n.{key}, %(product)s, n.rubric_id, n.version_id, %(at)s, n.fit, n.behavior, n.total,
           n.is_pql, n.band, n.is_pql AND NOT coalesce(s.is_pql, false),
           coalesce(s.is_pql, false) AND NOT n.is_pql, %(publication)s
    FROM {next} AS n LEFT JOIN {scores} AS s ON s.{key} = n.{key} AND s.product_id = %(product)s
    WHERE n.publication_id = %(publication)s
      AND (s.version_id, s.fit, s.behavior, s.total, s.is_pql, s.band)
        IS DISTINCT FROM (n.version_id, n.fit, n.behavior, n.total, n.is_pql, n.band)
    ORDER BY n.{key}
    RETURNING crossed, lost
)
SELECT count(*) FILTER (WHERE crossed), count(*) FILTER (WHERE lost) FROM told
"""
# Whoever loses the score is looked at once more: scoring finds none, or says why it cannot.
_DROP = """
WITH dropped AS (
    DELETE FROM {scores} AS s WHERE s.product_id = %(product)s AND NOT EXISTS (
        SELECT FROM {next} AS n WHERE n.publication_id = %(publication)s AND n.{key} = s.{key})
    RETURNING s.{key}, s.is_pql
), marked AS (
    INSERT INTO {changes} AS c ({key}, generation, changed_at, attempts)
    SELECT {key}, 1, %(at)s, 0 FROM dropped ORDER BY {key}
    ON CONFLICT ({key}) DO UPDATE SET generation = c.generation + 1, attempts = 0
)
SELECT count(*) FILTER (WHERE is_pql) FROM dropped
"""
# A score by a version that stays, and that is due when it was, is right as it stands.
_MOVE = """
INSERT INTO {scores} AS s (
    {key}, product_id, rubric_id, version_id, at, due_at, fit, fit_low, fit_high, behavior, total,
    is_pql, band, tier, last_activity_at, measures, points, revision, changed_at)
SELECT {key}, %(product)s, rubric_id, version_id, at, due_at, fit, fit_low, fit_high, behavior,
       total, is_pql, band, tier, last_activity_at, measures, points, 1, statement_timestamp()
FROM {next} WHERE publication_id = %(publication)s ORDER BY {key}
ON CONFLICT ({key}, product_id) DO UPDATE SET
    rubric_id = excluded.rubric_id, version_id = excluded.version_id, at = excluded.at,
    due_at = excluded.due_at, fit = excluded.fit, fit_low = excluded.fit_low,
    fit_high = excluded.fit_high, behavior = excluded.behavior, total = excluded.total,
    is_pql = excluded.is_pql, band = excluded.band, tier = excluded.tier,
    last_activity_at = excluded.last_activity_at, measures = excluded.measures,
    points = excluded.points, revision = s.revision + 1, changed_at = excluded.changed_at
WHERE (s.version_id, s.due_at, s.fit, s.behavior, s.total, s.is_pql, s.band)
    IS DISTINCT FROM (excluded.version_id, excluded.due_at, excluded.fit, excluded.behavior,
                      excluded.total, excluded.is_pql, excluded.band)
"""


@transaction.atomic
def flip(publication: Publication, *, at: datetime) -> bool:
    """Let the version score from now on, with the scores that the buffer holds; False if the
    publication is somebody else's now. Needs everybody in the buffer."""
    claims.own_rubrics(publication.product_id)
    if not jobs.ours(publication).select_for_update().exists():
        return False
    publication.flipped_at = at
    moved = list(_move(publication, at))
    go_live(publication, at=at)
    return jobs.finish(
        publication,
        at=at,
        flipped_at=at,
        entered=sum(one.entered for one in moved),
        left=sum(one.left for one in moved),
    )


def _move(publication: Publication, at: datetime) -> Iterator[_Moved]:
    """Move the buffer into the scores; PQLs are counted among leads."""
    values: dict[str, Any] = {
        "publication": publication.pk,
        "product": publication.product_id,
        "at": at,
    }
    for subject in publication.subjects:
        tables = TABLES[subject]
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '64MB'")
            cursor.execute(tables.compose(_TELL), values)
            entered, lost = cursor.fetchone()
            cursor.execute(tables.compose(_DROP), values)
            (dropped,) = cursor.fetchone()
            cursor.execute(tables.compose(_MOVE), values)
        if tables is LEADS:
            yield _Moved(entered, lost + dropped)


def go_live(publication: Publication, *, at: datetime) -> None:
    """The version is the one that scores, the one it replaces is retired. Needs the rubrics."""
    version, before = publication.version, publication.replaces
    if before is not None:
        before.status = VersionStatus.RETIRED
        before.save(update_fields=["status"])
    version.status = VersionStatus.PUBLISHED
    version.published_at = at
    version.published_by_id = publication.asked_by_id
    version.save(update_fields=["status", "published_at", "published_by"])
    audit.record(
        "rolled back" if publication.is_rollback else "published",
        about=version,
        by=publication.asked_by,
        at=at,
        changes=[("version", before.number if before else None, version.number)],
        reason=publication.reason,
    )


def take_back() -> None:
    """Versions whose publication ended without a flip are what they were before."""
    under_way = Publication.objects.running().filter(version=OuterRef("pk"))
    stranded = RubricVersion.objects.filter(~Exists(under_way), status=VersionStatus.PUBLISHING)
    stranded.update(
        status=Case(
            When(published_at=None, then=Value(VersionStatus.DRAFT)),
            default=Value(VersionStatus.RETIRED),
        )
    )


_SWEEP = """
DELETE FROM {next} WHERE id IN (
    SELECT n.id FROM {next} AS n JOIN rubrics_publication AS p ON p.id = n.publication_id
    WHERE p.state <> 'running' ORDER BY n.id LIMIT %(limit)s)
"""


def sweep(tables: Tables, *, limit: int) -> int:
    """Delete up to ``limit`` rows that publications left in the buffer; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(tables.compose(_SWEEP), {"limit": limit})
        return int(cursor.rowcount)
