from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from leads.models import Product, Source
from routing.models import Forecast, Qualification
from routing.models.qualification import State
from routing.services import open_qualifications
from rubrics.models import Score
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from tests.factories.routing import (
    QualificationFactory,
    RepFactory,
    TeamFactory,
    UserFactory,
    make_manager,
    make_pql,
)
from tests.factories.rubrics import (
    AT,
    DOCUMENT,
    ProductFactory,
    ScoreChangeFactory,
    ScoreFactory,
    make_version,
)
from tests.rubrics.makers import make_lead

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


def _page(client: Client, address: str) -> list[Any]:
    rows: list[Any] = client.get(address).context["page"].rows
    return rows


def _foretold(pql: Qualification, **told: Any) -> None:
    until = timezone.now() + timedelta(days=7)
    told = {"gain": 0, "revision": 1, "due_at": until} | told
    Forecast.objects.create(qualification=pql, lead=pql.lead, product=pql.product, **told)


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
    assert counts == {
        "mine": 1, "team": 2, "unassigned": 1, "expiring": 0, "near-miss": None, "snoozed": 1,
        "closed": None,
    }  # fmt: skip

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
    # "acts" has the highest total, but does not meet the thresholds any more.
    assert _names(signed_in) == ["fits", "last", "acts"]
    assert _names(signed_in, "/?order=fit") == ["fits", "last", "acts"]
    assert _names(signed_in, "/?order=behavior") == ["last", "fits", "acts"]
    assert _names(signed_in, "/?order=recent") == ["fits", "last", "acts"]
    assert _names(signed_in, "/?order=falling") == _names(signed_in)  # not an order of this tab
    assert _names(signed_in, "/?order=newest") == ["fits", "acts", "last"]
    assert _names(signed_in, "/?order=waiting") == ["last", "acts", "fits"]
    assert _names(signed_in, "/?min_fit=22") == ["fits", "last"]
    assert _names(signed_in, "/?min_total=100") == ["acts"]
    assert _names(signed_in, "/?state=contacted") == ["last"]
    assert _names(signed_in, "/?q=ACT") == ["acts"]
    assert _names(signed_in, "/?product=999") == []


@pytest.mark.parametrize("few", [5_000, 0], ids=["few", "many"])
def test_queue_finds_few_and_many_alike(
    signed_in: Client, maya: User, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.models.lead.FEW", few)
    for name in ("Ada Vogel", "Bo Ueda"):
        make_pql(rep=maya.rep, lead__name=name, lead__account__name=f"House of {name}")
    make_pql(rep=maya.rep, lead__name="Cleo", lead__account=None)
    assert _names(signed_in, "/?q=vog+a") == ["Ada Vogel"]
    assert set(_names(signed_in, "/?q=house&order=newest")) == {"Ada Vogel", "Bo Ueda"}
    assert _names(signed_in, "/?q=@") == []


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


def test_queue_pages_go_on_past_those_that_are_pqls(signed_in: Client, maya: User) -> None:
    for number in range(31):
        make_pql(rep=maya.rep, lead__name=f"hot {number}")
    for number in range(31):
        make_pql(rep=maya.rep, lead__name=f"cold {number}", behavior=number)
    pages = [_names(signed_in, f"/?page={number}") for number in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [30, 30, 2, 0]
    assert all(name.startswith("hot") for name in pages[0])
    assert pages[1][:2] == ["hot 30", "cold 30"]
    assert pages[2] == ["cold 1", "cold 0"]


def test_queue_narrows_by_company_rep_team_and_labels(client: Client) -> None:
    rep = RepFactory.create(team=TeamFactory.create(name="Europe"))
    german = {"country": "Germany", "industry": "Retail"}
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 90, "name": "Warm"}]
    draft = load_rubric(
        {**DOCUMENT, "bands": bands}, product=ProductFactory.create(), by=None, at=AT
    )
    publish_now(draft, by=None, at=AT)
    mine = make_pql(rep=rep, lead__name="a", lead__account__attributes=german)
    other = make_pql(lead__name="b")
    Score.objects.filter(lead=mine.lead).update(tier=1, band=0)
    client.force_login(make_manager())
    rubric = mine.version.rubric_id
    for query in (
        "country=germany", "industry=RETAIL", f"rep={rep.pk}", f"team={rep.team_id}", "tier=1",
        "band=Cold",
    ):  # fmt: skip
        assert _names(client, f"/?{query}") == ["a"], query
    assert _names(client, f"/?rubric={rubric}&rep={other.rep_id}") == ["b"]
    assert _names(client, f"/?rubric={rubric + 1}") == []
    assert _names(client, "/?band=Hot") == []


