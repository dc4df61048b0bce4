"""The life of a backtest: leads (or accounts) measured chunk by chunk, then the figures, then the
weights. Kill it anywhere: the next worker goes on from there."""

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q

from leads import jobs
from leads.models import JobState, Outcome
from rubrics.backtests.examples import LeftOut, MomentKind, Question, choose
from rubrics.backtests.keeping import keep, kept
from rubrics.backtests.past import read_past
from rubrics.backtests.reading import count_pqls, leave_out_nobody, see_past
from rubrics.backtests.report import Tally
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
HELD_EVERY = 10_000


def backtest_some(*, at: datetime, seconds: float, gives_way: bool = False) -> bool:
    """Work on the oldest free backtest for about so long; False if there was nothing to work on."""
    return jobs.work_on(
        Backtest.objects.running(),
        _step,
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


def _step(job: Backtest, at: datetime) -> bool:
    """Go one chunk on; False at the end, or if the backtest is ours no more."""
    try:
        versions = _versions(job)
    except SpecError as error:
        raise jobs.JobFailed(f"It cannot be scored any more. {error}") from error
    question = question_of(job, versions[0].product_id)
    if job.part == BacktestPart.LEADS:
        return _measure_chunk(job, versions, question)
    if job.part == BacktestPart.FIGURES:
        tally = _tally(job, versions, at)
        job.results = tally.report(question, _circumstances(job, question))
        job.part = BacktestPart.WEIGHTS
        return jobs.advance(job, part=job.part, results=job.results)
    results = {**job.results, "weights": _tally(job, versions[:1], at).weights()}
    _finish(job, at, results)
    return False


def _versions(job: Backtest) -> list[Compiled]:
    """The versions as they were when it started."""
    rows = [(job.version, job.document)]
    if job.beside is not None:
        rows.append((job.beside, job.beside_document))
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


@transaction.atomic
def _measure_chunk(job: Backtest, versions: list[Compiled], question: Question) -> bool:
    past, last_id = read_past(question, after=job.after, limit=CHUNK[question.subject])
    if last_id is None:
        job.part = BacktestPart.FIGURES
        return jobs.advance(job, part=job.part)
    chosen = choose(question, past)
    leave_out_nobody(question, chosen)
    seen = see_past(versions, chosen.asked)
    chosen.leave_out(LeftOut.OTHER_SEGMENT, len(chosen.asked) - len(seen))
    left_out = {
        reason: job.left_out.get(reason, 0) + chosen.left_out.get(reason, 0)
        for reason in {*job.left_out, *chosen.left_out}
    }
    were_pqls = job.were_pqls + count_pqls(question, [one.asked for one in seen])
    moved = jobs.advance(
        job,
        done=len(past),
        after=last_id,
        left_out=left_out,
        were_pqls=were_pqls,
    )
    if not moved:
        return False
    job.after, job.left_out, job.were_pqls = last_id, left_out, were_pqls
    keep(job, seen)
    return True


def _tally(job: Backtest, versions: list[Compiled], at: datetime) -> Tally:
    """Of everybody kept. Of hundreds of thousands that takes longer than a lease; what is counted
    of a job that was lost meanwhile is kept by nobody."""
    tally = Tally(versions, job.document, expected=job.leads.count())
    began = monotonic()
    seen = kept(job, [len(version.version.columns) for version in versions])
    for number, one in enumerate(seen, 1):
        tally.add(one)
        now = at + timedelta(seconds=monotonic() - began)
        if number % HELD_EVERY == 0 and not jobs.hold(job, at=now):
            break
    return tally


def _circumstances(job: Backtest, question: Question) -> Circumstances:
    converted = job.leads.filter(is_positive=True)
    of_them = Q(lead__in=converted.values("lead"))
    if question.subject is Subject.ACCOUNT:
        of_them = Q(lead__account__in=converted.values("account"))
    outcomes = Outcome.objects.filter(
        of_them,
        Q(product=question.product_id) | Q(product=None),
        kind__in=question.kinds,
        # What was loaded as a file after its facts had ended is whole, however late.
        recorded_at__lte=question.known_until,
    ).aggregate(
        all=Count("pk"), late=Count("pk", filter=Q(recorded_at__gt=F("occurred_at") + LATE))
    )
    return Circumstances(
        left_out=job.left_out,
        history=question.known_until - question.since,
        recorded_late=outcomes["late"] / outcomes["all"] if outcomes["all"] else 0.0,
        were_pqls=job.were_pqls,
    )


@transaction.atomic
def _finish(job: Backtest, at: datetime, results: dict[str, Any]) -> None:
    """Keep the report; those behind it are needed no more."""
    if jobs.finish(job, at=at, state=JobState.DONE, results=results):
        job.leads.all().delete()
