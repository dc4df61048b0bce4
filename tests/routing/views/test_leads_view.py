from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from leads.models import Event, Hit, Lead, LeadChange, Signal, Source
from rubrics import scores
from rubrics.mappers import forget_compiled
from rubrics.models import RubricVersion, Score
from rubrics.publishing import publish_now
from rubrics.services import draft_version, load_rubric
from tests.factories.routing import RepFactory, TeamFactory, UserFactory, make_manager, make_pql
from tests.factories.rubrics import (
    LeadFactory,
    ProductFactory,
    ScoreChangeFactory,
    ScoreFactory,
    TrialFactory,
)
from tests.rubrics.makers import make_hits, make_lead

pytestmark = pytest.mark.django_db


@pytest.fixture
def maya(client: Client) -> User:
    user: User = RepFactory.create().user
    client.force_login(user)
    return user


def _events(lead: Lead, count: int) -> None:
    source = Source.objects.create(name="Product")
    now = timezone.now()
    for number in range(count):
        Event.objects.create(
            lead=lead, source=source, kind="track", name=f"Step {number}", message_id=str(number),
            occurred_at=now - timedelta(minutes=number // 2), received_at=now,
            properties={"plan": "<i>Team</i>"},
        )  # fmt: skip


def test_lead_shows_lines_that_sum(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    score = pql.lead.scores.get()
    ScoreChangeFactory.create(score=score, at=timezone.now() - timedelta(days=3))
    response = client.get(f"/leads/{pql.lead_id}/")
    explained = response.context["explained"]
    for axis in explained.axes:
        assert sum(line.points for line in axis.counting) == axis.score
    assert [line.best_points for line in explained.fit.not_yet] == [8]
    page = response.content.decode()
    assert "Not yet: 1 more way to score" in page
    assert 'role="img"' in page


def test_lead_says_what_changed_since_it_qualified(client: Client, maya: User) -> None:
    pql = make_pql(rep=maya.rep)
    pql.breakdown = [
        {"key": "size", "axis": "fit", "label": "Company size", "points": 22, "reason": ""},
        {"key": "core_feature", "axis": "behavior", "label": "Core feature", "points": 20,
         "reason": ""},
        {"key": "gone", "axis": "behavior", "label": "Gone", "points": 5, "reason": ""},
    ]  # fmt: skip
    pql.save()
    (episode,) = client.get(f"/leads/{pql.lead_id}/").context["episodes"]
    assert [(line.label, line.then, line.now) for line in episode.since] == [
        ("Industry", None, 10),
        ("Core feature", 20, 60),
        ("Gone", 5, None),
    ]


def test_lead_says_unknown_and_how_much_is_possible(client: Client, maya: User) -> None:
    score = ScoreFactory.create(fit=22, fit_high=37)
    page = client.get(f"/leads/{score.lead_id}/").content.decode()
    assert "fit is 22, and could be up to 37" in page


def test_lead_without_a_score(client: Client, maya: User) -> None:
    lead = LeadFactory.create(account=None, name="")
    page = client.get(f"/leads/{lead.pk}/").content.decode()
    assert "No score yet" in page
    assert lead.email in page


def test_lead_of_another_team_is_not_there(client: Client, maya: User) -> None:
    theirs = make_pql(rep=RepFactory.create(team=TeamFactory.create(name="Europe")))
    mates, nobodys = make_pql(rep=RepFactory.create()), make_pql(rep=None)
    free = LeadFactory.create()
    for path in ("", "events/?before=2026-01-01T00:00:00Z&id=1"):
        assert client.get(f"/leads/{theirs.lead_id}/{path}").status_code == 404
    for lead_id in (mates.lead_id, nobodys.lead_id, free.pk):
        assert client.get(f"/leads/{lead_id}/").status_code == 200
    listed = {lead.pk for lead in client.get("/leads/").context["leads"]}
    assert listed == {mates.lead_id, nobodys.lead_id, free.pk}
    client.force_login(make_manager())
    assert client.get(f"/leads/{theirs.lead_id}/").status_code == 200


def test_lead_merged_away_leads_to_the_survivor(client: Client, maya: User) -> None:
    winner = LeadFactory.create()
    loser = LeadFactory.create(merged_into=winner)
    assert client.get(f"/leads/{loser.pk}/")["Location"] == f"/leads/{winner.pk}/"


def test_lead_timeline_is_paged_without_losing_or_repeating(client: Client, maya: User) -> None:
    lead = LeadFactory.create()
    _events(lead, 60)
    seen: list[str] = []
    response = client.get(f"/leads/{lead.pk}/")
    assert "&lt;i&gt;Team" in response.content.decode()
    while True:
        events = response.context["events"]
        seen += [event.name for event in events]
        if not response.context["has_older"]:
            break
        cursor = {"before": events[-1].occurred_at.isoformat(), "id": events[-1].pk}
        response = client.get(f"/leads/{lead.pk}/events/", cursor)
    assert len(seen) == len(set(seen)) == 60


@pytest.mark.parametrize("query", ["", "before=x&id=1", "before=2026-01-01T00:00:00&id=1"])
def test_lead_timeline_refuses_nonsense(client: Client, maya: User, query: str) -> None:
    lead = LeadFactory.create()
    assert client.get(f"/leads/{lead.pk}/events/?{query}").status_code == 404


def test_lead_evidence_behind_a_line(client: Client, maya: User) -> None:
    score = ScoreFactory.create()
    TrialFactory.create(lead=score.lead, product=score.rubric.product)
    signal = Signal.objects.get(key="core_feature")
    Hit.objects.create(
        lead=score.lead, signal=signal, occurred_at=score.at - timedelta(hours=1), event_id=1
    )
    address = f"/leads/{score.lead_id}/evidence/{score.version_id}/"
    query = {"at": score.at.isoformat()}
    page = client.get(address + "core_feature/", query).content.decode()
    assert "Used the core feature" in page
    assert "No events stand behind" in client.get(address + "industry/", query).content.decode()
    assert client.get(address + "core_feature/").status_code == 404
    other = LeadFactory.create()
    theirs = f"/leads/{other.pk}/evidence/{score.version_id}/core_feature/"
    assert "No events stand behind" in client.get(theirs, query).content.decode()


def test_leads_search_and_pages(client: Client, maya: User) -> None:
    LeadFactory.create_batch(51)
    LeadFactory.create(name="Ada Vogel")
    assert [lead.name for lead in client.get("/leads/?q=vogel").context["leads"]] == ["Ada Vogel"]
    assert len(client.get("/leads/?page=2").context["leads"]) == 2
    for page in ("0", "x", "-1", "999999"):
        assert client.get(f"/leads/?page={page}").status_code == 200
    assert "Nobody matches" in client.get("/leads/?q=%3Cb%3E").content.decode()


def test_account_and_its_people(client: Client, maya: User) -> None:
    score = ScoreFactory.create()
    page = client.get(f"/accounts/{score.lead.account_id}/").content.decode()
    assert score.lead.name in page
    assert "SaaS" in page
    assert client.get("/accounts/999999/").status_code == 404


def test_help_has_the_numbers_of_the_published_rubric(client: Client, maya: User) -> None:
    assert "No rubric is published yet" in client.get("/help/scores/").content.decode()
    ScoreFactory.create()
    page = client.get("/help/scores/").content.decode()
    assert f"<b>{RubricVersion.objects.get().min_total}</b>" in page
    assert "Core feature" in page


def test_leads_need_their_permission(client: Client) -> None:
    client.force_login(UserFactory.create(permissions=["work_qualification"]))
    assert client.get("/leads/").status_code == 403
    assert client.get("/help/scores/").status_code == 200


def test_sign_out(client: Client, maya: User) -> None:
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


DAY = timedelta(days=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "name": "Small",
    "signals": {"invited": {"name": "Invited a teammate"}, "exported": {"name": "Exported data"}},
    "thresholds": {"total": 30, "fit": 15, "behavior": 10},
    "decay": {"points": 5, "period": "30d", "floor": 0},
    "criteria": [
        {"key": "size", "name": "Company size", "measure": "number_in_range",
         "attribute": "account.employees", "tiers": [{"ranges": [[50, 500]], "points": 15}]},
        {"key": "invites", "measure": "count", "signals": ["invited"],
         "tiers": [{"at_least": 1, "points": 10}, {"at_least": 2, "points": 15}]},
        {"key": "export", "measure": "count", "signals": ["exported"], "proxy_for": "Reporting",
         "tiers": [{"points": 5}]},
    ],
}  # fmt: skip


@pytest.fixture
def scored() -> Iterator[Lead]:
    """Ten days in, invited somebody three days ago: 5 short."""
    now = timezone.now()
    product = ProductFactory.create()
    draft = load_rubric(DOCUMENT, product=product, by=None, at=now)
    publish_now(draft, by=None, at=now)
    lead = make_lead(
        product, started_at=now - 10 * DAY, account={"employees": 120},
        hits=[("invited", now - 3 * DAY)],
    )  # fmt: skip
    LeadChange.objects.create(lead=lead, changed_at=now)
    scores.score_due(at=now)
    yield lead
    forget_compiled()  # their ids come again with other tests


def test_lead_says_what_would_make_it_a_pql(client: Client, maya: User, scored: Lead) -> None:
    page = client.get(f"/leads/{scored.pk}/").content.decode()
    assert "5 short: “Invited a teammate” once more (+5) makes the total 30." in page
    assert "5 short: “Exported data” (+5) makes the total 30." in page
    assert "Total 25, needs 30" in page


def test_lead_says_until_when_it_is_a_pql(client: Client, maya: User, scored: Lead) -> None:
    make_hits(scored.trials.get().product, scored.pk, [("exported", timezone.now() - DAY)])
    until = timezone.now() + 29 * DAY
    page = client.get(f"/leads/{scored.pk}/").content.decode()
    assert "Stays a PQL until" in page
    assert f"{until:%-d %b %Y}</time>" in page
    assert "No product activity for 30 days" in page


def test_lead_lines_say_how_long_ago_it_is_now(client: Client, maya: User, scored: Lead) -> None:
    """The score stands since two days: then it was one day ago."""
    Score.objects.update(at=timezone.now() - 2 * DAY)
    page = client.get(f"/leads/{scored.pk}/").content.decode()
    assert "last 3 d ago" in page
    yesterday = client.get(f"/leads/{scored.pk}/", {"at": f"{timezone.now() - DAY:%Y-%m-%d}"})
    assert "last 3 d ago" not in yesterday.content.decode()


def test_lead_lines_say_when_and_what_next(client: Client, maya: User, scored: Lead) -> None:
    page = client.get(f"/leads/{scored.pk}/").content.decode()
    assert "Invited a teammate · last 3 d ago" in page
    assert "Next: “Invited a teammate” once more: +5" in page
    assert "Stands in for Reporting" in page


def test_lead_as_of_a_past_day(client: Client, maya: User, scored: Lead) -> None:
    """From what was known then: the company's size never stood in the history."""
    day = (timezone.localtime() - 2 * DAY).date().isoformat()
    response = client.get(f"/leads/{scored.pk}/", {"at": day})
    explained = response.context["explained"]
    assert (explained.score.fit, explained.score.behavior, explained.is_past) == (0, 10, True)
    assert explained.outlook is None
    page = response.content.decode()
    assert "This is the score as it was at the end of" in page
    assert "Once known: 0 to +15 points" in page
    for nonsense in ("yesterday", "2026-02-31", "2199-01-01"):
        assert client.get(f"/leads/{scored.pk}/", {"at": nonsense}).status_code == 200


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param({}, "Total 0 → 10", id="the last seven days"),
        pytest.param({"days": "30"}, "Total 0 → 10", id="the last thirty"),
        pytest.param({"from": "{yesterday}"}, "Nothing changed: 10 then and now", id="a day"),
        pytest.param({"to_version": "{draft}"}, "Nothing changed: 10", id="no drafts for reps"),
        pytest.param({"from_version": "x", "days": "-1", "from": "x"}, "Total 0 → 10",
                     id="nonsense"),
    ],
)  # fmt: skip
def test_lead_says_what_changed(
    client: Client, maya: User, scored: Lead, query: dict[str, str], sentence: str
) -> None:
    version = RubricVersion.objects.get()
    draft = draft_version(version, by=None, at=timezone.now())
    words = {
        "yesterday": (timezone.localtime() - DAY).date().isoformat(), "draft": str(draft.pk),
    }  # fmt: skip
    asked = {name: value.format(**words) for name, value in query.items()}
    if "to_version" in asked:
        asked["from"] = words["yesterday"]
    page = client.get(f"/leads/{scored.pk}/", asked).content.decode()
    assert sentence in page


