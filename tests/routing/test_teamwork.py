"""The team's numbers, each against PQLs made for it."""

import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import Outcome
from routing import teamwork
from routing.models import Qualification, Rep
from routing.models.qualification import State
from tests.factories.routing import RepFactory, TeamFactory, make_manager, make_pql

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def at() -> datetime:
    return timezone.now()


@pytest.fixture
def rep() -> Rep:
    made: Rep = RepFactory.create()
    return made


def pql(rep: Rep, assigned_at: datetime, **changes: Any) -> Qualification:
    """Assigned then, as it is now; closed ones were closed an hour later."""
    made = make_pql(rep=rep, opened_at=assigned_at)
    if changes.get("state") in (State.REJECTED, State.WON, State.LOST):
        changes["closed_at"] = assigned_at + HOUR
    Qualification.objects.filter(pk=made.pk).update(**changes)
    return made


def numbers(rep: Rep, at: datetime, days: int = 30) -> teamwork.Numbers:
    return teamwork.report([rep], days=days, at=at).total


def test_acceptance_is_of_those_decided(rep: Rep, at: datetime) -> None:
    pql(rep, at - DAY)
    for _ in range(3):
        pql(rep, at - DAY, state=State.ACCEPTED, first_touched_at=at - DAY + HOUR)
    pql(rep, at - DAY, state=State.REJECTED, reject_reason="no_intent")
    found = numbers(rep, at)
    assert (found.assigned, found.accepted, found.rejected, found.waiting) == (5, 3, 1, 1)
    assert found.acceptance is not None
    assert found.acceptance.value == 0.75
    assert found.acceptance.low < 0.75 < found.acceptance.high


def test_what_was_bought_without_help_was_not_accepted(rep: Rep, at: datetime) -> None:
    pql(rep, at - DAY, state=State.WON, closing_reason="self_serve")
    assert numbers(rep, at).decided == 0


@pytest.mark.parametrize(
    ("accepted", "rejected", "verdict"),
    [
        pytest.param(15, 5, "good", id="above 70 %"),
        pytest.param(14, 6, "fair", id="70 % is not above it"),
        pytest.param(10, 10, "fair", id="50 % is not below it"),
        pytest.param(9, 11, "poor", id="below 50 %"),
        pytest.param(10, 0, "few", id="too few to say"),
    ],
)
def test_verdict_goes_by_the_benchmark(accepted: int, rejected: int, verdict: str) -> None:
    assert teamwork.Numbers(accepted=accepted, rejected=rejected).verdict == verdict


def test_first_touch_by_median_and_ninth_of_ten(rep: Rep, at: datetime) -> None:
    for hours in range(1, 12):
        assigned = at - 20 * HOUR
        pql(rep, assigned, state=State.ACCEPTED, first_touched_at=assigned + hours * HOUR)
    found = numbers(rep, at)
    assert (found.half_touched, found.most_touched) == (6 * HOUR, 10 * HOUR)


def test_late_is_touched_after_it_was_due_or_never(rep: Rep, at: datetime) -> None:
    due = at - DAY + 2 * HOUR
    pql(rep, at - DAY, sla_due_at=due)
    pql(rep, at - DAY, sla_due_at=due, state=State.ACCEPTED, first_touched_at=due + HOUR)
    pql(rep, at - DAY, sla_due_at=due, state=State.ACCEPTED, first_touched_at=due)
    pql(rep, at - DAY, sla_due_at=at + HOUR)
    pql(rep, at - DAY)
    assert numbers(rep, at).late == 2


def test_only_the_span_counts(rep: Rep, at: datetime) -> None:
    pql(rep, at - 8 * DAY)
    pql(rep, at - 6 * DAY)
    assert [numbers(rep, at, days).assigned for days in (7, 30)] == [1, 2]


def test_conversion_of_those_worked_in_time_and_of_the_others(rep: Rep, at: datetime) -> None:
    assigned = at - 5 * DAY
    called = pql(rep, assigned, state=State.ACCEPTED, first_touched_at=assigned + HOUR)
    pql(rep, assigned, state=State.ACCEPTED, first_touched_at=assigned + HOUR)
    pql(rep, assigned, state=State.ACCEPTED, first_touched_at=assigned + 2 * DAY)
    before = pql(rep, assigned)
    for one, moment in ((called, assigned + DAY), (before, assigned - DAY)):
        Outcome.objects.create(
            lead=one.lead, product=one.product, kind="converted", occurred_at=moment
        )
    report = teamwork.report([rep], days=30, at=at)
    assert (report.contacted.pqls, report.contacted.converted) == (2, 1)
    assert (report.ignored.pqls, report.ignored.converted) == (2, 0)


