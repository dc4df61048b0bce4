from datetime import timedelta

import pytest
from django.utils import timezone

from routing import tasks
from routing.models import LifecyclePolicy, Qualification, SlaPolicy, StateChange
from routing.models.qualification import State
from tests.factories.routing import ROUND_THE_CLOCK, QualificationFactory, RepFactory
from tests.factories.rubrics import AT, LeadFactory, ScoreChangeFactory

pytestmark = pytest.mark.django_db


def test_open_qualifications_works_through_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    ScoreChangeFactory.create_batch(5)
    tasks.open_qualifications()
    assert Qualification.objects.count() == 5
    tasks.open_qualifications()
    assert Qualification.objects.count() == 5


def test_open_qualifications_follows_merges_first() -> None:
    winner = LeadFactory.create()
    QualificationFactory.create(lead=LeadFactory.create(merged_into=winner))
    ScoreChangeFactory.create(score__lead=winner)
    tasks.open_qualifications()
    assert Qualification.objects.get().lead == winner


def test_wake_snoozed_wakes() -> None:
    pql = QualificationFactory.create(
        state=State.SNOOZED,
        snoozed_until=timezone.now() - timedelta(minutes=1),
        state_before_snooze=State.ASSIGNED,
    )
    tasks.wake_snoozed()
    pql.refresh_from_db()
    assert pql.state == State.ASSIGNED


def test_expire_quiet_works_through_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "BATCH", 2)
    LifecyclePolicy.objects.create(expire_after_days=1)
    QualificationFactory.create_batch(5)
    tasks.expire_quiet()
    assert not Qualification.objects.open().exists()


def test_watch_slas_sets_clocks_and_does_what_is_due() -> None:
    policy = SlaPolicy.objects.create(name="One minute", first_touch_minutes=1)
    rep = RepFactory.create(paused_at=AT, working_hours=ROUND_THE_CLOCK)
    pql = QualificationFactory.create(rep=rep)
    StateChange.objects.create(qualification=pql, to_state="new", by=rep.user, at=timezone.now())
    tasks.watch_slas()
    assert pql.sla_events.get().policy == policy
    rep.refresh_from_db()
    assert rep.paused_at is None
