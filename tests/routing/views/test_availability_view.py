from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routing.models import Rep
from tests.factories.routing import RepFactory, UserFactory, make_manager

pytestmark = pytest.mark.django_db


@pytest.fixture
def rep(client: Client) -> Rep:
    found: Rep = RepFactory.create()
    client.force_login(found.user)
    return found


def test_a_rep_goes_off_and_comes_back(client: Client, rep: Rep) -> None:
    assert "Open PQLs" in client.get("/me/availability/").content.decode()
    client.post(f"/reps/{rep.pk}/off/", {"days": "7"})
    rep.refresh_from_db()
    assert rep.off_until is not None
    assert rep.off_until - timezone.now() > timedelta(days=6)
    assert (rep.off_until.hour, rep.off_until.weekday() < 5) == (9, True)
    assert "I am back" in client.get("/me/availability/").content.decode()
    client.post(f"/reps/{rep.pk}/back/")
    rep.refresh_from_db()
    assert rep.off_until is None


def test_off_until_is_on_the_reps_own_clock(client: Client, rep: Rep) -> None:
    rep.time_zone = "Asia/Kolkata"
    rep.save()
    day = timezone.now().date() + timedelta(days=3)
    client.post(f"/reps/{rep.pk}/off/", {"until": f"{day}T10:30"})
    rep.refresh_from_db()
    assert rep.off_until is not None
    assert f"{rep.off_until:%H:%M}" == "05:00"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({}, "Choose how long", id="nothing"),
        pytest.param({"until": "soon"}, "Choose a date and a time", id="no moment"),
        pytest.param({"until": "2020-01-01T10:00"}, "in the future", id="the past"),
    ],
)
def test_off_that_makes_no_sense_says_so(
    client: Client, rep: Rep, given: dict[str, str], says: str
) -> None:
    answer = client.post(
        f"/reps/{rep.pk}/off/", {**given, "next": "/me/availability/"}, follow=True
    )
    assert says in answer.content.decode()
    rep.refresh_from_db()
    assert rep.off_until is None


def test_a_rep_sets_their_time_zone(client: Client, rep: Rep) -> None:
    client.post(f"/reps/{rep.pk}/zone/", {"time_zone": "Europe/Berlin"})
    rep.refresh_from_db()
    assert rep.time_zone == "Europe/Berlin"
    answer = client.post(
        f"/reps/{rep.pk}/zone/", {"time_zone": "Mars", "next": "/me/availability/"}, follow=True
    )
    assert "“Mars” is no time zone" in answer.content.decode()
    rep.refresh_from_db()
    assert rep.time_zone == "Europe/Berlin"


def test_others_are_changed_by_who_leads_them_alone(client: Client, rep: Rep) -> None:
    colleague = RepFactory.create(paused_at=timezone.now())
    for verb in ("off", "back", "zone", "resume"):
        assert client.post(f"/reps/{colleague.pk}/{verb}/").status_code == 404
    lead = UserFactory.create()
    colleague.team.manager = lead
    colleague.team.save()
    client.force_login(lead)
    assert str(colleague) in client.get("/me/availability/").content.decode()
    client.post(f"/reps/{colleague.pk}/resume/")
    colleague.refresh_from_db()
    assert colleague.paused_at is None


def test_a_paused_rep_has_to_act(client: Client, rep: Rep) -> None:
    Rep.objects.update(paused_at=timezone.now())
    assert "Accept, reject or snooze" in client.get("/me/availability/").content.decode()
    client.post(f"/reps/{rep.pk}/resume/")
    rep.refresh_from_db()
    assert rep.paused_at is not None


def test_who_is_no_rep_and_leads_nobody_is_told(client: Client) -> None:
    client.force_login(UserFactory.create())
    assert "Nobody here yet" in client.get("/me/availability/").content.decode()
    client.force_login(make_manager())
    assert client.get("/me/availability/").status_code == 200
