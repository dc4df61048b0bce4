"""Leads, accounts and outcomes over HTTP."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from leads.models import Lead
from tests.world import AT, World, add_lead, make_admin, make_person, make_world, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def client(world: World) -> APIClient:
    return token_client(make_admin(), "read:scores", "ingest")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("email=%20LEAD1@c1.example", [1], id="e-mail, however written"),
        pytest.param("user_id=u2", [2], id="user id"),
        pytest.param("user_id=lead1@c1.example", [], id="an e-mail is no user id"),
        pytest.param("email=nobody@c1.example", [], id="unknown e-mail"),
        pytest.param("updated_since=2020-01-01T00:00:00Z", [0, 1, 2], id="updated since"),
        pytest.param("updated_since=2190-01-01T00:00:00Z", [], id="not updated since"),
    ],
)
def test_list_filters(world: World, client: APIClient, query: str, found: list[int]) -> None:
    page = client.get(f"/api/v1/leads/?{query}").json()
    assert [lead["id"] for lead in page["results"]] == [world.leads[i].pk for i in found]


def test_list_filters_by_account(world: World, client: APIClient) -> None:
    page = client.get(f"/api/v1/leads/?account={world.leads[1].account_id}").json()
    assert [lead["id"] for lead in page["results"]] == [world.leads[1].pk]


def test_list_leaves_out_merged_leads(world: World, client: APIClient) -> None:
    Lead.objects.filter(pk=world.leads[0].pk).update(merged_into=world.leads[1])
    ids = [lead["id"] for lead in client.get("/api/v1/leads/").json()["results"]]
    assert ids == [world.leads[1].pk, world.leads[2].pk]
    merged = client.get(f"/api/v1/leads/{world.leads[0].pk}/").json()
    assert merged["merged_into"] == world.leads[1].pk


def test_retrieve(world: World, client: APIClient) -> None:
    body = client.get(f"/api/v1/leads/{world.leads[0].pk}/").json()
    assert body["attributes"] == {"title": "VP"}
    assert body["account"]["attributes"] == {"employees": 100}
    assert {"kind": "user", "namespace": "", "value": "u0"} in body["identities"]
    assert [trial["product"] for trial in body["trials"]] == ["app"]


def test_retrieve_unknown_is_404(client: APIClient) -> None:
    assert client.get("/api/v1/leads/999999999999999999/").status_code == 404


def test_pages_neither_skip_nor_repeat_while_rows_are_written(
    world: World, client: APIClient
) -> None:
    seen: list[int] = []
    address = "/api/v1/leads/?page_size=1"
    while address:
        page = client.get(address).json()
        seen += [lead["id"] for lead in page["results"]]
        address = page["next"]
        if len(seen) == 1:
            add_lead(world, 7)
            Lead.objects.filter(pk=seen[0]).delete()
    assert len(seen) == len(set(seen)) == 4


def test_accounts(world: World, client: APIClient) -> None:
    page = client.get("/api/v1/accounts/?domain=C1.example").json()
    assert [account["external_id"] for account in page["results"]] == ["group-1"]
    page = client.get("/api/v1/accounts/?external_id=group-2").json()
    assert [account["name"] for account in page["results"]] == ["Company 2"]
    one = client.get(f"/api/v1/accounts/{page['results'][0]['id']}/").json()
    assert one["attributes"] == {"employees": 100}


@pytest.mark.parametrize("path", ["leads/", "accounts/"])
def test_lists_cost_a_fixed_number_of_queries(
    world: World, client: APIClient, django_assert_max_num_queries: object, path: str
) -> None:
    for number in range(10, 20):
        add_lead(world, number)
    with django_assert_max_num_queries(3):  # type: ignore[operator]  # token, rows, identities
        assert len(client.get(f"/api/v1/{path}").json()["results"]) == 13


def test_signed_in_person_needs_the_permission(world: World) -> None:
    client = APIClient()
    client.force_login(make_person("ada", "view_score", "view_all_qualifications"))
    assert client.get("/api/v1/leads/").status_code == 200
    for person in (world.rep.user, make_person("ben", "view_score")):
        client.force_login(person)
        assert client.get("/api/v1/leads/").status_code == 403


def test_revoked_and_expired_tokens_open_nothing(world: World, client: APIClient) -> None:
    from integrations.models import ApiToken

    assert client.get("/api/v1/leads/").status_code == 200
    ApiToken.objects.update(expires_at=AT - timedelta(days=900))
    assert client.get("/api/v1/leads/").status_code == 401


@pytest.mark.parametrize("name", ["lead", "user_id", "email"])
def test_record_outcome(world: World, client: APIClient, name: str) -> None:
    lead = world.leads[1]
    body = {
        name: {"lead": lead.pk, "user_id": "u1", "email": " LEAD1@c1.example"}[name],
        "kind": "closed_won",
        "occurred_at": "2026-06-01T09:00:00Z",
        "product": "app",
        "amount": "12000.50",
        "currency": "USD",
    }
    first = client.post("/api/v1/outcomes/", body, format="json")
    assert first.status_code == 201, first.json()
    assert (first.json()["lead"], first.json()["amount"]) == (lead.pk, "12000.50")
    again = client.post("/api/v1/outcomes/", body, format="json")
    assert again.json()["id"] == first.json()["id"]
    assert lead.outcomes.count() == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "nobody@c1.example"}, "#/email"),
        ({"user_id": "u1"}, "#"),
        ({"occurred_at": "2190-01-01T00:00:00Z"}, "#/occurred_at"),
        ({"product": "none"}, "#/product"),
        ({"product": ["app"]}, "#/product"),
        ({"product": "a\x00"}, "#/product"),
        ({"amount": "12.5"}, "#/currency"),
        ({"amount": "1e400", "currency": "USD"}, "#/amount"),
        ({"currency": "USD"}, "#/amount"),
        ({"amount": "1", "currency": "usd"}, "#/currency"),
        ({"note": "x" * 301}, "#/note"),
        ({"kind": None}, "#/kind"),
    ],
)
def test_outcome_errors_name_the_field(
    world: World, client: APIClient, change: dict[str, object], pointer: str
) -> None:
    body = {"email": "lead1@c1.example", "kind": "churned", "occurred_at": "2026-06-01T09:00:00Z"}
    response = client.post("/api/v1/outcomes/", {**body, **change}, format="json")
    assert response.status_code == 400
    assert {error["pointer"] for error in response.json()["errors"]} == {pointer}
