"""Claims, leases, generations and due scores: nothing lost, nothing done twice."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from leads.models import Lead, LeadChange, Product, Trial
from rubrics import claims, scores, tasks
from rubrics.models import RubricVersion, Score, ScoreChange
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from rubrics.tasks import score_due_leads
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, DOCUMENT, mark, results


def test_score_due_scores_changed_leads(version: RubricVersion, product: Product) -> None:
    used = make_lead(product, hits=[("used", AT), ("used", AT), ("used", AT + DAY)])
    idle = make_lead(product)
    mark(used, idle)
    assert scores.score_due(at=AT) == 2
    assert results() == {used.pk: 10, idle.pk: 0}
    assert not LeadChange.objects.exists()
    assert scores.score_due(at=AT) == 0


@pytest.mark.parametrize(
    ("later", "total"),
    [
        pytest.param(DAY, 15, id="a hit dated in the future comes into force at its moment"),
        pytest.param(7 * DAY, 12, id="the recent hit leaves its window after exactly 7 days"),
        pytest.param(31 * DAY, 10, id="a month after the last hit the first period is over"),
    ],
)
def test_due_scores_are_found(
    version: RubricVersion, product: Product, later: timedelta, total: int
) -> None:
    """Each time the score is due exactly then: a microsecond before nothing happens."""
    lead = make_lead(product, hits=[("used", AT), ("recent", AT), ("used", AT + DAY)])
    if total != 15:
        make_hits(product, lead.pk, [("used", AT + DAY)] if total == 10 else [])
    mark(lead)
    scores.score_due(at=AT)
    moment = AT
    while (due := Score.objects.get().due_at) and due < AT + later:
        assert scores.score_due(at=due - timedelta(microseconds=1)) == 0
        assert scores.score_due(at=due) == 1
        assert due > moment
        moment = due
    assert due == AT + later
    assert scores.score_due(at=due) == 1
    expected = {15: 13, 12: 10, 10: 10}[total]
    assert results() == {lead.pk: expected}


def test_incremental_equals_fresh_rescore(version: RubricVersion, product: Product) -> None:
    """Scored after each change, or once at the end: the same rows."""
    leads = [make_lead(product, started_at=AT - DAY) for _ in range(3)]
    for hour in range(6):
        moment = AT + hour * DAY * 9
        make_hits(product, leads[hour % 3].pk, [("used", moment), ("recent", moment)])
        mark(leads[hour % 3], at=moment)
        while scores.score_due(at=moment, limit=2) == 2:
            pass
    last = AT + 60 * DAY
    while scores.score_due(at=last, limit=2):
        pass
    fields = ("lead_id", "fit", "behavior", "total", "is_pql", "points", "last_activity_at")
    incremental = list(Score.objects.order_by("lead_id").values_list(*fields))
    Score.objects.all().delete()
    assert scores.rescore(version=version, at=last) == 3
    assert list(Score.objects.order_by("lead_id").values_list(*fields)) == incremental


def test_change_during_scoring_keeps_its_mark(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = make_lead(product, hits=[("used", AT)])
    mark(lead)
    score_by = scores.score_by

    def changed_meanwhile(*args: Any) -> list[int]:
        count = score_by(*args)
        make_hits(product, lead.pk, [("used", AT)])
        mark(lead)
        return count

    monkeypatch.setattr(scores, "score_by", changed_meanwhile)
    scores.score_due(at=AT)
    monkeypatch.undo()
    left = LeadChange.objects.get()
    assert (left.generation, left.claimed_until, left.attempts) == (2, None, 0)
    assert results() == {lead.pk: 5}
    scores.score_due(at=AT)
    assert results() == {lead.pk: 10}
    assert not LeadChange.objects.exists()


def test_worker_that_overslept_its_lease_takes_no_new_mark(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its claim was finished by another worker, and the lead changed again since: generation 1."""
    lead = make_lead(product)
    mark(lead)
    score_by = scores.score_by

    def overslept(*args: Any) -> list[int]:
        count = score_by(*args)
        LeadChange.objects.all().delete()
        mark(lead)
        return count

    monkeypatch.setattr(scores, "score_by", overslept)
    scores.score_due(at=AT)
    assert LeadChange.objects.get().claimed_until is None


def test_leased_lead_waits_for_its_lease(version: RubricVersion, product: Product) -> None:
    """A worker that died keeps its leads for a minute, not for ever."""
    lead = make_lead(product)
    mark(lead)
    LeadChange.objects.update(claimed_until=AT + claims.LEASE, claimed_generation=1)
    assert scores.score_due(at=AT + claims.LEASE) == 0
    assert scores.score_due(at=AT + claims.LEASE + timedelta(microseconds=1)) == 1


def break_lead(monkeypatch: pytest.MonkeyPatch, *broken: int) -> Callable[[], None]:
    score_by = scores.score_by

    def fails(spec: Any, subjects: Any) -> list[int]:
        if set(subjects.ids) & set(broken):
            raise ValueError("poison")
        return score_by(spec, subjects)

    monkeypatch.setattr(scores, "score_by", fails)
    return monkeypatch.undo


