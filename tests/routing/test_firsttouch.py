"""First touches in working time."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from routing.firsttouch import Took, took_of
from routing.models import DayOff, Qualification, Rep
from tests.factories.routing import QualificationFactory, RepFactory

pytestmark = pytest.mark.django_db

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
FRIDAY = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)  # half an hour before the reps go home
MONDAY = FRIDAY.replace(day=9, hour=9, minute=15)


def touched(rep: Rep, since: datetime, until: datetime | None) -> None:
    QualificationFactory.create(rep=rep, opened_at=since, first_touched_at=until)


def took(*reps: Rep) -> Any:
    return took_of(Qualification.objects.all(), reps)


def test_nights_and_weekends_do_not_count(django_assert_num_queries: Any) -> None:
    rep = RepFactory.create()
    touched(rep, FRIDAY, MONDAY)
    with django_assert_num_queries(2):
        of_reps, of_all = took(rep)
    assert of_reps == {rep.pk: Took(45 * MINUTE, 45 * MINUTE)}
    assert of_all == of_reps[rep.pk]


def test_each_reps_own_clock_counts() -> None:
    berlin = RepFactory.create(time_zone="Europe/Berlin")
    touched(berlin, FRIDAY, MONDAY)  # Friday 17:30 to Monday 10:15 there
    assert took(berlin)[0][berlin.pk].half == 75 * MINUTE


def test_a_holiday_of_all_does_not_count_and_ones_own_does() -> None:
    rep = RepFactory.create()
    touched(rep, FRIDAY, MONDAY)
    day = date(2026, 3, 9)
    off = DayOff.objects.create(rep=rep, first=day, last=day)
    assert took(rep)[1].half == 45 * MINUTE
    DayOff.objects.filter(pk=off.pk).update(rep=None)
    assert took(rep)[1].half == 30 * MINUTE


def test_half_and_nine_of_ten_lie_between_two_in_proportion() -> None:
    rep, other = RepFactory.create_batch(2)
    for minutes in range(0, 50, 10):
        touched(rep, MONDAY, MONDAY + minutes * MINUTE)
    touched(other, MONDAY, MONDAY + 2 * HOUR)
    of_reps, of_all = took(rep, other)
    assert of_reps[rep.pk] == Took(20 * MINUTE, 36 * MINUTE)
    assert of_all == Took(25 * MINUTE, 80 * MINUTE)


def test_left_out_is_what_was_not_touched_and_who_never_works() -> None:
    rep, idle = RepFactory.create(), RepFactory.create(working_hours={})
    touched(rep, MONDAY, None)
    touched(rep, MONDAY, MONDAY - HOUR)  # before it became theirs
    touched(idle, MONDAY, MONDAY + HOUR)
    assert took(rep, idle) == ({}, None)
