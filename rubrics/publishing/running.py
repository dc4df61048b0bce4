"""The work of a publication: by workers a few seconds at a time, or at once to the end."""

from datetime import datetime, timedelta
from time import monotonic, sleep

from django.contrib.auth.models import AbstractBaseUser

from leads import jobs
from rubrics.claims import TABLES
from rubrics.errors import VersionNotPublishable
from rubrics.models import Publication, RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.proof.reading import is_scoring_behind
from rubrics.publishing.filling import fill_chunk
from rubrics.publishing.flipping import sweep, take_back
from rubrics.publishing.starting import publish_version

PATIENCE = timedelta(seconds=1)
"""A change that waits longer than this for its score goes before a publication."""
SWEPT = 5000
"""Rows of the buffer deleted at a time."""
TO_THE_END = 86_400.0
TRY_AGAIN_SECONDS = 0.2


def publish_some(*, at: datetime, seconds: float, gives_way: bool = False) -> bool:
    """Work on the publications under way for about so long; False if there was nothing to work on.

    Nothing to work on: none is under way, somebody else is at it or, with ``gives_way``, scoring is
    behind. Versions whose publication came to nothing are what they were before, afterwards.
    """
    worked = jobs.work_on(
        Publication.objects.running().select_related("version__rubric", "replaces"),
        fill_chunk,
        at=at,
        seconds=seconds,
        gives_way=_is_scoring_behind if gives_way else None,
    )
    take_back()
    return worked


def _is_scoring_behind(now: datetime) -> bool:
    return is_scoring_behind(now - PATIENCE)


def sweep_buffers(*, seconds: float) -> None:
    """Delete what publications that ended left in the buffer, for about so long."""
    began = monotonic()
    for tables in TABLES.values():
        while sweep(tables, limit=SWEPT) == SWEPT and monotonic() - began < seconds:
            pass


def publish_now(
    version: RubricVersion,
    *,
    by: AbstractBaseUser | None,
    at: datetime,
    reason: str = "",
    override: str = "",
) -> RubricVersion:
    """Publish a draft and return it once it is live; for commands, and whoever can wait.

    Raises:
        VersionNotPublishable: as :func:`publish_version`, or it came to nothing on the way.
    """
    publication = publish_version(version, by=by, at=at, reason=reason, override=override)
    return finish_now(publication, at=at)


def finish_now(publication: Publication, *, at: datetime) -> RubricVersion:
    """Work on a publication to its end, beside workers that may do so too; return its version.

    Raises:
        VersionNotPublishable: it failed, or somebody cancelled it.
    """
    began = monotonic()
    ours = Publication.objects.running().select_related("version__rubric", "replaces")
    ours = ours.filter(pk=publication.pk)
    while ours.exists():
        now = at + timedelta(seconds=monotonic() - began)
        if not jobs.work_on(ours, fill_chunk, at=now, seconds=TO_THE_END):
            sleep(TRY_AGAIN_SECONDS)
    take_back()
    sweep_buffers(seconds=TO_THE_END)
    version = RubricVersion.objects.select_related("rubric").get(pk=publication.version_id)
    if version.status != VersionStatus.PUBLISHED:
        publication.refresh_from_db()
        why = publication.problem or "Its publication was cancelled."
        raise VersionNotPublishable(f"{version} did not go live. {why}")
    return version
