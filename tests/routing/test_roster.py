from datetime import timedelta
from typing import Any

import pytest

from routing import roster
from routing.models import DayOff, Rep
from routing.roster import Presence
from routing.viewers import Viewer
from tests.factories.routing import QualificationFactory, RepFactory, UserFactory, make_manager
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "presence", "words"),
    [
        pytest.param({}, Presence.AT_WORK, "Until Tue 10 Mar, 17:00", id="at work"),
        pytest.param({"max_open": 1}, Presence.FULL, "1 open, 1 at most", id="full"),
        pytest.param(
            {"time_zone": "America/New_York"},
            Presence.LATER,
            "Back Tue 10 Mar, 09:00",
            id="before their morning",
        ),
        pytest.param({"working_hours": {}}, Presence.LATER, "Has no working hours", id="no hours"),
        pytest.param(
            {"off_until": AT + 2 * HOUR}, Presence.OFF, "Until Tue 10 Mar, 14:00", id="off"
        ),
        pytest.param({"paused_at": AT}, Presence.PAUSED, "Let PQLs pass in silence", id="paused"),
        pytest.param({"is_available": False}, Presence.SWITCHED_OFF, "Gets nothing", id="off"),
        pytest.param(
            {"user__is_active": False}, Presence.DEACTIVATED, "1 open PQLs are still theirs",
            id="deactivated",
        ),
    ],
)  # fmt: skip
def test_where_a_rep_stands(changes: dict[str, Any], presence: Presence, words: str) -> None:
    rep = RepFactory.create(**changes)
    QualificationFactory.create(rep=rep)
    [shown] = roster.roster(Rep.objects.all(), at=AT)
    assert shown.presence == presence
    assert words in shown.words
    assert shown.gets_new is (presence == Presence.AT_WORK)


def test_days_off_are_shown_and_when_they_are_back() -> None:
    rep = RepFactory.create(max_open=9)
    DayOff.objects.create(rep=rep, first=AT.date(), last=AT.date() + timedelta(days=1))
    [shown] = roster.roster(Rep.objects.all(), at=AT)
    assert (shown.presence, shown.words) == (Presence.OFF, "Back Thu 12 Mar, 09:00")
    assert [day.is_off for day in shown.days[:3]] == [True, True, False]
    assert [day.hours_list for day in shown.days[2:5]] == [["9–17"], ["9–17"], [""]]
    assert (shown.open_words, shown.new_words) == ("0 of 9", "0")


def test_a_roster_costs_the_same_for_many(django_assert_num_queries: Any) -> None:
    RepFactory.create_batch(6)
    with django_assert_num_queries(4):
        assert len(roster.roster(Rep.objects.all(), at=AT)) == 6


def test_whose_availability_a_person_may_change() -> None:
    manager = UserFactory.create()
    mine, other = RepFactory.create(), RepFactory.create(team__name="Others")
    mine.team.manager = manager
    mine.team.save()
    assert set(roster.reps_of(Viewer.of(manager))) == {mine}
    assert set(roster.reps_of(Viewer.of(other.user))) == {other}
    assert set(roster.reps_of(Viewer.of(make_manager()))) == {mine, other}
    assert set(roster.reps_of(Viewer.of(UserFactory.create()))) == set()
