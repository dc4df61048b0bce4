from datetime import timedelta

import pytest
from django.utils import timezone

from routing import tasks
from routing.models import Qualification
from routing.models.qualification import State
from tests.factories.routing import QualificationFactory
from tests.factories.rubrics import LeadFactory, ScoreChangeFactory

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
