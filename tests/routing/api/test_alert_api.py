"""A person's alerts over HTTP."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from routing.alerts import raise_alert
from routing.models import Alert
from routing.models.alert import AlertKind, Severity
from tests.world import AT, World, make_world, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def rep(world: World) -> APIClient:
    return token_client(world.rep.user, "work:pqls")


def tell(world: World, key: str, *, days: int = 0, severity: Severity = Severity.NORMAL) -> Alert:
    raise_alert(
        key=key, kind=AlertKind.NEW_PQL, severity=severity, user=world.rep.user,
        lead=world.leads[0], qualification=world.pqls[0], at=AT + timedelta(days=days),
    )  # fmt: skip
    return Alert.objects.get(key=key)


def ids(client: APIClient, query: str = "") -> list[int]:
    return [alert["id"] for alert in client.get(f"/api/v1/alerts/{query}").json()["results"]]


def test_list_tells_ones_own_with_what_each_says(world: World, rep: APIClient) -> None:
    alert = tell(world, "a", severity=Severity.URGENT)
    (told,) = rep.get("/api/v1/alerts/").json()["results"]
    assert told["id"] == alert.pk
    assert (told["kind"], told["severity"], told["read_at"]) == ("new_pql", "urgent", None)
    assert (told["title"], told["person"]) == (alert.title, "Lead 0")
    assert (told["lead"], told["pql"]) == (world.leads[0].pk, world.pqls[0].pk)
    assert told["scores"]["total"] == 90
    assert told["reasons"][0]["points"] == 15
    assert told["url"] == f"http://testserver{alert.content['path']}"
    other = token_client(world.other_rep.user, "work:pqls")
    assert ids(other) == []
    assert other.get(f"/api/v1/alerts/{alert.pk}/").status_code == 404
    assert other.post(f"/api/v1/alerts/{alert.pk}/read/").status_code == 404


def test_list_is_narrowed_and_paged(world: World, rep: APIClient) -> None:
    old, new = tell(world, "a"), tell(world, "b", days=2, severity=Severity.HIGH)
    assert ids(rep) == [old.pk, new.pk]
    assert ids(rep, "?since=2026-06-02T00:00:00Z") == [new.pk]
    assert ids(rep, "?severity=high") == ids(rep, "?kind=new_pql&severity=high") == [new.pk]
    rep.post(f"/api/v1/alerts/{old.pk}/read/")
    assert (ids(rep, "?unread=true"), ids(rep, "?unread=false")) == ([new.pk], [old.pk])
    first = rep.get("/api/v1/alerts/?page_size=1").json()
    assert [alert["id"] for alert in rep.get(first["next"]).json()["results"]] == [new.pk]
    for query in ("unread=1", "since=yesterday", "severity=loud", "kind=x", "unraed=true"):
        response = rep.get(f"/api/v1/alerts/?{query}")
        assert response.status_code == 400, query
        assert response.json()["errors"][0]["parameter"] == query.split("=")[0]


def test_read_and_unread_are_the_inboxs(world: World, rep: APIClient) -> None:
    alert = tell(world, "a")
    path = f"/api/v1/alerts/{alert.pk}/"
    read_at = rep.post(f"{path}read/").json()["read_at"]
    assert read_at is not None
    assert rep.post(f"{path}read/").json()["read_at"] == read_at
    assert rep.post(f"{path}unread/").json()["read_at"] is None
    assert Alert.objects.get().read_at is None


def test_all_up_to_one_are_read(world: World, rep: APIClient) -> None:
    first, second = tell(world, "a"), tell(world, "b")
    answer = rep.post("/api/v1/alerts/read/", {"until": first.pk}, format="json")
    assert answer.json() == {"marked": 1}
    assert ids(rep, "?unread=true") == [second.pk]
    for body in ({}, {"until": 0}, {"till": 1}):
        assert rep.post("/api/v1/alerts/read/", body, format="json").status_code == 400
