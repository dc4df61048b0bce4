"""Scores and rubrics over HTTP."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from leads.models import AttributeChange, Product
from rubrics import publishing
from rubrics.mappers import forget_compiled
from rubrics.models import Publication, Score
from rubrics.publishing import publish_now
from rubrics.services import draft_version, load_rubric
from tests.world import AT, World, add_lead, make_admin, make_world, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_versions() -> Iterator[None]:
    yield
    forget_compiled()  # their ids come again with other tests


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> APIClient:
    return token_client(make_admin(), "read:scores", "manage:rubrics")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", [0, 1, 2], id="oldest change first"),
        pytest.param("product=app&rubric=standard", [0, 1, 2], id="product and rubric"),
        pytest.param("product=other", [], id="another product"),
        pytest.param("is_pql=false", [], id="no PQLs"),
        pytest.param("is_pql=true&min_total=91", [1, 2], id="at least so many points"),
        pytest.param("changed_since=2026-06-01T12:01:00Z", [1, 2], id="changed since, inclusive"),
        pytest.param("changed_since=2026-06-01T14:01:00%2B02:00", [1, 2], id="another offset"),
    ],
)
def test_list_filters(world: World, client: APIClient, query: str, found: list[int]) -> None:
    page = client.get(f"/api/v1/scores/?{query}").json()
    assert [score["id"] for score in page["results"]] == [world.scores[i].pk for i in found]


def test_list_row(world: World, client: APIClient) -> None:
    row = client.get("/api/v1/scores/").json()["results"][0]
    assert row["lead"]["user_ids"] == ["u0"]
    assert (row["product"], row["rubric"], row["version"]) == ("app", "standard", 1)
    assert (row["fit"], row["behavior"], row["total"], row["is_pql"]) == (30, 60, 90, True)
    assert (row["band"], row["tier"]) == (None, None)


def walk(client: APIClient, address: str, *, at_page: int = 0, then: object = None) -> list[int]:
    """Follow ``next`` to the end; call ``then`` after page ``at_page``."""
    seen: list[int] = []
    number = 0
    while address:
        page = client.get(address).json()
        seen += [score["id"] for score in page["results"]]
        address = page["next"]
        number += 1
        if number == at_page and callable(then):
            then()
    return seen


def test_walk_over_rows_changed_at_one_moment(world: World, client: APIClient) -> None:
    Score.objects.update(changed_at=AT)
    seen = walk(client, "/api/v1/scores/?page_size=1")
    assert seen == [score.pk for score in world.scores]


def test_walk_meets_every_row_while_rows_change(world: World, client: APIClient) -> None:
    def write() -> None:
        add_lead(world, 5)
        Score.objects.filter(pk__in=[world.scores[0].pk, world.scores[2].pk]).update(
            changed_at=AT + timedelta(hours=1)
        )

    seen = walk(client, "/api/v1/scores/?page_size=1", at_page=1, then=write)
    first, second, third, added = (score.pk for score in world.scores)
    assert seen == [first, second, added, first, third]  # the changed ones moved to the end


def test_resume_from_is_kept_through_a_walk_and_misses_no_late_commit(
    world: World, client: APIClient
) -> None:
    before = timezone.now()
    page = client.get("/api/v1/scores/?page_size=1").json()
    resume_from = page["resume_from"]
    assert resume_from < (before - timedelta(seconds=90)).isoformat()
    while page["next"]:
        page = client.get(page["next"]).json()
        assert page["resume_from"] == resume_from
    # Written by a transaction that was under way when the walk began, committed after it.
    Score.objects.filter(pk=world.scores[0].pk).update(changed_at=before - timedelta(seconds=60))
    again = client.get("/api/v1/scores/", {"changed_since": resume_from}).json()
    assert [score["id"] for score in again["results"]] == [world.scores[0].pk]


def test_lists_cost_a_fixed_number_of_queries(
    world: World, client: APIClient, django_assert_max_num_queries: object
) -> None:
    for number in range(10, 20):
        add_lead(world, number)
    for path, budget in (("scores/", 3), ("rubrics/", 2), ("rubric-versions/", 2)):
        with django_assert_max_num_queries(budget):  # type: ignore[operator]  # a fixture
            assert client.get(f"/api/v1/{path}").status_code == 200


def test_rubric_versions(world: World, client: APIClient) -> None:
    page = client.get("/api/v1/rubric-versions/?rubric=standard&status=published").json()
    assert [version["number"] for version in page["results"]] == [1]
    version = client.get(f"/api/v1/rubric-versions/{world.version.pk}/").json()
    (criterion,) = version["document"]["criteria"]
    assert criterion["key"] == "company_size"
    assert criterion["tiers"][0]["points"] == 15
    assert client.get("/api/v1/rubrics/?product=app").json()["results"][0]["key"] == "standard"


def test_reading_scores_publishes_nothing(world: World) -> None:
    reader = token_client(world.rep.user, "read:scores")
    path = f"/api/v1/rubric-versions/{world.version.pk}/"
    assert reader.get(path).status_code == 200
    assert reader.post(f"{path}publish/").status_code == 403


def test_stored_score_with_its_lines(world: World, client: APIClient) -> None:
    body = client.get(f"/api/v1/leads/{world.leads[0].pk}/score/").json()
    assert body["lead"]["id"] == world.leads[0].pk
    (score,) = body["scores"]
    assert (score["rubric"], score["version"], score["total"]) == ("standard", 1, 90)
    assert score["lines"][0]["reason"] == "50 to 500 employees"
    assert score["lines"][0]["points"] == 15


def test_of_several_products_one_score_stands_for_the_lead(world: World, client: APIClient) -> None:
    first = world.scores[0]
    other = Product.objects.create(key="other", name="Other")
    criteria = [{"key": "x", "measure": "count", "signals": ["x"], "tiers": [{"points": 99}]}]
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 50, "name": "Hot", "meaning": "Call"}]
    document = {"rubric": "o", "signals": {"x": {}}, "criteria": criteria, "bands": bands}
    version = load_rubric(document, product=other, by=None, at=AT)
    publish_now(version, by=None, at=AT)
    Score.objects.create(
        lead=first.lead, product=other, rubric=version.rubric, version=version, at=AT, fit=0,
        fit_low=0, fit_high=0, behavior=99, total=99, is_pql=False, band=1, last_activity_at=AT,
        measures=[1.0], points=[99], changed_at=AT,
    )  # fmt: skip
    scores = client.get(f"/api/v1/leads/{first.lead_id}/score/").json()["scores"]
    assert [(one["product"], one["is_headline"]) for one in scores] == [
        ("other", True), ("app", False),
    ]  # fmt: skip
    row = client.get("/api/v1/scores/?product=other").json()["results"][0]
    assert row["band"] == {"at_least": 50, "name": "Hot", "meaning": "Call"}


@pytest.mark.parametrize("query", ["email=LEAD1@c1.example", "user_id=u1"])
def test_score_by_name(world: World, client: APIClient, query: str) -> None:
    body = client.get(f"/api/v1/leads/score/?{query}").json()
    assert body["lead"]["id"] == world.leads[1].pk


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("as_of=2199-01-01T00:00:00Z", "as_of"),
        ("as_of=soon", "as_of"),
        ("version=999999", "version"),
        ("version=99999999999999999999", "version"),
        ("product=app", "product"),
    ],
)
def test_score_parameters_are_checked(
    world: World, client: APIClient, query: str, parameter: str
) -> None:
    response = client.get(f"/api/v1/leads/{world.leads[0].pk}/score/?{query}")
    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize("query", ["", "email=a@b.example&user_id=1", "email="])
def test_lookup_needs_one_name(client: APIClient, query: str) -> None:
    assert client.get(f"/api/v1/leads/score/?{query}").status_code == 400


def test_lookup_of_nobody_is_404(client: APIClient) -> None:
    assert client.get("/api/v1/leads/score/?email=nobody@b.example").status_code == 404


@pytest.mark.parametrize(
    ("as_of", "fit"),
    [
        pytest.param("2026-05-31T00:00:00Z", 0, id="before the company's size was known"),
        pytest.param("2026-06-02T00:00:00Z", 15, id="after"),
    ],
)
def test_score_as_of_a_past_moment(world: World, client: APIClient, as_of: str, fit: int) -> None:
    lead = world.leads[0]
    AttributeChange.objects.create(
        lead=lead, name="$account", value=lead.account_id, known_at=AT, confirmed_at=AT
    )
    AttributeChange.objects.create(
        account=lead.account, name="employees", value=100, known_at=AT, confirmed_at=AT
    )
    for version in ("", f"&version={world.version.pk}"):
        path = f"/api/v1/leads/{lead.pk}/score/?as_of={as_of}{version}"
        (score,) = client.get(path).json()["scores"]
        assert (score["fit"], score["behavior"]) == (fit, 0)
        assert sum(line["points"] for line in score["lines"]) == fit


def test_publish(world: World, client: APIClient) -> None:
    draft = draft_version(world.version, by=None, at=AT)
    path = f"/api/v1/rubric-versions/{draft.pk}/publish/"
    response = client.post(path, {"reason": "Pricing counts more."}, format="json")
    assert response.status_code == 202, response.json()
    told = response.json()
    assert (told["number"], told["replaces"], told["kind"]) == (2, 1, "publish")
    assert (told["state"], told["percent"], told["flipped_at"]) == ("running", 0, None)
    again = client.post(path)
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"
    assert "Standard v2 is going live (0 % done)" in again.json()["detail"]
    publishing.finish_now(Publication.objects.get(pk=told["id"]), at=timezone.now())
    found = client.get(f"/api/v1/publications/{told['id']}/").json()
    assert (found["state"], found["percent"], found["reason"]) == (
        "done", 100, "Pricing counts more.",
    )  # fmt: skip
    (listed,) = client.get("/api/v1/publications/?rubric=standard&state=done").json()["results"]
    assert listed == found


def test_publish_says_what_cannot_be_scored(world: World, client: APIClient) -> None:
    draft = draft_version(world.version, by=None, at=AT)
    draft.criteria.update(params={})
    response = client.post(f"/api/v1/rubric-versions/{draft.pk}/publish/")
    assert response.status_code == 409
    assert "company_size" in response.json()["detail"]
    scored = client.get(f"/api/v1/leads/{world.leads[0].pk}/score/?version={draft.pk}")
    assert scored.status_code == 409
