"""The life of a backtest: what it asks, chunk by chunk, on from wherever it was left."""

from datetime import timedelta
from importlib import import_module
from typing import Any
from unittest.mock import Mock

import pytest
from django.apps import apps

from leads import jobs
from leads.models import JobState, Lead, Product
from rubrics.backtests import reading, running
from rubrics.backtests.examples import MomentKind
from rubrics.backtests.running import backtest_some
from rubrics.backtests.starting import (
    Asking,
    BacktestRefused,
    start_backtest,
    usual_beside,
    usual_question,
)
from rubrics.models import Backtest, BacktestChunk, Criterion, RubricVersion, ScoreChange
from rubrics.publishing import publish_now
from rubrics.scoring.types import Subject
from rubrics.services import draft_version
from rubrics.tasks import run_backtests
from tests.rubrics.backtests.conftest import SINCE
from tests.rubrics.makers import AT, make_product
from tests.rubrics.scored import DAY

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
ASKING = Asking(days=14, horizon_days=30)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", dict.fromkeys(Subject, 15))


def finish(job: Backtest) -> Backtest:
    while backtest_some(at=AT, seconds=60):
        pass
    job.refresh_from_db()
    return job


def test_backtest_to_its_end(version: RubricVersion, leads: list[Lead]) -> None:
    job = start_backtest(version, asking=ASKING, at=AT)
    assert (job.percent, job.since) == (0, SINCE.replace(hour=0))
    done = finish(job)
    assert (done.state, done.percent, done.done, done.total) == (JobState.DONE, 100, 42, 42)
    report = done.results
    assert (report["leads"], report["positives"]) == (40, 18)
    assert {one["reason"]: one["leads"] for one in report["left_out"]} == {
        "converted_before": 1,
        "not_over": 1,
    }
    (told,) = report["versions"]
    # Two uses are 10 points, and a PQL: 15 of 20 against 3 of 20 is a lift of 5.
    pqls = told["pqls"]
    assert (pqls["leads"], pqls["positives"], pqls["rest_positives"]) == (20, 15, 3)
    assert pqls["lift"]["value"] == pytest.approx(5.0)
    assert pqls["recall"]["value"] == pytest.approx(15 / 18)
    # Pairs: 15 of 18 converters at 10 points, 5 of 22 others; ties count half.
    won = 15 * 17 + (15 * 5 + 3 * 17) / 2
    assert told["auc"]["value"] == pytest.approx(won / (18 * 22))
    assert told["sweep"][9]["weekly"] == pytest.approx(20 / (19 / 7))
    assert any("Only 18 leads converted" in warning for warning in report["warnings"])
    assert report["weights"]["changes"] == []
    assert "Too few outcomes" in report["weights"]["why"]
    assert not BacktestChunk.objects.exists()
    assert not backtest_some(at=AT, seconds=1)


