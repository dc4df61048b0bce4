"""Whoever works on a lead, and however long it takes: a change is never forgotten."""

from datetime import timedelta

import pytest

from leads.merging import mark_changed, merge_leads
from leads.models import Lead, LeadChange
from rubrics import claims, scores
from rubrics.models import Score
from tests.factories.rubrics import AT, TrialFactory, make_version

pytestmark = pytest.mark.django_db


def changed_lead() -> Lead:
    make_version()
    trial = TrialFactory.create()
    mark_changed([trial.lead_id], AT)
    LeadChange.objects.exclude(lead=trial.lead).delete()
    return trial.lead


def test_overtaken_worker_leaves_later_changes_open(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = changed_lead()
    plain, calls = scores.score_by, []

    def slow(*args: object) -> list[int]:
        """Score; the first time so slowly that the lease runs out and another takes over."""
        count = plain(*args)  # type: ignore[arg-type]  # passed on as they came
        calls.append(args)
        if len(calls) == 1:
            scores.score_due(at=AT + claims.LEASE + timedelta(seconds=1))
            mark_changed([lead.pk], AT)
        return count

    monkeypatch.setattr(scores, "score_by", slow)
    scores.score_due(at=AT)
    assert len(calls) == 2
    assert LeadChange.objects.get().lead_id == lead.pk


def test_change_while_scoring_is_scored_next(monkeypatch: pytest.MonkeyPatch) -> None:
    lead = changed_lead()
    plain = scores.score_by

    def interrupted(*args: object) -> list[int]:
        mark_changed([lead.pk], AT)
        return plain(*args)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(scores, "score_by", interrupted)
    scores.score_due(at=AT)
    monkeypatch.undo()
    assert scores.score_due(at=AT) == 1
    assert not LeadChange.objects.exists()


def test_merged_lead_loses_its_score() -> None:
    winner, loser = changed_lead(), changed_lead()
    mark_changed([winner.pk], AT)
    scores.score_due(at=AT)
    assert Score.objects.count() == 2
    merge_leads(winner=winner, loser=loser, reason="alias", at=AT)
    scores.score_due(at=AT)
    assert Score.objects.get().lead_id == winner.pk
    assert not LeadChange.objects.exists()
