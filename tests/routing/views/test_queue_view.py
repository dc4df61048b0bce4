from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from routing.models import Qualification
from routing.models.qualification import State
from rubrics.models import Score
from tests.factories.routing import RepFactory, TeamFactory, UserFactory, make_manager, make_pql
from tests.factories.rubrics import ScoreChangeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya() -> User:
    user: User = RepFactory.create().user
    return user


@pytest.fixture
def signed_in(client: Client, maya: User) -> Client:
    client.force_login(maya)
    return client


def _names(client: Client, address: str = "/") -> list[str]:
    page = client.get(address).context["page"]
    return [row.pql.lead.name for row in page.rows]


def test_queue_asks_who_you_are(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_queue_needs_a_role(client: Client) -> None:
    client.force_login(UserFactory.create(permissions=()))
    response = client.get("/")
    assert response.status_code == 403
    assert "Ask whoever runs your workspace" in response.content.decode()


def test_queue_tabs_show_what_the_role_may_see(signed_in: Client, maya: User) -> None:
    other_team = TeamFactory.create(name="Europe")
    make_pql(rep=maya.rep, lead__name="mine")
    make_pql(rep=RepFactory.create(), lead__name="team")
    make_pql(rep=RepFactory.create(team=other_team), lead__name="theirs")
    make_pql(rep=None, lead__name="nobody's")
    snoozed = {"state": State.SNOOZED, "snoozed_until": timezone.now() + timedelta(days=1)}
    make_pql(rep=RepFactory.create(), lead__name="asleep", **snoozed)
    make_pql(rep=RepFactory.create(team=other_team), lead__name="asleep there", **snoozed)
    make_pql(rep=maya.rep, lead__name="over", state=State.WON, closed_at=timezone.now())

    assert _names(signed_in) == ["mine"]
    assert sorted(_names(signed_in, "/?tab=team")) == ["mine", "team"]
    assert _names(signed_in, "/?tab=unassigned") == ["nobody's"]
    assert _names(signed_in, "/?tab=snoozed") == ["asleep"]
    assert _names(signed_in, "/?tab=closed") == ["over"]
    counts = {tab["key"]: tab["count"] for tab in signed_in.get("/").context["tabs"]}
    assert counts == {"mine": 1, "team": 2, "unassigned": 1, "snoozed": 1, "closed": None}

    signed_in.force_login(make_manager())
    assert sorted(_names(signed_in)) == ["mine", "nobody's", "team", "theirs"]
    assert sorted(_names(signed_in, "/?tab=snoozed")) == ["asleep", "asleep there"]


def test_queue_shows_now_then_and_the_week_before(signed_in: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    score = Score.objects.get(lead=pql.lead)
    ScoreChangeFactory.create(
        score=score, at=timezone.now() - timedelta(days=8), behavior=40, total=72
    )
    ScoreChangeFactory.create(score=score, at=timezone.now() - timedelta(days=6), total=999)
    Qualification.objects.filter(pk=pql.pk).update(total=85, behavior=53)
    response = signed_in.get("/")
    (row,) = response.context["page"].rows
    assert (row.fit, row.behavior, row.total, row.was_total, row.trend) == (32, 60, 92, 85, 20)
    page = response.content.decode()
    assert "was 85" in page
    assert "up 20 in 7 days" in page


def test_queue_orders_and_filters(signed_in: Client, maya: User) -> None:
    now = timezone.now()
    make_pql(rep=maya.rep, lead__name="fits", fit=40, behavior=50, opened_at=now)
    make_pql(
        rep=maya.rep, lead__name="acts", fit=10, behavior=99, opened_at=now - timedelta(days=2)
    )
    contacted = make_pql(rep=maya.rep, lead__name="last", fit=22, behavior=60)
    Qualification.objects.filter(pk=contacted.pk).update(state=State.CONTACTED)
    assert _names(signed_in) == ["acts", "fits", "last"]
    assert _names(signed_in, "/?order=fit") == ["fits", "last", "acts"]
    assert _names(signed_in, "/?order=behavior") == ["acts", "last", "fits"]
    assert _names(signed_in, "/?order=newest") == ["fits", "acts", "last"]
    assert _names(signed_in, "/?order=waiting") == ["last", "acts", "fits"]
    assert _names(signed_in, "/?min_fit=22") == ["fits", "last"]
    assert _names(signed_in, "/?min_total=100") == ["acts"]
    assert _names(signed_in, "/?state=contacted") == ["last"]
    assert _names(signed_in, "/?q=ACT") == ["acts"]
    assert _names(signed_in, "/?product=999") == []


@pytest.mark.parametrize(
    "query",
    ["tab=x", "page=0", "page=99999999999", "min_fit=abc", "order=%27", "product=-1", "q=%00"],
)
def test_queue_survives_nonsense(signed_in: Client, query: str) -> None:
    assert signed_in.get(f"/?{query}").status_code == 200


def test_queue_pages_hold_thirty(signed_in: Client, maya: User) -> None:
    for number in range(31):
        make_pql(rep=maya.rep, lead__name=f"lead {number}", behavior=40 + number)
    first, second = signed_in.get("/").context["page"], signed_in.get("/?page=2").context["page"]
    assert (len(first.rows), first.has_next) == (30, True)
    assert (len(second.rows), second.has_next) == (1, False)


def test_queue_costs_no_more_than_eight_queries(client: Client) -> None:
    for number in range(30):
        make_pql(lead__name=f"lead {number}")
    client.force_login(make_manager())
    client.get("/")  # compiles the rubric, once a process
    for address in ("/", "/?tab=unassigned", "/?tab=closed", "/?q=lead&min_fit=10&order=fit"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        assert len(queries) <= 8, [query["sql"][:200] for query in queries]


def test_queue_escapes_what_people_are_called(signed_in: Client, maya: User) -> None:
    make_pql(
        rep=maya.rep, lead__name="<script>alert(1)</script>", lead__account__name='"><img src=x>'
    )
    page = signed_in.get("/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_pages_have_no_inline_scripts_or_styles(signed_in: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    for address in ("/", f"/leads/{pql.lead_id}/", "/help/scores/", "/leads/"):
        page = signed_in.get(address).content.decode()
        assert "style=" not in page
        assert "<style" not in page
        assert page.count("<script") == page.count("<script src=")
        assert " onclick" not in page


def test_synthetic_leads_are_marked(signed_in: Client, maya: User) -> None:
    make_pql(rep=maya.rep, lead__is_synthetic=True)
    assert 'badge-synthetic">Synthetic' in signed_in.get("/").content.decode()


def test_pulse_says_nothing_until_something_changed(signed_in: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    context = signed_in.get("/").context
    asked = {"seen": context["fingerprint"], "scores": context["score_ids"]}
    with CaptureQueriesContext(connection) as queries:
        assert signed_in.get("/queue/pulse/", asked).status_code == 204
    assert len(queries) <= 4
    Score.objects.filter(lead=pql.lead).update(changed_at=timezone.now())
    answer = signed_in.get("/queue/pulse/", asked)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    again = {"seen": answer.context["fingerprint"], "scores": answer.context["score_ids"]}
    assert signed_in.get("/queue/pulse/", again).status_code == 204
    pql.changes.create(to_state=State.ASSIGNED, at=timezone.now())
    assert signed_in.get("/queue/pulse/", again).status_code == 200


def test_pulse_of_an_empty_queue_is_quiet(signed_in: Client, maya: User) -> None:
    closed = make_pql(rep=maya.rep, state=State.WON, closed_at=timezone.now())
    closed.changes.create(to_state=State.WON, at=timezone.now())
    seen = signed_in.get("/").context["fingerprint"]
    assert signed_in.get("/queue/pulse/", {"seen": seen, "scores": ""}).status_code == 204
    assert signed_in.get("/queue/pulse/", {"scores": "a,,9" * 40}).status_code == 200
