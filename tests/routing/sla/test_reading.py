from datetime import timedelta
from typing import Any

import pytest

from routing import sla
from tests.factories.routing import QualificationFactory, RepFactory
from tests.factories.rubrics import AT
from tests.routing.sla.cases import DUE, STEPS, make_policy, start

pytestmark = pytest.mark.django_db


def test_breaches_are_counted_by_rep_team_and_time(django_assert_num_queries: Any) -> None:
    make_policy(**STEPS)
    one, other = RepFactory.create(), RepFactory.create(team__name="Partners")
    QualificationFactory.create_batch(2, rep=one)
    pql = QualificationFactory.create(rep=other)
    start()
    sla.take_steps(at=DUE, limit=10)
    assert sla.breach_counts(since=AT) == {one.pk: 2, other.pk: 1}
    assert sla.breach_counts(since=AT, team_id=other.team_id) == {other.pk: 1}
    assert sla.breach_counts(since=DUE + timedelta(seconds=1)) == {}
    assert sla.breach_counts(since=AT, until=DUE) == {}
    with django_assert_num_queries(1):
        newest = sla.breaches(since=AT, team_id=other.team_id).get()
        told = (str(newest.rep), str(newest.policy), newest.qualification.lead)
    assert told == (str(other), "Four hours", pql.lead)
    assert newest.qualification == pql