def test_queue_tells_each_filter_and_takes_it_away(signed_in: Client, maya: User) -> None:
    response = signed_in.get(f"/?tab=team&q=ada&tier=2&min_fit=20&rep={maya.rep.pk}&state=accepted")
    chips = {chip.words: chip.query for chip in response.context["chips"]}
    assert list(chips) == ["“ada”", "Accepted", str(maya.rep), "Tier 2", "Fit from 20"]
    assert chips["Tier 2"] == f"tab=team&q=ada&min_fit=20&rep={maya.rep.pk}&state=accepted"
    assert signed_in.get("/").context["chips"] == []


def test_near_misses_are_the_nearest_nobody_works(signed_in: Client, maya: User) -> None:
    version = make_version()
    points = {"near": (32, 45), "nearer": (32, 47), "far": (32, 20), "no fit": (10, 69)}
    for name, (fit, behavior) in points.items():
        ScoreFactory.create(
            lead__name=name, stands_for=version, fit=fit, behavior=behavior, total=fit + behavior
        )
    make_pql(rep=maya.rep, lead__name="worked", behavior=44)
    page = signed_in.get("/?tab=near-miss").context["page"]
    assert [(row.lead.name, row.short) for row in page.rows] == [
        ("nearer", ["1 total short"]),
        ("near", ["3 total short"]),
    ]
    assert [row.lead.name for row in _page(signed_in, "/?tab=near-miss&q=nearer")] == ["nearer"]
    assert _page(signed_in, "/?tab=near-miss&country=Norway") == []


def test_near_misses_say_what_would_do_it(signed_in: Client) -> None:
    product = make_version().rubric.product
    lead = make_lead(
        product,
        account={"industry": "SaaS", "size": 5},
        hits=[("core_feature", AT + timedelta(minutes=n)) for n in range(47)],
    )
    score = ScoreFactory.create(lead=lead, fit=32, behavior=47)
    page = signed_in.get("/?tab=near-miss").content.decode()
    assert f'hx-get="/queue/advice/{score.pk}/"' in page
    told = signed_in.get(f"/queue/advice/{score.pk}/").content.decode()
    assert "Core feature" in told or "core feature" in told
    strangers = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")))
    hidden = Score.objects.get(lead=strangers.lead)
    assert signed_in.get(f"/queue/advice/{hidden.pk}/").status_code == 404


def test_expiring_are_those_foretold_to_fall_within_a_week(signed_in: Client, maya: User) -> None:
    now = timezone.now()
    for name, days in (("late", 6), ("soon", 2), ("next month", 30)):
        pql = make_pql(rep=maya.rep, lead__name=name)
        _foretold(pql, falls_at=now + timedelta(days=days), because="No login for 14 days: −10")
    _foretold(make_pql(rep=maya.rep, lead__name="stays"), falls_at=None)
    fallen = make_pql(rep=maya.rep, lead__name="fallen", behavior=20)
    _foretold(fallen, falls_at=now + timedelta(days=1))
    response = signed_in.get("/?tab=expiring")
    assert [row.pql.lead.name for row in response.context["page"].rows] == ["soon", "late"]
    assert "Falls below" in response.content.decode()
    assert "No login for 14 days" in response.content.decode()
    assert {tab["key"]: tab["count"] for tab in response.context["tabs"]}["expiring"] == 2


def test_first_touch_due_first_then_who_waits_longest(signed_in: Client, maya: User) -> None:
    now = timezone.now()
    for name, due, waits in (("late", 5, 1), ("soon", 1, 2), ("none", None, 3), ("older", None, 9)):
        pql = make_pql(rep=maya.rep, lead__name=name, opened_at=now - timedelta(hours=waits))
        sla_due_at = now + timedelta(hours=due) if due else None
        Qualification.objects.filter(pk=pql.pk).update(
            sla_due_at=sla_due_at, sla_set_for=pql.assigned_at
        )
    assert _names(signed_in, "/?order=due") == ["soon", "late", "older", "none"]


