"""A manager is told of their team's day, once, at the time they chose."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User

from routing import services
from routing.alerts import Content, claim_messages
from routing.alerts.summaries import tell_managers
from routing.models import Alert, AlertPreference, Team
from routing.models.alert import AlertKind, Severity
from tests.factories.routing import RepFactory, TeamFactory, UserFactory, make_pql, rep_of

pytestmark = pytest.mark.django_db
BERLIN = ZoneInfo("Europe/Berlin")
NINE = datetime(2026, 3, 11, 9, tzinfo=BERLIN)


@pytest.fixture
def team() -> Team:
    manager = UserFactory.create()
    AlertPreference.objects.create(user=manager, time_zone="Europe/Berlin", digest_time=time(9))
    team: Team = TeamFactory.create(manager=manager)
    return team


def manager_of(team: Team) -> User:
    assert team.manager is not None
    return team.manager


def a_days_work(team: Team) -> None:
    rep = RepFactory.create(team=team)
    waits, accepted, rejected, older = (
        make_pql(rep=rep, opened_at=NINE - timedelta(hours=hours)) for hours in (3, 4, 5, 30)
    )
    services.accept(accepted, by=rep.user, at=NINE - timedelta(hours=1))
    services.reject(rejected, by=rep.user, at=NINE - timedelta(hours=1), reason="no_intent")
    services.accept(older, by=rep.user, at=NINE - timedelta(hours=25))
    make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Other")))
    assert rep_of(waits) == rep


def test_the_day_in_figures(team: Team) -> None:
    a_days_work(team)
    assert tell_managers(at=NINE) == 1
    alert = Alert.objects.get()
    assert (alert.user, alert.kind) == (manager_of(team), AlertKind.TEAM_SUMMARY)
    assert (alert.severity, alert.lead) == (Severity.NORMAL, None)
    assert alert.title == f"{team}: 3 new, 1 waiting"
    content = Content.from_json(alert.content)
    assert {figure.name: figure.value for figure in content.figures} == {
        "New PQLs": "3", "Accepted": "1", "Rejected": "1", "Waiting now": "1",
        "Not touched in time": "0", "Nobody’s": "0",
    }  # fmt: skip
    assert [message.alerts for message in claim_messages(at=NINE, limit=9)] == [(alert,)]


@pytest.mark.parametrize(
    ("after", "told"),
    [
        pytest.param(timedelta(minutes=-1), 0, id="not yet"),
        pytest.param(timedelta(hours=11), 1, id="late, after an outage"),
        pytest.param(timedelta(hours=12), 0, id="too late"),
    ],
)
def test_when(team: Team, after: timedelta, told: int) -> None:
    a_days_work(team)
    assert tell_managers(at=NINE + after) == told


def test_once_a_day(team: Team) -> None:
    a_days_work(team)
    told = [tell_managers(at=NINE + timedelta(hours=hours)) for hours in (0, 1, 24)]
    assert told == [1, 0, 1]


def test_a_day_of_nothing_and_a_muted_kind_are_not_told(team: Team) -> None:
    assert tell_managers(at=NINE) == 0
    a_days_work(team)
    AlertPreference.objects.update(muted_kinds=[AlertKind.TEAM_SUMMARY])
    assert tell_managers(at=NINE) == 0
