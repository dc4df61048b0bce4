"""Why the dealing would not give somebody a PQL, as it is said to who chooses them by hand."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import DayOff
from routing.services.choosing import doubts_about
from tests.factories.routing import QualificationFactory, RepFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db

# A Tuesday at noon in UTC, the clock of the reps unless something else is said.
SATURDAY = AT + timedelta(days=4)


@pytest.mark.parametrize(
    ("rep", "at", "doubt"),
    [
        pytest.param({}, AT, None, id="at work, and no limits"),
        pytest.param({"is_available": False}, AT, "is switched off", id="switched off"),
        pytest.param(
            {"off_until": AT + timedelta(days=1)}, AT, "is off until Wed 11 Mar, 12:00", id="off"
        ),
        pytest.param({"off_until": AT}, AT, None, id="back at this moment"),
        pytest.param(
            {"paused_at": AT}, AT, "let PQLs pass and gets nothing new until they act", id="paused"
        ),
        pytest.param({}, SATURDAY, "is not at work before Mon 16 Mar, 09:00", id="on a free day"),
        pytest.param({"working_hours": {}}, AT, "has no working hours", id="never at work"),
        pytest.param({"max_open": 1}, AT, "has 1 open, 1 at most", id="full"),
        pytest.param({"max_open": 2}, AT, None, id="room for one more"),
        pytest.param({"max_new_a_day": 1}, AT, "has 1 new today, 1 at most", id="had their day's"),
        pytest.param(
            {"max_open": 1},
            SATURDAY,
            "has 1 open, 1 at most; is not at work before Mon 16 Mar, 09:00",
            id="several reasons",
        ),
    ],
)
def test_doubts(rep: dict[str, Any], at: datetime, doubt: str | None) -> None:
    one = RepFactory.create(**rep)
    QualificationFactory.create(rep=one, opened_at=AT)
    assert doubts_about([one], at=at).get(one.pk) == doubt


def test_room_is_for_all_of_them_or_it_is_said_for_how_many() -> None:
    one = RepFactory.create(max_open=4, max_new_a_day=9)
    QualificationFactory.create(rep=one)
    assert doubts_about([one], at=AT, count=3) == {}
    assert doubts_about([one], at=AT, count=4) == {one.pk: "has room for 3 of these 4"}


def test_days_off_count_and_many_reps_ask_no_more_than_one() -> None:
    one, *others = RepFactory.create_batch(5)
    DayOff.objects.create(rep=one, first=date(2026, 3, 10), last=date(2026, 3, 10))
    with CaptureQueriesContext(connection) as queries:
        assert doubts_about([one, *others], at=AT) == {one.pk: "has a day off"}
    assert len(queries) == 3