def test_rising_fastest_first_and_what_is_not_foretold_last(signed_in: Client, maya: User) -> None:
    for name, gain in (("slow", 3), ("fast", 40), ("falls", -5)):
        _foretold(make_pql(rep=maya.rep, lead__name=name), gain=gain)
    make_pql(rep=maya.rep, lead__name="unknown")
    assert _names(signed_in, "/?order=velocity") == ["fast", "slow", "falls", "unknown"]


def test_queue_costs_no_more_than_ten_queries(client: Client) -> None:
    for number in range(31):
        make_pql(lead__name=f"lead {number}")
    client.force_login(make_manager())
    client.get("/")  # compiles the rubric, once a process
    for address in (
        "/", "/?tab=unassigned", "/?tab=closed", "/?q=lead&min_fit=10&order=fit",
        "/?tab=near-miss", "/?tab=expiring", "/?order=velocity",
    ):  # fmt: skip
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        assert len(queries) <= 10, [query["sql"][:200] for query in queries]


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


def test_empty_queue_leads_who_may_to_where_sources_are_made(client: Client) -> None:
    words, address = "No product sends events yet", "/admin/leads/source/add/"
    revops = make_manager(is_staff=True)
    client.force_login(revops)
    assert words not in client.get("/").content.decode()
    revops.user_permissions.add(Permission.objects.get(codename="add_source"))
    page = client.get("/").content.decode()
    assert words in page
    assert address in page
    assert words not in client.get("/?q=nobody").content.decode()
    Source.objects.create(name="Product")
    assert words not in client.get("/").content.decode()


def test_the_notice_of_what_nobody_works_says_why_by_the_log(client: Client) -> None:
    RepFactory.create(max_new_a_day=0)
    client.force_login(make_manager())
    make_pql(rep=None, state=State.NEW)
    assert "by its log" not in client.get("/?tab=mine").content.decode()  # it has no entry
    ScoreChangeFactory.create()
    open_qualifications(at=timezone.now(), limit=10)
    page = client.get("/?tab=mine").content.decode()
    assert "2 PQLs nobody works." in page
    assert "Nobody it is for can take it now: 1 rep at the daily limit" in page
    assert "No rep was available" not in page


def test_rows_of_several_products_name_theirs_and_of_how_many_points_they_are(
    signed_in: Client, maya: User
) -> None:
    first = make_pql(rep=maya.rep)
    page = signed_in.get("/").content.decode()
    assert "Total <small>/150</small>" in page
    assert "Product: </span>" not in page
    limits = {"fit": 0, "behavior": 185, "velocity_exceeds_cap": False}
    kit = DOCUMENT | {"rubric": "kit", "limits": limits, "criteria": DOCUMENT["criteria"][-1:]}
    product = Product.objects.create(key="kit", name="Kit")
    version = load_rubric(kit, product=product, by=None, at=AT)
    second = QualificationFactory.create(rep=maya.rep, version=version, fit=0)
    cache.clear()  # what the filters offer is remembered for a while
    page = signed_in.get("/").content.decode()
    assert "Total <small>" not in page
    for pql, total in ((first, 150), (second, 185)):
        row = page.split(f'data-key="pql-{pql.pk}"')[1].split("</li>\n")[0]
        assert f"Product: </span>{pql.product.name}" in row
        assert f"/{total}</small>" in row
        assert ("asks for no fit" in row) == (pql == second)
    points = {"fit": 0, "is_pql": True, "measures": [60.0], "points": [60]}
    ScoreFactory.create(lead=second.lead, stands_for=version, **points)
    assert '<span class="muted">none</span>' in signed_in.get("/leads/").content.decode()
    panel = signed_in.get(f"/queue/open/{second.lead_id}/").content.decode()
    assert ("<dt>Fit</dt>" in panel, "<dt>Behavior</dt>" in panel) == (False, True)
