"""Scoring: measure in SQL, judge in Python, write in one statement.

Live changes, due scores and whole rescores all go through :func:`score_panel`, so they cannot
disagree; leads and accounts go the same way. A score is written under its lead's (or account's) row
lock, from facts read after the lock was taken: whoever writes last has seen the most.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connection,
    transaction,
)

from leads.conflicts import lost_to_another
from rubrics import claims
from rubrics.claims import ACCOUNTS, LEADS, TABLES, Claim, Tables
from rubrics.mappers import Compiled, compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import (
    AccountIds,
    AccountRange,
    LeadIds,
    LeadRange,
    subjects_of,
)
from rubrics.models import RubricVersion
from rubrics.scoring.types import Subject
from rubrics.segments import Panel, choose, coming_panels, panel_of, published_panels
from rubrics.writing import drop_other_next, drop_others, row_of, write

logger = logging.getLogger(__name__)

CHUNK = {Subject.LEAD: 4000, Subject.ACCOUNT: 500}
MAX_CONFLICTS = 4
"""How often a chunk of a rescore lets a merge through before it gives up."""

# What one lead or version can be the cause of. A lost connection is nobody's fault and goes up.
CAUSED = (ArithmeticError, DatabaseError, LookupError, TypeError, ValueError)

Progress = Callable[[int, int], None]
Several = LeadIds | LeadRange | AccountIds | AccountRange
"""Leads or accounts to score, all as of one moment."""


def score_due(*, at: datetime, limit: int = 500) -> int:
    """Score up to ``limit`` leads that changed or that time has changed, then as many accounts.

    Harmless twice and in parallel: rows are claimed with a lease. Returns how many were scored;
    call until it is less than ``limit``.
    """
    return _score_waiting(LEADS, at, limit) + _score_waiting(ACCOUNTS, at, limit)


def _score_waiting(tables: Tables, at: datetime, limit: int) -> int:
    claims.queue_due(tables, at=at, limit=limit)
    claimed = claims.claim(tables, at=at, limit=limit)
    if not claimed:
        return 0
    try:
        _score_claimed(tables, claimed, at)
    except Exception:
        if len(claimed) == 1:
            logger.exception("%s %s cannot be scored", tables.subject, claimed[0][0])
            return 1
        logger.warning("a batch of %s %ss failed; one by one", len(claimed), tables.subject)
        for one in claimed:
            _score_one_claimed(tables, one, at)
    return len(claimed)


def _score_one_claimed(tables: Tables, claim: Claim, at: datetime) -> None:
    try:
        _score_claimed(tables, [claim], at)
    except Exception:
        # Its lease runs out and it is tried again, MAX_ATTEMPTS times.
        logger.exception("%s %s cannot be scored", tables.subject, claim[0])


@transaction.atomic
def _score_claimed(tables: Tables, claimed: Sequence[Claim], at: datetime) -> None:
    ids = [subject_id for subject_id, _ in claimed]
    claims.lock(tables, ids)
    claims.share_rubrics()
    panels = published_panels()
    coming = coming_panels(panels)
    scored = [
        (subject_id, panel.product_id)
        for panel in panels
        if panel.subject is tables.subject
        for subject_id in score_panel(panel, subjects_of(tables.subject, ids, at))
    ]
    drop_others(tables, ids, scored)
    for panel in coming:
        if panel.subject is tables.subject:
            _score_next(panel, tables, ids, at)
    if tables is LEADS and any(panel.subject is Subject.ACCOUNT for panel in [*panels, *coming]):
        claims.mark_accounts_of(ids, at=at)
    claims.finish(tables, claimed, at=at)


def _score_next(panel: Panel, tables: Tables, ids: Sequence[int], at: datetime) -> None:
    """Keep the buffer of a publication fresh; what cannot be scored for it is left out.

    A version that is not live yet must not stand in the way of those that are.
    """
    assert panel.publication_id is not None
    scored: list[int] = []
    try:
        with transaction.atomic():
            scored = score_panel(panel, subjects_of(tables.subject, ids, at))
    except (OperationalError, InterfaceError):
        raise
    except CAUSED:
        if len(ids) > 1:
            for one in ids:
                _score_next(panel, tables, [one], at)
            return
        message = "%s %s cannot be scored for publication %s"
        logger.exception(message, tables.subject, ids[0], panel.publication_id)
    drop_other_next(tables, ids, scored, publication_id=panel.publication_id)


def score_panel(panel: Panel, subjects: Several, *, only: int | None = None) -> list[int]:
    """Score each subject by the version of the panel that its segment picks.

    Needs their row locks. Returns the ids of those scored; of no segment, or without the product,
    are the others. A panel that is coming scores into the buffer of its publication.

    Args:
        only: a version's id; what other versions score stays as it is.
    """
    if not panel.versions:
        return []
    score = score_by
    if panel.publication_id is not None:
        score = partial(score_by, publication_id=panel.publication_id)
    if panel.is_plain:
        return score(panel.versions[0], subjects)
    choice = choose(panel, subjects)
    scored: list[int] = []
    for version in panel.versions:
        ids = choice.ids[version.version_id]
        if ids and only in (None, version.version_id):
            part = (
                subjects if choice.is_for_all(ids) else subjects_of(panel.subject, ids, subjects.at)
            )
            scored += score(version, part, choice.next_us)
    return scored


def score_by(
    version: Compiled,
    subjects: Several,
    choice_next_us: Mapping[int, int] | None = None,
    *,
    publication_id: int | None = None,
) -> list[int]:
    """Measure, judge and write; return the ids of those scored. Needs their row locks.

    Args:
        choice_next_us: how long until another version may have to score them, where time decides.
        publication_id: the buffer to write to; None for the scores that people see.
    """
    until = choice_next_us or {}
    rows = []
    for subject_id, measured in measure(
        version.version, subjects, product_id=version.product_id, names=version.names
    ):
        judged = version.judge(measured)
        next_us = judged.next_us
        if subject_id in until and (next_us is None or until[subject_id] < next_us):
            next_us = until[subject_id]
        rows.append(row_of(subject_id, measured, judged, next_us))
    if rows:
        write(version, subjects.at, rows, publication_id=publication_id)
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Leads, or accounts, of a product by id, both ends included, and how many they are."""

    low: int
    high: int
    count: int