def test_lead_compared_by_another_version(client: Client, scored: Lead) -> None:
    """On the same facts unless a span is asked for; drafts for those who see versions."""
    version = RubricVersion.objects.get()
    draft = draft_version(version, by=None, at=timezone.now())
    draft.criteria.filter(key="invites").delete()
    client.force_login(UserFactory.create(permissions=["view_lead", "view_rubricversion"]))
    asked = {"from_version": version.pk, "to_version": draft.pk}
    response = client.get(f"/leads/{scored.pk}/", asked)
    page = response.content.decode()
    assert "Total 10 → 0 · Scored by Small v2 instead of Small v1" in page
    assert '<span class="muted">gone</span>' in page
    assert response.context["comparison"].days == 0
    draft.criteria.update(params={})
    assert (
        "A version cannot be scored" in client.get(f"/leads/{scored.pk}/", asked).content.decode()
    )


def test_lead_costs_a_fixed_number_of_queries(
    client: Client, maya: User, scored: Lead, django_assert_max_num_queries: Any
) -> None:
    client.get(f"/leads/{scored.pk}/")
    with django_assert_max_num_queries(30):
        client.get(f"/leads/{scored.pk}/")


@pytest.mark.parametrize("few", [5_000, 0], ids=["few", "many"])
def test_leads_are_searched_few_and_many_alike(
    client: Client, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leads.models.lead.FEW", few)
    client.force_login(make_manager())
    for name in ("Ada Vogel", "Bo Ueda"):
        LeadFactory.create(name=name, account__name=f"House of {name}")
    LeadFactory.create(name="Cleo", account=None)
    for words, names in {
        "vog a": ["Ada Vogel"],
        "house": ["Bo Ueda", "Ada Vogel"],
        "@": [],
    }.items():
        found = client.get("/leads/", {"q": words}).context["leads"]
        assert [lead.name for lead in found] == names
