from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from routing.availability import Load, company_hours_of, day_begins, hours_of, loads_of
from routing.models import DayOff
from routing.models.qualification import State
from tests.factories.routing import QualificationFactory, RepFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db

TUESDAY = AT.date()


def test_hours_of_know_everybodys_days_off_and_their_own() -> None:
    one, other = RepFactory.create_batch(2)
    DayOff.objects.create(rep=one, first=TUESDAY, last=TUESDAY)
    DayOff.objects.create(first=TUESDAY + timedelta(days=1), last=TUESDAY + timedelta(days=1))
    tomorrow, after = AT + timedelta(days=1), AT + timedelta(days=2)
    hours = hours_of([one, other])
    assert [hours[one.pk].is_open(day) for day in (AT, tomorrow, after)] == [False, False, True]
    assert [hours[other.pk].is_open(day) for day in (AT, tomorrow, after)] == [True, False, True]
    company = company_hours_of([one])[one.pk]
    assert [company.is_open(day) for day in (AT, tomorrow, after)] == [True, False, True]


def test_loads_count_what_is_open_and_what_came_today(django_assert_num_queries: Any) -> None:
    rep, idle = RepFactory.create_batch(2)
    yesterday = AT - timedelta(days=1)
    QualificationFactory.create(rep=rep)
    QualificationFactory.create(rep=rep, state=State.SNOOZED, snoozed_until=AT, opened_at=yesterday)
    QualificationFactory.create(rep=rep, state=State.LOST, closed_at=AT)
    QualificationFactory.create(rep=rep, state=State.LOST, closed_at=AT, opened_at=yesterday)
    with django_assert_num_queries(2):
        loads = loads_of([rep, idle], at=AT)
    assert loads == {rep.pk: Load(open=2, new_today=2), idle.pk: Load()}
    assert loads_of([], at=AT) == {}


def test_today_is_the_reps_own() -> None:
    auckland = RepFactory.create(time_zone="Pacific/Auckland")
    morning = day_begins(auckland, AT)  # it is 1 in the morning there
    assert morning == datetime(2026, 3, 10, 11, tzinfo=UTC)
    assert auckland.today(AT) == date(2026, 3, 11)
    QualificationFactory.create(rep=auckland, opened_at=morning)
    QualificationFactory.create(rep=auckland, opened_at=morning - timedelta(seconds=1))
    assert loads_of([auckland], at=AT)[auckland.pk] == Load(open=2, new_today=1)


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        pytest.param({}, "", id="no limits"),
        pytest.param({"max_open": 4}, "", id="room for one"),
        pytest.param({"max_open": 3}, "3 open, 3 at most", id="open limit reached"),
        pytest.param({"max_new_a_day": 2}, "2 new today, 2 at most", id="daily limit reached"),
        pytest.param({"max_open": 0}, "3 open, 0 at most", id="zero is a limit"),
    ],
)
def test_why_full(limits: dict[str, int], why: str) -> None:
    load = Load(open=3, new_today=2)
    rep = RepFactory.build(**limits)
    assert (load.why_full(rep), load.is_full(rep)) == (why, why != "")