def test_backtest_killed_in_mid_chunk_goes_on_where_it_was(
    version: RubricVersion, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    see, seen = reading.see_past, []

    def killed(versions: Any, asked: Any, lives: Any) -> Any:
        seen.append(len(asked))
        if len(seen) == 2:
            raise MemoryError
        return see(versions, asked, lives)

    monkeypatch.setattr(running, "see_past", killed)
    job = start_backtest(version, asking=ASKING, at=AT)
    with pytest.raises(MemoryError):
        backtest_some(at=AT, seconds=60)
    job.refresh_from_db()
    assert (job.done, job.chunks.get().counts["leads"]) == (15, 15)
    assert finish(job).results["leads"] == 40
    assert seen == [15, 15, 15, 10]


@pytest.mark.parametrize("step", ["count_past", "_tally", "weights_report", "_finish"])
def test_backtest_killed_in_any_other_step_comes_to_the_same(
    step: str, version: RubricVersion, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start_backtest(version, asking=ASKING, at=AT)
    with monkeypatch.context() as killing:
        killing.setattr(running, step, Mock(side_effect=MemoryError))
        with pytest.raises(MemoryError):
            backtest_some(at=AT, seconds=60)
    done = finish(job)
    assert (done.state, done.done, done.chunks.count()) == (JobState.DONE, 42, 0)
    whole = finish(start_backtest(version, asking=ASKING, at=AT))
    assert done.results == whole.results


def test_backtest_is_held_while_it_counts(
    version: RubricVersion, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Putting together what thousands of chunks counted is held; a lost job stops it."""
    monkeypatch.setattr(running, "HELD_EVERY", 2)
    held = Mock(wraps=jobs.hold)
    monkeypatch.setattr(jobs, "hold", held)
    finish(start_backtest(version, asking=ASKING, at=AT))
    assert held.call_count == 1  # three chunks
    monkeypatch.setattr(running, "HELD_EVERY", 1)
    held.side_effect = lambda job, at: False
    finish(start_backtest(version, asking=ASKING, at=AT))
    assert held.call_count == 2


def test_backtest_stopped_is_left_alone(version: RubricVersion, leads: list[Lead]) -> None:
    job = start_backtest(version, asking=ASKING, at=AT)
    for _ in range(2):  # what the question leaves open, and the first chunk
        backtest_some(at=AT, seconds=0)
    assert jobs.stop(job, at=AT)
    assert not backtest_some(at=AT, seconds=60)
    assert job.chunks.count() == 1
    start_backtest(version, asking=ASKING, at=AT)
    assert job.chunks.count() == 0


def test_backtest_of_a_draft_edited_meanwhile_is_of_how_it_was(
    version: RubricVersion, leads: list[Lead]
) -> None:
    job = start_backtest(version, asking=ASKING, at=AT)
    backtest_some(at=AT, seconds=0)
    Criterion.objects.filter(version=version).delete()
    assert finish(job).results["versions"][0]["pqls"]["leads"] == 20


def test_backtest_under_way_begins_again_where_another_kind_of_rows_was_kept(
    version: RubricVersion, leads: list[Lead]
) -> None:
    job = start_backtest(version, asking=ASKING, at=AT)
    for _ in range(2):
        backtest_some(at=AT, seconds=0)
    job.chunks.all().delete()  # as their table is dropped
    import_module("rubrics.migrations.0027_backtest_chunks").begin_again(apps, None)
    done = finish(job)
    assert (done.results["leads"], done.done, done.left_out["not_over"]) == (40, 42, 1)


def test_backtest_beside_another_version(
    product: Product, version: RubricVersion, leads: list[Lead]
) -> None:
    publish_now(version, by=None, at=AT)
    draft = draft_version(version, by=None, at=AT)
    Criterion.objects.filter(version=draft, key="used").update(points_each=0)
    version.refresh_from_db()
    assert usual_beside(draft) == version
    assert usual_beside(version) is None
    done = finish(start_backtest(draft, beside=version, asking=ASKING, at=AT))
    mine, other = done.results["versions"]
    assert (mine["label"], other["label"]) == ("small v2", "small v1")
    assert mine["auc"]["value"] == 0.5
    assert done.results["difference"]["value"] == pytest.approx(0.5 - other["auc"]["value"])
    assert done.results["difference"]["high"] < 0


def test_backtest_says_who_was_a_pql_already(
    product: Product, version: RubricVersion, leads: list[Lead]
) -> None:
    for lead, days in ((leads[0], 20), (leads[1], 60)):
        ScoreChange.objects.create(
            lead=lead, product=product, rubric=version.rubric, version=version, is_pql=True,
            at=SINCE + days * DAY, fit=0, behavior=10, total=10, crossed=True,
        )  # fmt: skip
    done = finish(start_backtest(version, asking=ASKING, at=AT))
    assert done.were_pqls == 1
    assert any("because somebody called" in warning for warning in done.results["warnings"])


def test_backtest_before_the_outcome(version: RubricVersion, leads: list[Lead]) -> None:
    asking = Asking(moment=MomentKind.BEFORE_OUTCOME, horizon_days=30)
    job = start_backtest(version, asking=asking, at=AT)
    done = finish(job)
    assert (done.days, len(done.ages)) == (1, 20)
    report = done.results
    assert (report["leads"], report["positives"]) == (41, 19)
    assert any("just before their outcome" in warning for warning in report["warnings"])


@pytest.mark.parametrize(
    ("values", "field", "text"),
    [
        ({"kinds": ()}, "kinds", "at least one outcome"),
        ({"kinds": ("wedding",)}, "kinds", "Outcomes are"),
        ({"days": -1}, "days", "between 0"),
        ({"horizon_days": 4000}, "horizon_days", "1 to 3650"),
        ({"since": AT + DAY}, "since", "The period is empty"),
        ({"since": AT - DAY, "until": AT - 9 * DAY}, "until", "ends before it begins"),
        ({"since": SINCE - 90 * DAY, "until": SINCE - 80 * DAY}, "since", "Nobody signed up"),
        ({"since": AT - 20 * DAY}, "horizon_days", "Nobody's time is over"),
    ],
)
def test_start_backtest_refuses_and_says_what_to_change(
    version: RubricVersion, leads: list[Lead], values: dict[str, Any], field: str, text: str
) -> None:
    asking = Asking(**{"days": 14, "horizon_days": 30, **values})
    with pytest.raises(BacktestRefused, match=text) as refused:
        start_backtest(version, asking=asking, at=AT)
    assert refused.value.field == field
    assert not Backtest.objects.exists()


def test_start_backtest_refuses_versions_it_cannot_compare(
    version: RubricVersion, leads: list[Lead]
) -> None:
    with pytest.raises(BacktestRefused, match="another version"):
        start_backtest(version, beside=version, asking=ASKING, at=AT)
    other = RubricVersion(
        rubric=type(version.rubric)(product=make_product(key="other"), key="o"), number=1
    )
    with pytest.raises(BacktestRefused, match="of another product"):
        start_backtest(version, beside=other, asking=ASKING, at=AT)
    accounts = RubricVersion(rubric=version.rubric, number=2, pk=0, subject="account")
    with pytest.raises(BacktestRefused, match="scores accounts"):
        start_backtest(version, beside=accounts, asking=ASKING, at=AT)


def test_start_backtest_without_leads(version: RubricVersion) -> None:
    with pytest.raises(BacktestRefused, match="Nobody has signed up"):
        start_backtest(version, asking=ASKING, at=AT)


def test_usual_question_fits_the_data(product: Product, leads: list[Lead]) -> None:
    usual = usual_question(product.pk, at=AT)
    assert usual is not None
    assert (usual.days, usual.horizon_days, usual.kinds) == (14, 90, ("converted",))
    assert usual.known_until == AT - 10 * DAY


def test_the_task_works_on_it(
    version: RubricVersion, leads: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    job = start_backtest(version, asking=ASKING, at=AT)
    run_backtests()
    job.refresh_from_db()
    assert job.done > 0
