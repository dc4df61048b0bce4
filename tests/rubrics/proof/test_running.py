"""The life of a proof: one at a time, a chunk at a time, on from wherever it was left."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads import jobs
from leads.models import JobState, Lead, LeadChange, Product
from rubrics import proof
from rubrics.claims import MAX_ATTEMPTS
from rubrics.models import Proof, ProofMismatch, Score
from rubrics.proof import running
from rubrics.proof.comparing import compare
from rubrics.scores import score_due
from rubrics.tasks import prove_scores
from tests.rubrics.makers import AT, make_lead
from tests.rubrics.scored import DAY, mark, publish_small

Leads = list[Lead]
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch, leads: Leads) -> datetime:
    """The doors' clock, at a moment when nothing waits to be scored."""
    now = AT + timedelta(minutes=1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    return now


def finish(at: datetime = AT) -> Proof:
    while proof.prove_some(at=at, seconds=60):
        pass
    return Proof.objects.latest("pk")


def test_proof_goes_to_its_end(leads: Leads) -> None:
    started = proof.start_proof(at=AT)
    assert (started.total, started.percent) == (6, 0)
    done = finish()
    assert done.state == JobState.DONE
    assert done.result == "0 of 6 mismatched"
    assert (done.percent, done.finished_at is not None, done.claimed_until) == (100, True, None)
    assert not proof.prove_some(at=AT, seconds=1)


def test_what_differs_is_kept(leads: Leads) -> None:
    Score.objects.filter(lead=leads[4]).update(fit=3)
    proof.start_proof(at=AT)
    done = finish()
    assert done.result == "1 of 6 mismatched"
    kept = done.mismatches.get()
    assert (kept.lead, kept.kind, kept.at) == (leads[4], "differs", AT)
    assert kept.differences == [["Fit", "3", "10"]]
    assert str(kept) == f"Differs from its own moment: {leads[4]}"


def test_one_cause_fills_no_table(leads: Leads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_KEPT", 3)
    Score.objects.update(fit=3)
    proof.start_proof(at=AT)
    done = finish()
    assert (done.mismatched, done.mismatches.count()) == (6, 3)


def test_killed_in_mid_chunk_it_goes_on_where_it_was(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:
    Score.objects.filter(lead__in=leads[2:5]).update(fit=3)
    proof.start_proof(at=AT)
    seen: list[list[int]] = []

    def killed(tables: Any, ids: list[int], **options: Any) -> Any:
        seen.append(ids)
        if len(seen) == 2:
            raise SystemExit  # no handler of ours runs in a process that was killed
        return compare(tables, ids, **options)

    monkeypatch.setattr(running, "compare", killed)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_release", lambda _: None)
        with pytest.raises(SystemExit):
            proof.prove_some(at=AT, seconds=60)
    left = Proof.objects.get()
    assert (left.after, left.checked) == (leads[1].pk, 2)
    assert not proof.prove_some(at=AT + SECOND, seconds=60)  # still leased
    done = finish(AT + jobs.LEASE + SECOND)
    assert done.result == "3 of 6 mismatched"
    assert [m.lead for m in done.mismatches.order_by("pk")] == leads[2:5]
    assert seen == [[lead.pk for lead in leads[low : low + 2]] for low in (0, 2, 2, 4)]


def test_worker_whose_proof_was_taken_over_writes_nothing(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof.start_proof(at=AT)

    def slow(tables: Any, ids: list[int], **options: Any) -> Any:
        Proof.objects.update(claimed_until=AT + 2 * jobs.LEASE)  # somebody else's now
        return compare(tables, ids, **options)

    monkeypatch.setattr(running, "compare", slow)
    assert proof.prove_some(at=AT, seconds=60)
    left = Proof.objects.get()
    assert (left.after, left.checked, left.claimed_until) == (0, 0, AT + 2 * jobs.LEASE)


def test_only_one_runs(leads: Leads) -> None:
    started = proof.start_proof(at=AT)
    with pytest.raises(proof.ProofRunning):
        proof.start_proof(at=AT)
    assert jobs.stop(started, at=AT)
    assert not jobs.stop(started, at=AT)
    assert not proof.prove_some(at=AT, seconds=1)
    proof.start_proof(at=AT)
    assert [one.state for one in Proof.objects.order_by("pk")] == ["stopped", "running"]


def test_old_proofs_are_forgotten_when_one_starts(leads: Leads) -> None:
    Score.objects.update(fit=3)
    proof.start_proof(at=AT)
    finish()
    proof.start_proof(at=AT + 90 * DAY)
    assert ProofMismatch.objects.count() == 6
    finish(AT + 90 * DAY)
    kept = proof.start_proof(at=AT + 90 * DAY + SECOND)
    assert Proof.objects.order_by("pk").last() == kept
    assert Proof.objects.count() == 2


@pytest.mark.parametrize(
    ("last", "hour", "starts"),
    [
        pytest.param(None, 12, True, id="first proof, at any time of day"),
        pytest.param(timedelta(hours=9), 12, False, id="one began at 03:00"),
        pytest.param(timedelta(hours=11), 12, True, id="the last began at 01:00"),
        pytest.param(timedelta(hours=10), 12, False, id="one began at 02:00 sharp"),
        pytest.param(timedelta(hours=20), 1, False, id="before 02:00 yesterday's counts"),
        pytest.param(timedelta(hours=24), 1, True, id="missed yesterday, made up for"),
    ],
)
def test_nightly(leads: Leads, last: timedelta | None, hour: int, starts: bool) -> None:
    at = AT.replace(hour=hour)
    if last is not None:
        jobs.stop(proof.start_proof(at=at - last), at=at)
    started = proof.start_nightly(at=at)
    assert (started is not None) == starts
    if started:
        assert (started.reason, started.asked_by) == ("nightly", None)
        assert proof.start_nightly(at=at + DAY) is None  # it runs


def test_no_nightly_proof_of_nothing_or_instead_of_one_rubrics(product: Product, db: None) -> None:
    assert proof.start_nightly(at=AT) is None
    rubric = publish_small(product).rubric
    mark(make_lead(product))
    score_due(at=AT)
    jobs.stop(proof.start_proof(at=AT, rubric=rubric), at=AT)
    assert proof.start_nightly(at=AT) is not None


def test_task_starts_and_finishes_tonights_proof(settled: datetime) -> None:
    prove_scores()
    done = Proof.objects.get()
    assert (done.reason, done.result) == ("nightly", "0 of 6 mismatched")


def test_task_gives_way_to_scoring(settled: datetime, leads: Leads, product: Product) -> None:
    mark(leads[0], at=settled - 2 * SECOND)
    prove_scores()
    assert Proof.objects.get().checked == 0
    LeadChange.objects.update(attempts=MAX_ATTEMPTS)  # nobody waits for those
    Score.objects.filter(lead=leads[1]).update(due_at=settled - 2 * SECOND)
    prove_scores()
    assert Proof.objects.get().checked == 0
    LeadChange.objects.update(changed_at=settled, attempts=0)
    Score.objects.filter(lead=leads[1]).update(due_at=settled)
    prove_scores()
    assert Proof.objects.get().state == JobState.DONE


def test_ring_stops_when_scoring_falls_behind(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof.start_proof(at=AT)
    answers = iter([False, False, True])
    monkeypatch.setattr(running, "is_scoring_behind", lambda _: next(answers))
    assert proof.prove_some(at=AT, seconds=60, gives_way=True)
    assert Proof.objects.get().checked == 4


def test_ring_ends_after_its_time(leads: Leads) -> None:
    proof.start_proof(at=AT)
    assert proof.prove_some(at=AT, seconds=0)
    left = Proof.objects.get()
    assert (left.checked, left.claimed_until) == (2, None)


def test_score_again_mends(leads: Leads) -> None:
    Score.objects.filter(lead__in=leads[:2]).update(fit=3)
    Score.objects.filter(lead=leads[2]).delete()
    proof.start_proof(at=AT)
    found = finish().mismatches.all()
    assert proof.score_again(found, at=AT) == 3
    assert found.filter(asked_again_at=AT).count() == 3
    score_due(at=AT)
    proof.start_proof(at=AT)
    assert finish().result == "0 of 6 mismatched"


# --- The command ----------------------------------------------------------------------------------
def test_command_says_what_it_found(settled: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prove_scores")
    assert capsys.readouterr().out.endswith("0 of 6 mismatched\n")


def test_command_fails_on_a_mismatch(
    settled: datetime, leads: Leads, capsys: pytest.CaptureFixture[str]
) -> None:
    Score.objects.filter(lead=leads[0]).update(fit=3)
    mark(leads[1])
    with pytest.raises(SystemExit) as ended:
        call_command("prove_scores", "--rubric", "small")
    assert ended.value.code == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        f"lead {leads[0].pk}, small: Differs from its own moment. Fit is 3, should be 10",
        "1 of 5 mismatched (1 waiting)",
    ]


def test_command_goes_on_with_a_running_one_or_begins_afresh(
    settled: datetime, leads: Leads, capsys: pytest.CaptureFixture[str]
) -> None:
    proof.start_proof(at=AT)
    proof.prove_some(at=AT, seconds=0)
    with pytest.raises(CommandError, match="Another proof is running"):
        call_command("prove_scores", "--rubric", "small")
    call_command("prove_scores")
    assert "Going on with the proof of 2026-03-31 12:00 UTC." in capsys.readouterr().out
    assert Proof.objects.get().result == "0 of 6 mismatched"
    proof.start_proof(at=AT)
    call_command("prove_scores", "--rubric", "small", "--fresh")
    assert [one.state for one in Proof.objects.order_by("pk")] == ["done", "stopped", "done"]


def test_command_refuses_a_rubric_that_is_none(settled: datetime) -> None:
    with pytest.raises(CommandError, match="Known are: small"):
        call_command("prove_scores", "--rubric", "smal")
