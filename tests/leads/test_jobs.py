"""The life of any job, on proofs: the simplest kind there is."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, transaction
from psycopg import errors

from leads import jobs
from leads.models import JobState
from rubrics.models import Proof

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def job() -> Proof:
    return Proof.objects.create(reason="on_demand", started_at=AT, total=3)


def work(step: jobs.Step[Proof], at: datetime = AT, seconds: float = 60) -> bool:
    return jobs.work_on(Proof.objects.running(), step, at=at, seconds=seconds)


def one_of_three(job: Proof, at: datetime) -> bool:
    assert jobs.advance(job, done=1)
    job.done += 1
    if job.done == 3:
        jobs.finish(job, at=at)
    return job.done < 3


def test_job_goes_on_from_where_it_was_left(job: Proof) -> None:
    assert work(one_of_three, seconds=0)
    job.refresh_from_db()
    assert (job.done, job.percent, job.claimed_until) == (1, 33, None)
    assert work(one_of_three)
    job.refresh_from_db()
    assert (job.state, job.done, job.percent) == (JobState.DONE, 3, 100)
    assert job.finished_at is not None
    assert not work(one_of_three)


def test_job_that_cannot_end_says_why(job: Proof) -> None:
    def refuse(job: Proof, at: datetime) -> bool:
        raise jobs.JobFailed("No lead has an outcome yet.")

    assert work(refuse)
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.FAILED, "No lead has an outcome yet.")


@pytest.mark.parametrize("state", [errors.DeadlockDetected, errors.SerializationFailure])
def test_job_that_lets_another_through_goes_on(job: Proof, state: type[Exception]) -> None:
    turns = iter([True])

    def step(job: Proof, at: datetime) -> bool:
        if next(turns, False):
            with transaction.atomic():
                jobs.advance(job, done=1)
                raise OperationalError from state()
        return one_of_three(job, at)

    assert work(step)
    job.refresh_from_db()
    assert (job.state, job.done, job.attempts, job.claimed_until) == ("running", 0, 0, None)
    assert work(step)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 3)


def test_job_fails_after_errors_in_the_same_place(job: Proof) -> None:
    def broken(job: Proof, at: datetime) -> bool:
        raise ValueError("a bug")

    for _ in range(jobs.MAX_ATTEMPTS):
        assert Proof.objects.get().state == JobState.RUNNING
        with pytest.raises(ValueError, match="a bug"):
            work(broken)
    assert Proof.objects.get().state == JobState.FAILED


def test_errors_do_not_add_up_over_chunks_that_went_well(job: Proof) -> None:
    Proof.objects.update(attempts=jobs.MAX_ATTEMPTS - 1)
    assert work(one_of_three, seconds=0)
    assert Proof.objects.get().attempts == 0


def test_job_that_somebody_stopped_is_left_alone(job: Proof) -> None:
    def stopped_meanwhile(job: Proof, at: datetime) -> bool:
        assert jobs.stop(job, at=at)
        return jobs.advance(job, done=1)

    assert work(stopped_meanwhile)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.STOPPED, 0)
    assert not jobs.stop(job, at=AT)


def test_job_is_leased(job: Proof) -> None:
    Proof.objects.update(claimed_until=AT + timedelta(seconds=1))
    assert not work(one_of_three)
    assert work(one_of_three, at=AT + timedelta(seconds=2))


def test_job_gives_way(job: Proof) -> None:
    running = Proof.objects.running()
    assert not jobs.work_on(running, one_of_three, at=AT, seconds=60, gives_way=lambda _: True)
    assert Proof.objects.get().done == 0


def test_a_long_step_holds_its_job(job: Proof) -> None:
    """Nobody else takes it up when its first lease is over; unless somebody did before."""
    later = AT + 1.5 * jobs.LEASE

    def long(job: Proof, at: datetime) -> bool:
        assert jobs.hold(job, at=at + 0.9 * jobs.LEASE)
        assert not work(one_of_three, at=later)
        assert work(lost, at=later + jobs.LEASE)
        assert not jobs.hold(job, at=later)
        return False

    def lost(job: Proof, at: datetime) -> bool:
        return False

    assert work(long)
