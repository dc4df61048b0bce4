"""Everybody is scored by what is coming, chunk by chunk, into the buffer (docs/adr/0014)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F

from leads import jobs
from rubrics import claims
from rubrics.claims import TABLES
from rubrics.measures.subjects import AccountRange, LeadRange
from rubrics.models import Publication
from rubrics.publishing.flipping import flip
from rubrics.scores import CAUSED, plan_for_bulk, score_panel
from rubrics.scoring.types import Subject
from rubrics.segments import Panel, coming_panel

logger = logging.getLogger(__name__)

CHUNK: Mapping[Subject, int] = {Subject.LEAD: 1000, Subject.ACCOUNT: 200}
"""So many are locked at a time, about a tenth of a second: live scores of them wait."""
MOST_SKIPPED = 100
"""A version that cannot score more than so many is broken, not they."""


class _OursNoMore(Exception):
    """Somebody cancelled the publication, or took it over: what we did is undone."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The next ones to score: everybody of the product with an id in between, ends included."""

    low: int
    high: int
    count: int


_TRYING = {
    Subject.LEAD: "SELECT lead_id AS id FROM leads_trial WHERE product_id = %(product)s",
    # Grouped by account along its index, so that a limit is reached without reading them all.
    Subject.ACCOUNT: (
        "SELECT l.account_id AS id FROM leads_lead AS l WHERE l.account_id > %(after)s AND EXISTS ("
        "SELECT FROM leads_trial AS t WHERE t.lead_id = l.id AND t.product_id = %(product)s)"
        " GROUP BY l.account_id"
    ),
}
_NEXT = """
SELECT min(id), max(id), count(*) FROM (
    SELECT id FROM ({}) AS trying WHERE id > %(after)s ORDER BY id LIMIT %(size)s) AS part
"""


def count_trying(product_id: int, subject: Subject) -> int:
    """How many leads, or accounts, of a product there are to score."""
    part = _next_part(product_id, subject, after=0, size=None)
    return part.count if part else 0


def _next_part(product_id: int, subject: Subject, *, after: int, size: int | None) -> _Part | None:
    with connection.cursor() as cursor:
        values = {"product": product_id, "after": after, "size": size}
        cursor.execute(_NEXT.format(_TRYING[subject]), values)
        row = cursor.fetchone()
    return _Part(*row) if row[2] else None


def fill_chunk(publication: Publication, at: datetime) -> bool:
    """Go one chunk on, or flip once everybody is in the buffer; False at the end, or if the
    publication is somebody else's now."""
    subject = Subject(publication.part)
    part = _next_part(publication.product_id, subject, after=publication.after, size=CHUNK[subject])
    if part is not None:
        return _fill(publication, subject, part, at)
    following = publication.subjects[publication.subjects.index(subject) + 1 :]
    if following:
        publication.part, publication.after = following[0], 0
        return jobs.advance(publication, part=publication.part, after=0)
    flip(publication, at=at)
    return False


def _fill(publication: Publication, subject: Subject, part: _Part, at: datetime) -> bool:
    panel = coming_panel(publication, subject)
    try:
        with transaction.atomic():
            plan_for_bulk()
            claims.lock_range(TABLES[subject], part.low, part.high)
            skipped = _score(panel, part.low, part.high, at)
            moved = jobs.advance(
                publication, done=part.count, after=part.high, skipped=F("skipped") + skipped
            )
            if not moved:
                raise _OursNoMore
    except _OursNoMore:
        return False
    publication.after = part.high
    publication.skipped += skipped
    if publication.skipped > MOST_SKIPPED:
        raise jobs.JobFailed(
            f"The version cannot score {publication.skipped:,} leads or accounts; the worker's log "
            "says whom and why. Mend the draft and publish it again."
        )
    return True


def _score(panel: Panel, low: int, high: int, at: datetime) -> int:
    """Score the range; return how many cannot be. They are found by halving it."""
    of_range = LeadRange if panel.subject is Subject.LEAD else AccountRange
    try:
        with transaction.atomic():
            score_panel(panel, of_range(low, high, at))
        return 0
    except (OperationalError, InterfaceError):
        raise
    except CAUSED:
        if low == high:
            message = "%s %s cannot be scored for publication %s"
            logger.exception(message, panel.subject, low, panel.publication_id)
            return 1
    middle = (low + high) // 2
    return _score(panel, low, middle, at) + _score(panel, middle + 1, high, at)
