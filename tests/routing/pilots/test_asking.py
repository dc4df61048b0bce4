"""The day's question comes as an alert, once, to whoever has something to say."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from routing import pilots
from routing.alerts import Content
from routing.models import Alert, AlertPreference, DayOff, Pilot, PilotVerdict, Rep
from routing.services import InvalidRequest
from tests.factories.routing import RepFactory
from tests.factories.rubrics import AT
from tests.routing.pilots.test_pilots import DAY, in_pilot, make_pilot
from tests.stock import written_once

pytestmark = pytest.mark.django_db

# AT is a Tuesday noon; reps work 9 to 17 UTC.
ASKED = AT.replace(hour=16, minute=45)
TICK = timedelta(microseconds=1)


@pytest.fixture
@written_once
def rep() -> Rep:
    found: Rep = RepFactory.create()
    return found


@pytest.fixture
@written_once
def pilot(rep: Rep) -> Pilot:
    """With two PQLs of today, one of yesterday, and one of the comparison group."""
    made = make_pilot(rep)
    in_pilot(made, rep=rep, behavior=50)
    in_pilot(made, rep=rep, behavior=80)
    in_pilot(made, rep=rep, opened_at=AT - DAY)
    in_pilot(made, arm="comparison", rep=RepFactory.create())
    return made


def test_asked_once_at_the_end_of_the_day_with_the_answers_a_tap_away(
    rep: Rep, pilot: Pilot
) -> None:
    assert pilots.ask_reps(at=ASKED - TICK) == 0
    assert [pilots.ask_reps(at=ASKED + later * TICK) for later in range(3)] == [1, 0, 0]
    alert = Alert.objects.get()
    assert (alert.user, alert.kind) == (rep.user, "pilot")
    assert alert.title == "Were your 2 PQLs of Tue 10 Mar good?"
    content = Content.from_json(alert.content)
    assert content.message.startswith("Pilot March, totals of 82 to 112.")
    assert content.path == f"/pilots/{pilot.pk}/verdict/?day=2026-03-10"
    assert [(link.text, link.path) for link in content.links] == [
        (word, f"{content.path}&verdict={word.lower()}") for word in ("Good", "Mixed", "Poor")
    ]


def test_comes_while_who_is_quiet_off_work_is_still_there(rep: Rep, pilot: Pilot) -> None:
    AlertPreference.objects.create(user=rep.user, quiet_hours="off_work", email_from=1)
    pilots.ask_reps(at=ASKED)
    alert = Alert.objects.get()
    assert (alert.due_at, alert.channels) == (ASKED, ["slack", "email"])


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"off_until": AT + DAY}, id="off"),
        pytest.param({"working_hours": {"mon": [["09:00", "17:00"]]}}, id="a free day"),
    ],
)
def test_who_is_not_there_is_not_asked(rep: Rep, pilot: Pilot, change: dict[str, Any]) -> None:
    Rep.objects.filter(pk=rep.pk).update(**change)
    assert pilots.ask_reps(at=ASKED) == 0


def test_not_asked_on_a_day_off_when_answered_without_pqls_or_deactivated(
    rep: Rep, pilot: Pilot
) -> None:
    day = date(2026, 3, 10)
    off = DayOff.objects.create(rep=rep, first=day, last=day)
    assert pilots.ask_reps(at=ASKED) == 0
    off.delete()
    pilots.give_verdict(pilot, rep=rep, verdict="good", at=AT)
    assert pilots.ask_reps(at=ASKED) == 0
    PilotVerdict.objects.all().delete()
    rep.user.is_active = False
    rep.user.save()
    assert pilots.ask_reps(at=ASKED) == 0
    rep.user.is_active = True
    rep.user.save()
    assert pilots.ask_reps(at=ASKED + DAY) == 0
    assert pilots.ask_reps(at=ASKED) == 1


def test_after_an_outage_a_day_is_asked_about_for_twelve_hours(rep: Rep, pilot: Pilot) -> None:
    late = ASKED + timedelta(hours=12)
    assert pilots.ask_reps(at=late) == 0
    assert pilots.ask_reps(at=late - TICK) == 1
    assert Alert.objects.get().title.startswith("Were your 2 PQLs of Tue 10 Mar")


def test_the_page_takes_the_tap_of_that_day_and_a_link_alone_writes_nothing(
    rep: Rep, pilot: Pilot, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pilots.ask_reps(at=ASKED)
    next_day = ASKED + DAY
    monkeypatch.setattr("django.utils.timezone.now", lambda: next_day)
    client.force_login(rep.user)
    address = f"/pilots/{pilot.pk}/verdict/"
    page = client.get(f"{address}?day=2026-03-10&verdict=poor").content.decode()
    assert "Were your 2 PQLs of Tue 10 Mar good?" in page
    assert page.count("autofocus") == 1
    assert not PilotVerdict.objects.exists()
    assert "Nothing to ask" in client.get(f"{address}?day=2026-02-30").content.decode()
    client.post(address, {"verdict": "poor", "day": "2026-03-10"})
    said = PilotVerdict.objects.get()
    assert (said.day, said.verdict, said.count) == (date(2026, 3, 10), "poor", 2)
    alert = Alert.objects.get()
    assert (alert.read_at, alert.channels) == (next_day, [])


def test_a_day_is_answered_within_a_week(rep: Rep, pilot: Pilot) -> None:
    day = date(2026, 3, 10)
    pilots.give_verdict(pilot, rep=rep, verdict="good", at=AT + 7 * DAY, day=day)
    with pytest.raises(InvalidRequest, match="more than a week ago"):
        pilots.give_verdict(pilot, rep=rep, verdict="poor", at=AT + 8 * DAY, day=day)
