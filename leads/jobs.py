"""The life of a job: claimed with a lease, worked on a few seconds at a time, done. Kill it
anywhere: the next worker goes on from the last chunk (reliability rule 5)."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic
from typing import TypeVar

from django.db import transaction
from django.db.models import F, Q, QuerySet

from leads.conflicts import lost_to_another
from leads.models.job import Job, JobState

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a killed worker keeps others from its job: far above what a chunk takes."""
MAX_ATTEMPTS = 5
"""A chunk that goes wrong so often fails its job."""

JobT = TypeVar("JobT", bound=Job)
Step = Callable[[JobT, datetime], bool]
"""Goes one chunk on and keeps it with :func:`advance`; False at the end, or if the job is somebody
else's now."""


class JobFailed(Exception):
    """The job cannot come to an end, and trying again will not help; says why to people."""


def work_on(
    jobs: QuerySet[JobT],
    step: Step[JobT],
    *,
    at: datetime,
    seconds: float,
    gives_way: Callable[[datetime], bool] | None = None,
) -> bool:
    """Work on the oldest free job of ``jobs`` for about so long; False if there was none.

    Args:
        jobs: running ones, in the order they are taken up.
        gives_way: asked before each chunk; True stops here, and leaves the rest for later.
    """
    began = monotonic()
    if gives_way is not None and gives_way(at):
        return False
    job = _claim(jobs, at)
    if job is None:
        return False
    now = at
    try:
        while step(job, now) and monotonic() - began < seconds:
            now = at + timedelta(seconds=monotonic() - began)
            if gives_way is not None and gives_way(now):
                break
    except JobFailed as error:
        finish(job, at=now, state=JobState.FAILED, problem=str(error))
    except Exception as error:
        if lost_to_another(error):
            # Merges find whom they must lock as they go. Nothing is wrong with the chunk.
            logger.info("%s %s lets another one through", type(job).__name__, job.pk)
        else:
            _count_error(job, now)
            raise
    finally:
        _release(job)
    return True


@transaction.atomic
def _claim(jobs: QuerySet[JobT], at: datetime) -> JobT | None:
    free = jobs.filter(Q(claimed_until=None) | Q(claimed_until__lt=at))
    job = free.select_for_update(skip_locked=True, of=("self",)).first()
    if job is not None:
        job.claimed_until = at + LEASE
        job.save(update_fields=["claimed_until"])
    return job


def _release(job: Job) -> None:
    ours(job).update(claimed_until=None)


def ours(job: JobT) -> QuerySet[JobT]:
    """The job's row, as long as nobody stopped it or took it over."""
    manager = type(job)._default_manager
    return manager.filter(state=JobState.RUNNING, pk=job.pk, claimed_until=job.claimed_until)


def advance(job: Job, *, done: int = 0, **values: object) -> bool:
    """Count ``done`` more and set ``values``, in the chunk's transaction; False if the job is
    somebody else's now: then what the chunk found must not be kept."""
    return ours(job).update(attempts=0, done=F("done") + done, **values) == 1


def hold(job: Job, *, at: datetime) -> bool:
    """Keep a job for another lease, in the midst of a step that takes long; False if it is somebody
    else's now."""
    until = at + LEASE
    if not ours(job).update(claimed_until=until):
        return False
    job.claimed_until = until
    return True


def finish(
    job: Job, *, at: datetime, state: JobState = JobState.DONE, problem: str = "", **values: object
) -> bool:
    """End a job that is ours; False if it is somebody else's now."""
    ended = ours(job).update(
        state=state, finished_at=at, claimed_until=None, problem=problem[:500], **values
    )
    return ended == 1


def stop(job: Job, *, at: datetime) -> bool:
    """Give up a job under way; what it found so far stays. False if it had ended."""
    running = type(job)._default_manager.filter(pk=job.pk, state=JobState.RUNNING)
    return running.update(state=JobState.STOPPED, finished_at=at, claimed_until=None) == 1


def resume(job: Job) -> bool:
    """Go on with a job that was stopped or failed, from its last chunk. False if it is neither."""
    ended = type(job)._default_manager.filter(
        pk=job.pk, state__in=(JobState.STOPPED, JobState.FAILED)
    )
    return ended.update(state=JobState.RUNNING, finished_at=None, attempts=0, problem="") == 1


def _count_error(job: Job, at: datetime) -> None:
    """After a few errors in the same chunk the job has failed, and says so."""
    logger.warning("%s %s went wrong", type(job).__name__, job.pk)
    ours(job).update(attempts=F("attempts") + 1)
    if ours(job).filter(attempts__gte=MAX_ATTEMPTS).exists():
        problem = "It went wrong several times in the same place; the worker's log says how."
        finish(job, at=at, state=JobState.FAILED, problem=problem)
