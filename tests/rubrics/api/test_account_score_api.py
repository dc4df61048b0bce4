"""Account scores over HTTP: the list to keep a copy by, and one account explained."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from leads.models import Account, Product
from rubrics import scores
from rubrics.models import AccountScore
from tests.rubrics.makers import AT
from tests.rubrics.scored import mark
from tests.rubrics.test_account_scores import member, publish_for_accounts
from tests.world import make_admin, token_client

pytestmark = pytest.mark.django_db

LABELS: dict[str, Any] = {
    "bands": [
        {"at_least": 0, "name": "Cold"},
        {"at_least": 12, "name": "Warm", "meaning": "Write to them"},
    ],
    "matrix": {"fit": 5, "behavior": 10},
}


@pytest.fixture
def client() -> APIClient:
    return token_client(make_admin(), "read:scores")


@pytest.fixture
def accounts() -> list[Account]:
    """Two scored accounts: of two leads with 3 hits, and of one lead with none."""
    product = Product.objects.create(key="app", name="App")
    publish_for_accounts(product, **LABELS)
    made = [Account.objects.create(name=name) for name in ("Acme", "Globex")]
    mark(member(product, made[0], hits=2), member(product, made[0], hits=1))
    mark(member(product, made[1]))
    scores.score_due(at=AT)
    return made


def test_list(client: APIClient, accounts: list[Account]) -> None:
    page = client.get("/api/v1/account-scores/?product=app&min_total=1").json()
    (row,) = page["results"]
    assert row["account"]["name"] == "Acme"
    assert (row["rubric"], row["version"], row["total"], row["tier"]) == ("companies", 1, 15, 2)
    assert row["is_pql"] is True
    assert page["resume_from"]
    assert len(client.get("/api/v1/account-scores/").json()["results"]) == 2
    assert client.get("/api/v1/account-scores/?account=1").status_code == 400


def test_explained(client: APIClient, accounts: list[Account]) -> None:
    found = client.get(f"/api/v1/accounts/{accounts[0].pk}/score/").json()
    (score,) = found["scores"]
    assert (score["product"], score["segment"]) == ("app", "")
    assert score["band"] == {"at_least": 12, "name": "Warm", "meaning": "Write to them"}
    assert score["tier"] == 2
    assert [(line["key"], line["points"]) for line in score["lines"]] == [
        ("used", 15),
        ("recent", 0),
    ]
    assert sum(line["points"] for line in score["lines"]) == score["total"]
    assert [one["lead"]["id"] for one in found["members"]] == sorted(
        one["lead"]["id"] for one in found["members"]
    )
    assert {one["score"] for one in found["members"]} == {None}


def test_account_without_a_score(client: APIClient) -> None:
    account = Account.objects.create()
    found = client.get(f"/api/v1/accounts/{account.pk}/score/").json()
    assert (found["scores"], found["members"]) == ([], [])
    assert not AccountScore.objects.exists()