def test_poison_lead_does_not_block_others(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = make_lead(product), make_lead(product)
    mark(bad, good)
    mend = break_lead(monkeypatch, bad.pk)
    assert scores.score_due(at=AT) == 2
    assert list(results()) == [good.pk]
    moment = AT
    for attempt in range(2, claims.MAX_ATTEMPTS + 1):
        moment += claims.LEASE + DAY
        assert scores.score_due(at=moment) == 1
        assert LeadChange.objects.get().attempts == attempt
    assert scores.score_due(at=moment + DAY) == 0  # given up
    assert scores.oldest_change() is None
    mend()
    mark(bad)  # until it changes again
    assert scores.oldest_change() == AT
    assert scores.score_due(at=moment + 2 * DAY) == 1
    assert sorted(results()) == [bad.pk, good.pk]


def test_poison_lead_that_is_due_does_not_stand_before_others(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its score stays due for ever; with small batches the others must still come to their turn."""
    bad = make_lead(product, hits=[("used", AT - DAY)])
    good = make_lead(product, hits=[("used", AT)])
    mark(bad, good)
    scores.score_due(at=AT)
    break_lead(monkeypatch, bad.pk)
    moment = AT + 40 * DAY
    for _ in range(3):
        scores.score_due(at=moment, limit=1)
    assert Score.objects.get(lead=good).at == moment
    assert Score.objects.get(lead=bad).at == AT


def test_score_without_a_trial_is_not_due_again_and_again(
    version: RubricVersion, product: Product
) -> None:
    lead = make_lead(product, hits=[("used", AT)])
    mark(lead)
    scores.score_due(at=AT)
    Trial.objects.all().delete()
    assert scores.score_due(at=AT + 40 * DAY) == 1
    assert scores.score_due(at=AT + 41 * DAY) == 0


def test_merged_lead_loses_its_score(version: RubricVersion, product: Product) -> None:
    loser, winner = make_lead(product), make_lead(product)
    mark(loser, winner)
    scores.score_due(at=AT)
    Lead.objects.filter(pk=loser.pk).update(merged_into=winner)
    Trial.objects.filter(lead=loser).delete()
    mark(loser)
    scores.score_due(at=AT)
    assert list(results()) == [winner.pk]


def test_score_change_crossed_only_on_becoming_a_pql(
    version: RubricVersion, product: Product
) -> None:
    """5, 10 (PQL), 13, decays to 8, 18 (PQL again); an unchanged score leaves no change."""
    lead = make_lead(product)
    steps = [(0, "used"), (1, "used"), (2, "recent"), (40, None), (40, None), (41, "used")]
    for days, signal in steps:
        moment = AT + days * DAY
        if signal:
            make_hits(product, lead.pk, [(signal, moment)])
        mark(lead)
        scores.score_due(at=moment)
    changes = ScoreChange.objects.order_by("pk").values_list("total", "is_pql", "crossed")
    assert list(changes) == [
        (5, False, False), (10, True, True), (13, True, False), (5, False, False), (15, True, True),
    ]  # fmt: skip
    assert [change.total for change in ScoreChange.objects.unrouted()] == [10, 15]
    assert Score.objects.get().revision == 6
    assert timezone.now() - Score.objects.get().changed_at < timedelta(minutes=1)


def test_first_score_of_a_pql_crosses(version: RubricVersion, product: Product) -> None:
    lead = make_lead(product, hits=[("used", AT), ("used", AT)])
    mark(lead)
    scores.score_due(at=AT)
    assert ScoreChange.objects.get().crossed


def test_scores_beyond_reason_fit_their_columns(product: Product) -> None:
    """Thousands of hits at thousands of points: bounded, and the batch is written."""
    points = {"points": 10_000}
    criteria = [
        {"key": "many", "measure": "count", "signals": ["used"], "per_unit": points},
        {"key": "idle", "measure": "days_since", "role": "silence", "signals": ["used"],
         "per_period": {"points": -10_000, "period": "1m"}},
        *(
            {"key": f"fast{n}", "role": "velocity", "measure": "count", "signals": ["used"],
             "points_per_burst": 10_000, "max_bursts": None}
            for n in range(3)
        ),
    ]  # fmt: skip
    limits = {"behavior": 10_000, "velocity_exceeds_cap": True}
    document = {**DOCUMENT, "limits": limits, "criteria": criteria}
    draft = load_rubric(document, product=product, by=None, at=AT)
    publish_now(draft, by=None, at=AT)
    lead = make_lead(product, hits=[("used", AT)] * 5)
    mark(lead)
    assert scores.score_due(at=AT) == 1
    assert results() == {lead.pk: 20_000}
    mark(lead)
    scores.score_due(at=AT + DAY)
    assert results() == {lead.pk: 10_000}


def test_task_stops_after_so_long(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bell rings again in 5 s: a task never holds a worker until it is cut off."""
    monkeypatch.setattr("rubrics.tasks.BATCH", 2)
    clock = itertools.count(0.0, 0.6 * tasks.SECONDS)
    monkeypatch.setattr(tasks, "monotonic", lambda: next(clock))
    mark(*(make_lead(product) for _ in range(7)))
    score_due_leads()
    assert Score.objects.count() == 4


def test_task_scores_until_nothing_is_left(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rubrics.tasks.BATCH", 2)
    mark(*(make_lead(product) for _ in range(5)))
    score_due_leads()
    assert Score.objects.count() == 5
