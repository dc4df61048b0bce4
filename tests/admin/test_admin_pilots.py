from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from routing.models import Pilot, PilotVerdict, ReviewPolicy
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT

pytestmark = pytest.mark.django_db


def test_a_pilots_results_open_empty_and_full(client: Client) -> None:
    pilot = Pilot.objects.create(name="March", starts_at=AT, ends_at=AT + timedelta(days=14))
    address = f"/admin/routing/pilot/{pilot.pk}/results/"
    page = client.get(address).content.decode()
    assert "fewer than 30 PQLs" in page
    assert "No verdict yet" in page
    PilotVerdict.objects.create(
        pilot=pilot, rep=RepFactory.create(), day=AT.date(), verdict="good", count=2, lowest=80,
        highest=95, average=88, at=AT,
    )  # fmt: skip
    assert "80 to 99" in client.get(address).content.decode()
    assert client.get("/admin/routing/pilot/999/results/").status_code == 404


def test_a_pilot_that_ends_before_it_starts_is_refused(client: Client) -> None:
    RepFactory.create()  # for the comparison group
    answer = client.post(
        "/admin/routing/pilot/add/",
        {
            "name": "March", "share": 60, "reps": [RepFactory.create().pk],
            "starts_at_0": "2026-03-10", "starts_at_1": "09:00",
            "ends_at_0": "2026-03-09", "ends_at_1": "09:00",
        },
    )  # fmt: skip
    page = answer.content.decode()
    assert "The end is before the start. Swap them." in page
    assert "50 or less." in page
    assert not Pilot.objects.exists()


def test_pilots_say_whether_they_run(client: Client) -> None:
    now, day = timezone.now(), timedelta(days=1)
    for name, begins in (("Past", -9), ("Now", -1), ("Next", 3)):
        starts = now + begins * day
        Pilot.objects.create(name=name, starts_at=starts, ends_at=starts + 4 * day)
    page = client.get("/admin/routing/pilot/").content.decode()
    assert all(state in page for state in ("Over", "Running", "Not begun"))


def test_a_review_policy_takes_conditions_as_rows(client: Client) -> None:
    answer = client.post(
        "/admin/routing/reviewpolicy/add/",
        {
            "name": "New rubric", "is_active": "on", "conditions-field": ["Total", ""],
            "conditions-op": ["at_most", "is"], "conditions-value": ["100", ""],
        },
    )  # fmt: skip
    assert answer.status_code == 302
    assert ReviewPolicy.objects.get().conditions == [
        {"field": "total", "op": "at_most", "value": 100}
    ]
    assert "Total is at most 100" in client.get("/admin/routing/reviewpolicy/").content.decode()


def test_the_team_calendar_shows_everybody(client: Client) -> None:
    RepFactory.create(team__name="Europe", working_hours={})
    RepFactory.create(max_open=4)
    page = client.get("/admin/routing/rep/calendar/").content.decode()
    assert "of 2 reps would get a new PQL right now" in page
    assert "Has no working hours" in page
    assert "0 of 4" in page
