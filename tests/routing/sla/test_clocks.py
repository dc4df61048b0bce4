from datetime import timedelta
from typing import Any

import pytest

from routing import services, sla
from routing.models import DayOff, Qualification
from routing.models.qualification import State
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    TeamFactory,
    UserFactory,
    rep_of,
)
from tests.factories.rubrics import AT
from tests.routing.sla.cases import DUE, HOUR, make_policy, start

pytestmark = pytest.mark.django_db


def test_a_clock_is_set_once_for_each_assignment() -> None:
    policy = make_policy(remind_before_minutes=60)
    pql = QualificationFactory.create()
    assert sla.set_clocks(at=AT, limit=10) == 1
    assert sla.set_clocks(at=AT, limit=10) == 0
    pql.refresh_from_db()
    assert (pql.sla_policy, pql.sla_due_at, pql.sla_next_at) == (policy, DUE, DUE - HOUR)

    other = RepFactory.create()
    services.assign(pql, rep=other, by=None, at=AT + HOUR)
    assert sla.set_clocks(at=AT + HOUR, limit=10) == 1
    pql.refresh_from_db()
    assert pql.sla_due_at == DUE + HOUR


def test_clocks_run_on_the_reps_hours_and_stand_still_on_holidays_of_everybody() -> None:
    make_policy()
    berlin = QualificationFactory.create(rep=RepFactory.create(time_zone="Europe/Berlin"))
    tomorrow = AT.date() + timedelta(days=1)
    DayOff.objects.create(first=tomorrow, last=tomorrow)
    off = QualificationFactory.create(opened_at=AT + 4 * HOUR)
    DayOff.objects.create(rep=rep_of(off), first=tomorrow, last=tomorrow + timedelta(days=1))
    start(berlin, off)
    # Noon UTC is 13:00 in Berlin: four hours to closing time at 16:00 UTC.
    assert berlin.sla_due_at == AT + 4 * HOUR
    # From 16:00: one hour today, none tomorrow, three on Thursday, whatever this rep's own plans.
    assert off.sla_due_at == (AT + timedelta(days=2)).replace(hour=12)


def test_the_first_policy_in_force_that_fits_counts() -> None:
    pql = QualificationFactory.create()
    make_policy(name="Off", is_active=False, position=0)
    make_policy(name="Others", team=TeamFactory.create(name="Others"), position=1)
    make_policy(name="Everybody", position=3)
    theirs = make_policy(name="Theirs", team=rep_of(pql).team, position=2)
    start(pql)
    assert pql.sla_policy == theirs


def test_without_a_policy_or_hours_the_clock_is_empty() -> None:
    pql, idle = QualificationFactory.create(), QualificationFactory.create(
        rep=RepFactory.create(working_hours={})
    )  # fmt: skip
    start(pql)
    assert (pql.sla_policy, pql.sla_due_at, pql.sla_set_for) == (None, None, pql.assigned_at)
    make_policy()
    sla.reset_clocks()
    start(pql, idle)
    assert pql.sla_due_at == DUE
    assert (idle.sla_due_at, idle.sla_next_at) == (None, None)


def test_what_was_touched_or_is_nobodys_has_no_clock() -> None:
    make_policy()
    touched = QualificationFactory.create()
    services.accept(touched, by=rep_of(touched).user, at=AT)
    nobodys = QualificationFactory.create(rep=None)
    contacted = QualificationFactory.create(state=State.CONTACTED, first_touched_at=AT)
    assert sla.set_clocks(at=AT, limit=10) == 0
    services.assign(contacted, rep=RepFactory.create(), by=None, at=AT + HOUR)
    assert sla.set_clocks(at=AT + HOUR, limit=10) == 0
    assert not Qualification.objects.filter(pk=nobodys.pk, sla_due_at__isnull=False).exists()


def test_a_new_rep_of_a_touched_pql_has_a_clock_of_their_own() -> None:
    make_policy()
    pql = QualificationFactory.create()
    services.accept(pql, by=rep_of(pql).user, at=AT)
    services.assign(pql, rep=RepFactory.create(), by=UserFactory.create(), at=AT + HOUR)
    start(pql)
    assert pql.sla_due_at == DUE + HOUR


def test_clocks_are_worked_out_anew_when_the_reps_hours_change() -> None:
    make_policy()
    pql, other = QualificationFactory.create(), QualificationFactory.create()
    start(pql, other)
    rep = rep_of(pql)
    rep.working_hours = {"wed": [["9:00", "17:00"]]}
    rep.save()
    assert sla.reset_clocks(rep=rep) == 1
    start(pql, other)
    assert pql.sla_due_at == (AT + timedelta(days=1)).replace(hour=13)
    assert other.sla_due_at == DUE


def test_many_clocks_cost_as_many_queries_as_one(django_assert_num_queries: Any) -> None:
    make_policy()
    QualificationFactory.create_batch(5)
    with django_assert_num_queries(7):  # two of them the savepoint's
        assert sla.set_clocks(at=AT, limit=10) == 5