def test_every_number_is_as_long_as_its_list(rep: Rep, at: datetime) -> None:
    pql(rep, at - DAY, sla_due_at=at - HOUR)
    pql(rep, at - DAY, state=State.REJECTED, reject_reason="bad_data")
    client = Client()
    client.force_login(make_manager())
    report = teamwork.report([rep], days=30, at=timezone.now())
    for cut in ("assigned", "accepted", "rejected", "waiting", "late"):
        page = client.get(reverse("routing:team-pqls", args=[cut])).context["page"]
        assert page.paginator.count == getattr(report.total, cut), cut
    assert report.reasons == [("bad_data", "Wrong or missing data", 1)]


def test_numbers_of_one_team_open_the_lists_of_that_team(rep: Rep, at: datetime) -> None:
    other = RepFactory.create(team=TeamFactory.create(name="Elsewhere"))
    for whose in (rep, rep, other):
        pql(whose, at - DAY, state=State.REJECTED, reject_reason="bad_data")
    client = Client()
    client.force_login(make_manager())
    page = client.get(reverse("routing:team"), {"team": other.team_id})
    links = set(re.findall(r'href="(/team/[^"]+)"', page.content.decode()))
    counts = {}
    for link in links:
        response: Any = client.get(unescape(link))
        if "export" in link:
            lines = b"".join(response.streaming_content).decode().splitlines()
            assert [line.split(",")[0] for line in lines[1:]] == [str(other)]
        elif "rep=" not in link:
            counts[link.split("/")[3]] = response.context["page"].paginator.count
    assert counts["assigned"] == counts["rejected-bad_data"] == 1


def test_rejects_by_reason_are_told_of_each_rep_and_of_all(rep: Rep, at: datetime) -> None:
    other = RepFactory.create()
    for whose, reason in (
        (rep, "no_intent"), (rep, "bad_data"), (rep, "bad_data"), (other, "no_intent"),
        (other, "no_intent"),
    ):  # fmt: skip
        pql(whose, at - DAY, state=State.REJECTED, reject_reason=reason)
    report = teamwork.report([rep, other], days=30, at=at)
    assert [[(key, count) for key, _, count in row.reasons] for row in report.rows] == [
        [("bad_data", 2), ("no_intent", 1)],
        [("no_intent", 2)],
    ]
    assert [(key, count) for key, _, count in report.reasons] == [("no_intent", 3), ("bad_data", 2)]


def test_cost_does_not_grow_with_reps(at: datetime, django_assert_max_num_queries: Any) -> None:
    client = Client()
    client.force_login(make_manager())
    for _ in range(6):
        pql(RepFactory.create(), at - DAY)
    with django_assert_max_num_queries(22):
        assert client.get(reverse("routing:team")).status_code == 200


def test_manager_of_a_team_sees_its_reps_and_no_others(at: datetime) -> None:
    boss: User = RepFactory.create(team=TeamFactory.create(name="Europe")).user
    mine = RepFactory.create(team=TeamFactory.create(name="Asia", manager=boss))
    other = RepFactory.create(team=TeamFactory.create(name="Americas"))
    client = Client()
    client.force_login(boss)
    page = client.get(reverse("routing:team"))
    assert [row.rep for row in page.context["report"].rows] == [mine]
    url = reverse("routing:team-pqls", args=["assigned"])
    assert client.get(url, {"rep": mine.pk}).status_code == 200
    assert client.get(url, {"rep": other.pk}).status_code == 404


def test_rep_sees_their_own_numbers_alone(rep: Rep, at: datetime) -> None:
    colleague = RepFactory.create(team=rep.team)
    pql(colleague, at - DAY)
    client = Client()
    client.force_login(rep.user)
    assert client.get(reverse("routing:my-numbers")).context["row"].numbers.assigned == 0
    url = reverse("routing:team-pqls", args=["assigned"])
    assert client.get(url).context["page"].paginator.count == 0
    assert client.get(url, {"rep": colleague.pk}).status_code == 404
    assert client.get(url, {"rep": "x"}).status_code == 404


def test_export_holds_the_table(rep: Rep, at: datetime) -> None:
    pql(rep, at - DAY, state=State.ACCEPTED, first_touched_at=at - DAY + HOUR)
    client = Client()
    client.force_login(make_manager())
    response: Any = client.get(reverse("routing:team-export"))
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert lines[0].removeprefix("\ufeff").startswith("Rep,Team,Assigned")
    assert lines[1].startswith(f"{rep},{rep.team},1,1,0,1.0")
