"""The PQL queue over HTTP."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from routing.models import Qualification
from tests.world import World, add_lead, make_admin, make_person, make_world, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def rep(world: World) -> APIClient:
    return token_client(world.rep.user, "work:pqls")


def ids(response: Any) -> list[int]:
    return [pql["id"] for pql in response.json()["results"]]


def test_rep_sees_own_pqls_only(world: World, rep: APIClient) -> None:
    assert ids(rep.get("/api/v1/pqls/")) == [world.pqls[0].pk, world.pqls[2].pk]
    assert rep.get(f"/api/v1/pqls/{world.pqls[0].pk}/").status_code == 200


@pytest.mark.parametrize("action", ["", "accept/", "reject/", "snooze/"])
def test_foreign_pql_is_not_there(world: World, rep: APIClient, action: str) -> None:
    path = f"/api/v1/pqls/{world.pqls[1].pk}/{action}"
    response = rep.post(path, {}, format="json") if action else rep.get(path)
    assert response.status_code == 404


def test_a_team_mates_pql_is_seen_but_not_worked(world: World, rep: APIClient) -> None:
    world.other_rep.team = world.rep.team
    world.other_rep.save()
    path = f"/api/v1/pqls/{world.pqls[1].pk}/"
    assert rep.get(path).status_code == 200
    assert rep.post(f"{path}accept/").status_code == 403


def test_with_the_permission_all_are_visible(world: World) -> None:
    client = token_client(make_admin(), "work:pqls")
    assert len(ids(client.get("/api/v1/pqls/"))) == 3
    assert ids(client.get(f"/api/v1/pqls/?rep={world.other_rep.pk}")) == [world.pqls[1].pk]
    assert ids(client.get("/api/v1/pqls/?state=new")) == []
    assert len(ids(client.get("/api/v1/pqls/?state=assigned&product=app"))) == 3


def test_signed_in_rep_works_the_queue(world: World) -> None:
    client = APIClient()
    client.force_login(world.rep.user)
    assert ids(client.get("/api/v1/pqls/")) == [world.pqls[0].pk, world.pqls[2].pk]


def test_retrieve_has_the_frozen_breakdown_and_the_history(world: World, rep: APIClient) -> None:
    body = rep.get(f"/api/v1/pqls/{world.pqls[0].pk}/").json()
    assert body["breakdown"][0]["reason"] == "100 employees"
    (change,) = body["changes"]
    assert (change["to_state"], change["by"], change["rep"]["name"]) == ("assigned", None, "rita")


def test_accept(world: World, rep: APIClient) -> None:
    path = f"/api/v1/pqls/{world.pqls[0].pk}/accept/"
    body = rep.post(path).json()
    assert body["state"] == "accepted"
    assert body["changes"][-1]["by"] == "rita"
    again = rep.post(path)
    assert again.status_code == 409
    assert again["Content-Type"] == "application/problem+json"
    assert Qualification.objects.get(pk=world.pqls[0].pk).changes.count() == 2


def test_reject(world: World, rep: APIClient) -> None:
    path = f"/api/v1/pqls/{world.pqls[0].pk}/reject/"
    body = rep.post(path, {"reason": "not_icp", "note": "A school"}, format="json").json()
    assert (body["state"], body["reject_reason"]) == ("rejected", "not_icp")


def test_snooze(world: World, rep: APIClient) -> None:
    path = f"/api/v1/pqls/{world.pqls[0].pk}/snooze/"
    body = rep.post(path, {"until": "2190-01-01T00:00:00+02:00"}, format="json").json()
    assert (body["state"], body["snoozed_until"]) == ("snoozed", "2189-12-31T22:00:00Z")


def work(rep: APIClient, pql: Qualification, action: str, body: dict[str, Any]) -> Any:
    answer = rep.post(f"/api/v1/pqls/{pql.pk}/{action}/", body, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_from_accepted_to_won_with_touches_notes_and_worth(world: World, rep: APIClient) -> None:
    pql = world.pqls[0]
    Qualification.objects.filter(pk=pql.pk).update(opened_at="2026-01-01T00:00:00Z")
    work(rep, pql, "accept", {})
    called = {"kind": "call", "note": "Wants a trial", "touched_at": "2026-02-01T09:00:00Z"}
    body = work(rep, pql, "touch", called)
    assert body["state"] == "contacted"
    (touch,) = body["touches"]
    assert (touch["kind"], touch["by"], touch["note"]) == ("call", "rita", "Wants a trial")
    assert touch["touched_at"] == "2026-02-01T09:00:00Z"
    body = work(rep, pql, "note", {"text": "Back in May"})
    assert [(note["text"], note["by"]) for note in body["notes"]] == [("Back in May", "rita")]
    assert work(rep, pql, "opportunity", {})["state"] == "opportunity"
    body = work(rep, pql, "won", {"amount": "1200.50", "currency": "EUR"})
    assert (body["state"], body["closing_reason"]) == ("won", "sales")
    assert body["changes"][-1]["reason"] == "EUR 1,200.50"
    kinds = pql.lead.outcomes.order_by("pk").values_list("kind", "amount")
    assert list(kinds) == [("opportunity", None), ("closed_won", Decimal("1200.50"))]


def test_contacted_then_lost(world: World, rep: APIClient) -> None:
    pql = world.pqls[0]
    assert rep.post(f"/api/v1/pqls/{pql.pk}/contacted/").status_code == 409
    work(rep, pql, "accept", {})
    assert work(rep, pql, "contacted", {})["state"] == "contacted"
    body = work(rep, pql, "lost", {"reason": "price", "note": "Half of it"})
    assert (body["state"], body["closing_reason"]) == ("lost", "price")
    assert body["changes"][-1]["reason"] == "Too expensive: Half of it"


def test_changes_are_paged_and_filtered(world: World, rep: APIClient) -> None:
    pql = world.pqls[0]
    work(rep, pql, "accept", {})
    work(rep, pql, "contacted", {})
    path = f"/api/v1/pqls/{pql.pk}/changes/"

    def told(query: str) -> list[str]:
        return [change["to_state"] for change in rep.get(path + query).json()["results"]]

    assert told("") == ["assigned", "accepted", "contacted"]
    assert told("?by=rita") == ["accepted", "contacted"]
    assert told("?by=omar") == []
    assert told("?state=contacted&by=rita") == ["contacted"]
    first = rep.get(f"{path}?page_size=2").json()
    assert len(first["results"]) == 2
    assert [one["to_state"] for one in rep.get(first["next"]).json()["results"]] == ["contacted"]
    assert rep.get(f"{path}?state=bored").status_code == 400
    assert rep.get(f"{path}?who=rita").status_code == 400
    assert rep.get(f"/api/v1/pqls/{world.pqls[1].pk}/changes/").status_code == 404


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("reject", {}, "#/reason"),
        ("reject", {"reason": "bored"}, "#/reason"),
        ("reject", {"reason": "other"}, "#/note"),
        ("reject", {"reason": "not_icp", "why": "x"}, "#/why"),
        ("reject", {"reason": "not_icp", "note": "\x00"}, "#/note"),
        ("touch", {}, "#/kind"),
        ("touch", {"kind": "other"}, "#/note"),
        ("touch", {"kind": "call", "touched_at": "yesterday"}, "#/touched_at"),
        ("touch", {"kind": "call", "touched_at": "2190-01-01T00:00:00Z"}, "#"),
        ("note", {"text": " "}, "#/text"),
        ("note", {"text": "x" * 1001}, "#/text"),
        ("opportunity", {"amount": "10"}, "#/currency"),
        ("opportunity", {"currency": "EUR"}, "#/amount"),
        ("won", {"amount": "-1", "currency": "EUR"}, "#/amount"),
        ("won", {"amount": "1", "currency": "euro"}, "#/currency"),
        ("lost", {"reason": "not_said"}, "#/reason"),
        ("lost", {"reason": "other"}, "#/note"),
        ("snooze", {}, "#/until"),
        ("snooze", {"until": "tomorrow"}, "#/until"),
        ("snooze", {"until": "2020-01-01T00:00:00Z"}, "#"),
    ],
)
def test_bad_bodies_name_the_field(
    world: World, rep: APIClient, action: str, body: dict[str, str], pointer: str
) -> None:
    path = f"/api/v1/pqls/{world.pqls[0].pk}/{action}/"
    response = rep.post(path, body, format="json")
    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_list_costs_a_fixed_number_of_queries(
    world: World, django_assert_max_num_queries: Any
) -> None:
    client = token_client(make_admin(), "work:pqls")
    for number in range(10, 20):
        add_lead(world, number)
    with django_assert_max_num_queries(3):  # token, viewer, rows
        assert len(ids(client.get("/api/v1/pqls/"))) == 13


def test_undo(world: World, rep: APIClient) -> None:
    path = f"/api/v1/pqls/{world.pqls[0].pk}/"
    change = rep.post(f"{path}accept/").json()["changes"][-1]
    assert change["undo_until"] is not None
    body = rep.post(f"{path}undo/", {"change": change["id"]}, format="json").json()
    assert body["state"] == "assigned"
    assert body["changes"][-1]["undoes"] == change["id"]
    assert rep.post(f"{path}undo/", {"change": change["id"]}, format="json").status_code == 409


def test_undo_by_a_team_mate_or_of_another_pqls_change(world: World, rep: APIClient) -> None:
    world.other_rep.team = world.rep.team
    world.other_rep.save()
    own, mates = (f"/api/v1/pqls/{pql.pk}/" for pql in world.pqls[:2])
    mate = token_client(world.other_rep.user, "work:pqls")
    change = mate.post(f"{mates}accept/").json()["changes"][-1]["id"]
    assert rep.post(f"{mates}undo/", {"change": change}, format="json").status_code == 403
    for body in ({"change": change}, {"change": 0}, {}):
        response = rep.post(f"{own}undo/", body, format="json")
        assert response.status_code == 400
        assert [error["pointer"] for error in response.json()["errors"]] == ["#/change"]


def test_who_leads_assigns_and_confirms_whom_the_dealing_would_not_give_it(world: World) -> None:
    leader, path = make_person("lena", "work_qualification"), f"/api/v1/pqls/{world.pqls[0].pk}/"
    world.other_rep.is_available = False
    world.other_rep.save()
    body = {"rep": world.other_rep.pk, "note": "Knows them"}
    client = token_client(leader, "work:pqls")
    assert client.post(f"{path}assign/", body, format="json").status_code == 403
    world.rep.team.manager = leader
    world.rep.team.save()
    refused = client.post(f"{path}assign/", body, format="json")
    assert (refused.status_code, refused.json()["errors"][0]["detail"]) == (
        400, "omar is in no team that you manage.",
    )  # fmt: skip
    world.other_rep.team.manager = leader
    world.other_rep.team.save()
    again = client.post(f"{path}assign/", body, format="json")
    assert again.status_code == 409
    assert again.json()["detail"].startswith("omar is switched off")
    assert "“confirm”: true" in again.json()["detail"]
    done = client.post(f"{path}assign/", {**body, "confirm": True}, format="json").json()
    assert done["rep"]["name"] == "omar"
    told = done["changes"][-1]["reason"]
    assert told.startswith("Given to omar, who is switched off")
    assert told.endswith(". Knows them")