_TRYING = {
    Subject.LEAD: "SELECT lead_id AS id FROM leads_trial WHERE product_id = %(product)s",
    Subject.ACCOUNT: (
        "SELECT a.id FROM leads_account AS a WHERE EXISTS (SELECT FROM leads_lead AS l"
        " JOIN leads_trial AS t ON t.lead_id = l.id"
        " WHERE l.account_id = a.id AND t.product_id = %(product)s)"
    ),
}
_PARTS = """
SELECT min(id), max(id), count(*) FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %(size)s AS part
    FROM (SELECT id FROM ({}) AS trying WHERE id > %(after)s ORDER BY id LIMIT %(limit)s)
        AS next) AS parts
GROUP BY part ORDER BY part
"""
_COUNT = "SELECT count(*) FROM ({}) AS trying"


def chunks(
    product_id: int,
    *,
    subject: Subject = Subject.LEAD,
    after: int = 0,
    size: int | None = None,
    most: int | None = None,
) -> list[Chunk]:
    """Cut a product's leads, or accounts, into id ranges of about equal size: the first ``most``
    of them if it is given.

    Work to share and to resume.
    """
    size = size or CHUNK[subject]
    limit = None if most is None else most * size
    with connection.cursor() as cursor:
        values = {"product": product_id, "after": after, "size": size, "limit": limit}
        cursor.execute(_PARTS.format(_TRYING[subject]), values)
        return [Chunk(*row) for row in cursor.fetchall()]


def count_trying(product_id: int, subject: Subject) -> int:
    """How many leads, or accounts, try the product."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(_TRYING[subject]), {"product": product_id})
        return int(cursor.fetchone()[0])


def rescore(
    *,
    version: RubricVersion,
    at: datetime,
    after: int = 0,
    progress: Progress | None = None,
    threads: int = 1,
) -> int:
    """Score everybody whom the version scores, chunk by chunk; return how many.

    Each chunk commits on its own; ``after`` (an id) resumes an interrupted run. Where the version
    scores no longer, its scores are another's business: nothing is written.

    Args:
        progress: called after each chunk with how many have been seen to, of how many.
        threads: more than one share the chunks by connections of their own, so that PostgreSQL
            measures one while Python judges another. Not within a transaction: they would not
            see what it has written.
    """
    spec = compiled(version.pk)
    parts = chunks(spec.product_id, subject=spec.version.subject, after=after)
    total = sum(part.count for part in parts)
    work = partial(_score_chunk, spec, at)
    counts = map(work, parts) if threads == 1 else _in_threads(work, parts, threads)
    seen = scored = 0
    for part, count in zip(parts, counts, strict=True):
        seen += part.count
        scored += count
        if progress is not None:
            progress(seen, total)
    return scored


def _in_threads(work: Callable[[Chunk], int], parts: list[Chunk], threads: int) -> Iterator[int]:
    def work_and_disconnect(part: Chunk) -> int:
        try:
            return work(part)
        finally:
            connection.close()  # this thread's own; a new one costs little beside a chunk

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work_and_disconnect, parts)


def _score_chunk(version: Compiled, at: datetime, part: Chunk) -> int:
    for _ in range(MAX_CONFLICTS):
        try:
            return _score_all_of(version, at, part)
        except OperationalError as error:
            if not lost_to_another(error):
                raise
    return _score_all_of(version, at, part)


def _score_all_of(version: Compiled, at: datetime, part: Chunk) -> int:
    subject = version.version.subject
    of_range = LeadRange if subject is Subject.LEAD else AccountRange
    with transaction.atomic():
        plan_for_bulk()
        claims.lock_range(TABLES[subject], part.low, part.high)
        claims.share_rubrics()
        if not RubricVersion.objects.published().filter(pk=version.version_id).exists():
            return 0
        subjects = of_range(part.low, part.high, at)
        return len(score_panel(panel_of(version), subjects, only=version.version_id))


def plan_for_bulk() -> None:
    """A chunk is sorted in memory, and over too soon for compiling its plan to pay."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '32MB'; SET LOCAL jit = off")


def oldest_change() -> datetime | None:
    """Since when the longest waiting change waits: how far behind scoring is."""
    waiting: Iterable[datetime | None] = map(claims.oldest_waiting, TABLES.values())
    return min((moment for moment in waiting if moment is not None), default=None)
