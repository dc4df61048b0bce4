"""The life of a backtest: leads (or accounts) measured, judged and counted chunk by chunk; what was
counted put together into figures; then the weights. Kill it anywhere: the next worker goes on from
there."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q

from leads import jobs
from leads.models import JobState, Outcome
from rubrics.backtests.examples import Asked, LeftOut, MomentKind, Question, choose
from rubrics.backtests.keeping import keep, put_together, read_cases, share_late
from rubrics.backtests.past import count_past, read_ages, read_past
from rubrics.backtests.reading import read_lives, see_past
from rubrics.backtests.report import Tally, weights_report
from rubrics.backtests.starting import NONE_THERE
from rubrics.backtests.warnings import Circumstances
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.measures import SpecError
from rubrics.models import Backtest
from rubrics.models.backtest import BacktestPart
from rubrics.proof.reading import is_scoring_behind
from rubrics.scoring.types import Subject

CHUNK = {Subject.LEAD: 2000, Subject.ACCOUNT: 500}
PATIENCE = timedelta(seconds=1)
"""A change that waits longer than this for its score goes before the backtest."""
LATE = timedelta(days=30)
HELD_EVERY = 50
"""Chunks put together."""


def backtest_some(*, at: datetime, seconds: float, gives_way: bool = False) -> bool:
    """Work on the oldest free backtest for about so long; False if there was nothing to work on."""
    return jobs.work_on(
        Backtest.objects.running(),
        _Step(),
        at=at,
        seconds=seconds,
        gives_way=(lambda now: is_scoring_behind(now - PATIENCE)) if gives_way else None,
    )


def question_of(job: Backtest, product_id: int) -> Question:
    """What the backtest asks."""
    return Question(
        product_id=product_id,
        since=job.since,
        until=job.until,
        known_until=job.known_until,
        moment=MomentKind(job.moment),
        days=job.days,
        horizon_days=job.horizon_days,
        kinds=tuple(job.kinds),
        ages=tuple(timedelta(seconds=age) for age in job.ages),
        subject=Subject(job.subject),
    )


class _Step:
    """Goes one chunk on; the versions are compiled once a ring."""

    def __init__(self) -> None:
        self.versions: list[Compiled] = []

    def __call__(self, job: Backtest, at: datetime) -> bool:
        """False at the end, or if the backtest is ours no more."""
        versions = self.versions = self.versions or _versions(job)
        question = question_of(job, versions[0].product_id)
        if not job.total:
            return _begin(job, question)
        if job.part == BacktestPart.LEADS:
            return _measure_chunk(job, versions, question)
        if job.part == BacktestPart.FIGURES:
            tally = _tally(job, versions, at)
            job.results = tally.report(question, _circumstances(job, question))
            job.part = BacktestPart.WEIGHTS
            return jobs.advance(job, part=job.part, results=job.results)
        cases = read_cases(job, versions[0], many=job.results["leads"])
        weights = weights_report(versions[0], job.document, cases)
        _finish(job, at, {**job.results, "weights": weights})
        return False


def _versions(job: Backtest) -> list[Compiled]:
    """The versions as they were when it started.

    Raises:
        JobFailed: one of them asks for what is there no more.
    """
    rows = [(job.version, job.document)]
    if job.beside is not None:
        rows.append((job.beside, job.beside_document))
    try:
        return [
            compile_for(
                parse_document(document),
                product_id=row.rubric.product_id,
                version_id=row.pk,
                rubric_id=row.rubric_id,
                label=str(row),
            )
            for row, document in rows
        ]
    except SpecError as error:
        raise jobs.JobFailed(f"It cannot be scored any more. {error}") from error


def _begin(job: Backtest, question: Question) -> bool:
    """Find out what the question leaves open, and nobody waited for when it was asked."""
    if question.moment is MomentKind.BEFORE_OUTCOME:
        job.ages = [age.total_seconds() for age in read_ages(question)]
    job.total = count_past(question)
    if not job.total:
        raise jobs.JobFailed(NONE_THERE[question.subject])
    return jobs.advance(job, total=job.total, ages=job.ages)


@transaction.atomic
def _measure_chunk(job: Backtest, versions: list[Compiled], question: Question) -> bool:
    past, last_id, many = read_past(question, after=job.after, limit=CHUNK[question.subject])
    if last_id is None:
        if not job.left_out and not job.chunks.exists():
            raise jobs.JobFailed(NONE_THERE[question.subject])
        job.part = BacktestPart.FIGURES
        return jobs.advance(job, part=job.part)
    chosen = choose(question, past)
    lives = read_lives(question, versions[0], chosen.asked)
    if question.subject is Subject.ACCOUNT:
        chosen.leave_out_but(lives.there, LeftOut.NOBODY)
    seen = see_past(versions, chosen.asked, lives)
    chosen.leave_out(LeftOut.OTHER_SEGMENT, len(chosen.asked) - len(seen))
    left_out = {
        reason: job.left_out.get(reason, 0) + chosen.left_out.get(reason, 0)
        for reason in {*job.left_out, *chosen.left_out}
    }
    were_pqls = job.were_pqls + sum(one.asked.subject_id in lives.pqls for one in seen)
    moved = jobs.advance(
        job,
        done=many,
        after=last_id,
        left_out=left_out,
        were_pqls=were_pqls,
    )
    if not moved:
        return False
    job.after, job.left_out, job.were_pqls = last_id, left_out, were_pqls
    if seen:
        outcomes = _count_outcomes(question, [one.asked for one in seen])
        keep(job, seen, versions=versions, outcomes=outcomes)
    return True


def _count_outcomes(question: Question, asked: Sequence[Asked]) -> tuple[int, int]:
    """The outcomes of those that converted, and how many of these were entered late."""
    converted = [one.subject_id for one in asked if one.is_positive]
    if not converted:
        return 0, 0
    of_them = Q(lead__in=converted)
    if question.subject is Subject.ACCOUNT:
        of_them = Q(lead__account__in=converted)
    found = Outcome.objects.filter(
        of_them,
        Q(product=question.product_id) | Q(product=None),
        kind__in=question.kinds,
        # What was loaded as a file after its facts had ended is whole, however late.
        recorded_at__lte=question.known_until,
    ).aggregate(
        all=Count("pk"), late=Count("pk", filter=Q(recorded_at__gt=F("occurred_at") + LATE))
    )
    return found["all"], found["late"]


def _tally(job: Backtest, versions: list[Compiled], at: datetime) -> Tally:
    """Of everybody looked at. What is put together of a job that was lost meanwhile is kept by
    nobody."""
    tally = Tally(versions, job.document)
    began = monotonic()
    for number in put_together(job, tally):
        now = at + timedelta(seconds=monotonic() - began)
        if number % HELD_EVERY == 0 and not jobs.hold(job, at=now):
            break
    return tally


def _circumstances(job: Backtest, question: Question) -> Circumstances:
    return Circumstances(
        left_out=job.left_out,
        history=question.known_until - question.since,
        recorded_late=share_late(job),
        were_pqls=job.were_pqls,
    )


@transaction.atomic
def _finish(job: Backtest, at: datetime, results: dict[str, Any]) -> None:
    """Keep the report; the chunks behind it are needed no more."""
    if jobs.finish(job, at=at, state=JobState.DONE, results=results):
        job.chunks.all().delete()
