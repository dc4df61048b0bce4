from datetime import timedelta

import pytest

from integrations.demo.arrangements import arrange
from integrations.demo.staff import hire
from routing import sla
from routing.models import DayOff, Rep, SlaPolicy
from tests.factories.routing import QualificationFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_the_demos_reps_have_clocks_limits_and_slas_for_what_is_fresh() -> None:
    hire()
    rita = Rep.objects.get(user__username="rita")
    fresh = QualificationFactory.create(rep=rita)
    old = QualificationFactory.create(rep=rita, opened_at=AT - timedelta(days=9))
    arrange(at=AT)
    for rep in Rep.objects.all():
        rep.full_clean()
    for policy in SlaPolicy.objects.all():
        policy.full_clean()
    rita.refresh_from_db()
    assert (rita.time_zone, rita.weight) == ("America/New_York", 2)
    assert DayOff.objects.get().first > AT.date()
    assert sla.set_clocks(at=AT, limit=10) == 1
    fresh.refresh_from_db()
    old.refresh_from_db()
    assert (fresh.sla_due_at is None, old.sla_due_at) == (False, None)
