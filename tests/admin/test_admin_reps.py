from datetime import date
from typing import Any

import pytest
from django.test import Client

from routing.models import DayOff, Rep
from tests.factories.routing import RepFactory

pytestmark = pytest.mark.django_db

NO_DAYS_OFF = {"days_off-TOTAL_FORMS": 0, "days_off-INITIAL_FORMS": 0}


def posted(rep: Rep, **changes: Any) -> dict[str, Any]:
    return {
        "user": rep.user_id,
        "team": rep.team_id,
        "is_available": "on",
        "time_zone": "Europe/Berlin",
        "hours_mon": "9:00-12:30, 13-17",
        "hours_sat": "10-14",
        "weight": 2,
        "skills": "German, enterprise , German,",
        **NO_DAYS_OFF,
        **changes,
    }


def test_a_reps_page_takes_hours_as_text(client: Client) -> None:
    rep = RepFactory.create()
    address = f"/admin/routing/rep/{rep.pk}/change/"
    page = client.get(address).content.decode()
    assert page.count('value="9:00-17:00"') == 5
    assert client.post(address, posted(rep)).status_code == 302
    rep.refresh_from_db()
    assert rep.working_hours == {
        "mon": [["09:00", "12:30"], ["13:00", "17:00"]], "sat": [["10:00", "14:00"]]
    }  # fmt: skip
    assert (rep.time_zone, rep.weight, rep.skills) == ("Europe/Berlin", 2, ["German", "enterprise"])
    assert "Mon 9:00–12:30 and 13:00–17:00, Sat 10:00–14:00 (Europe/Berlin)" in client.get(
        "/admin/routing/rep/"
    ).content.decode()  # fmt: skip


def test_hours_that_make_no_sense_are_named_and_change_nothing(client: Client) -> None:
    rep = RepFactory.create()
    answer = client.post(
        f"/admin/routing/rep/{rep.pk}/change/", posted(rep, hours_mon="all day", hours_tue="17-9")
    )
    page = answer.content.decode()
    assert "Monday: write “all day” like 9:00-17:00." in page
    assert "Tuesday: 17:00 to 09:00 ends before it begins." in page
    assert 'value="all day"' in page
    rep.refresh_from_db()
    assert rep.time_zone == "UTC"


def test_a_holiday_of_everybody(client: Client) -> None:
    answer = client.post(
        "/admin/routing/dayoff/add/",
        {"rep": "", "first": "2026-12-24", "last": "2027-01-01", "note": "Closed"},
    )
    assert answer.status_code == 302
    assert DayOff.objects.get().last == date(2027, 1, 1)
    assert "Everybody" in client.get("/admin/routing/dayoff/").content.decode()
