"""Account scores over HTTP: the list to keep a copy by, and one account explained."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from leads.models import Account, Product
from rubrics import scores
from rubrics.mappers import forget_compiled
from rubrics.models import AccountScore, RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.makers import AT
from tests.rubrics.scored import mark, publish_small
from tests.rubrics.teams import DAY, join, make_company, publish_companies
from tests.rubrics.teams import DOCUMENT as COMPANIES
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
    assert score["next_band"] is None
    assert [(line["key"], line["points"]) for line in score["lines"]] == [
        ("used", 15),
        ("recent", 0),
    ]
    assert sum(line["points"] for line in score["lines"]) == score["total"]
    assert [one["lead"]["id"] for one in found["members"]] == sorted(
        one["lead"]["id"] for one in found["members"]
    )
    assert {one["score"] for one in found["members"]} == {None}
    (cold,) = get(client, accounts[1])["scores"]
    assert (cold["band"]["name"], cold["next_band"]["name"]) == ("Cold", "Warm")


def test_account_without_a_score(client: APIClient) -> None:
    account = Account.objects.create()
    found = client.get(f"/api/v1/accounts/{account.pk}/score/").json()
    assert (found["scores"], found["members"]) == ([], [])
    assert not AccountScore.objects.exists()


@pytest.fixture
def acme(client: APIClient) -> Iterator[Account]:
    """Two, of whom one used the product three days ago. As of now, for the API reads the clock."""
    now = timezone.now()
    product = Product.objects.create(key="app", name="App")
    publish_companies(product)
    company = make_company(now, employees=120)
    ann = join(product, company, "Ann", at=now - 60 * DAY, hits=[("used", now - 3 * DAY)])
    mark(ann, join(product, company, "Bo", at=now - 10 * DAY), at=now)
    scores.score_due(at=now)
    yield company
    forget_compiled()  # their ids come again with other tests


def get(client: APIClient, account: Account, rest: str = "") -> dict[str, Any]:
    response = client.get(f"/api/v1/accounts/{account.pk}/score/{rest}")
    assert response.status_code == 200, response.json()
    body: dict[str, Any] = response.json()
    return body


def test_lines_and_the_events_behind_them(client: APIClient, acme: Account) -> None:
    (score,) = get(client, acme)["scores"]
    size, users, *_ = score["lines"]
    assert (size["measured"], size["evidence"]) == ("Company size 120", None)
    assert (users["measured"], users["next_step"]) == (
        "Used it: 1 user in the last 30 days", "“Used it” by 1 more user in the last 30 days: +10",
    )  # fmt: skip
    assert users["last_at"] == score["last_activity_at"]
    assert (score["advice"], score["is_headline"]) == (None, True)
    told = client.get(users["evidence"]).json()
    assert told["account"]["id"] == acme.pk
    assert [(hit["signal"], hit["lead"]["name"]) for hit in told["hits"]] == [("Used it", "Ann")]


def test_advice_and_until_when(client: APIClient, acme: Account) -> None:
    (score,) = get(client, acme, "?include=advice")["scores"]
    first, *_ = score["advice"]["suggestions"]
    assert first["words"].startswith("15 short: “Used it” by 1 more user in the last 30 days (+10)")
    assert score["pql_until"] is None
    version = publish_companies(
        Product.objects.get(), thresholds={"total": 25, "fit": 15, "behavior": 10}
    )
    (score,) = get(client, acme, f"?include=advice&version={version.pk}")["scores"]
    assert score["pql_until"]["because"].startswith("Used it: 0 users in the last 30 days")


def test_a_past_moment_and_another_version(client: APIClient, acme: Account) -> None:
    before = (timezone.now() - 4 * DAY).isoformat().replace("+00:00", "Z")
    (then,) = get(client, acme, f"?as_of={before}")["scores"]
    assert (then["fit"], then["behavior"], then["segment"]) == (15, 0, "")
    assert get(client, acme, f"evidence/?criterion=users&as_of={before}")["hits"] == []
    published = RubricVersion.objects.get()
    draft = load_rubric(
        {**COMPANIES, "criteria": COMPANIES["criteria"][:1]},
        product=Product.objects.get(), by=None, at=AT,
    )  # fmt: skip
    (other,) = get(client, acme, f"?version={draft.pk}")["scores"]
    assert (other["version"], other["total"]) == (2, 15)
    (moments,) = get(client, acme, f"compare/?from={before}")["comparisons"]
    assert moments["sentences"] == [
        "Total 15 → 25", "Behavior 0 → 10: Active users +10 (was 0): Used it: 1 user in the last"
        " 30 days",
    ]  # fmt: skip
    query = f"from_version={published.pk}&to_version={draft.pk}"
    (versions,) = get(client, acme, f"compare/?{query}")["comparisons"]
    assert versions["to"]["total"] == 15


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        pytest.param("evidence/", 400, id="of which criterion"),
        pytest.param("evidence/?criterion=nothing", 404, id="no such criterion"),
        pytest.param("?as_of=2199-01-01T00:00:00Z", 400, id="the future"),
        pytest.param("?version={of_leads}", 400, id="a version that scores leads"),
        pytest.param("compare/?to=2020-01-01T00:00:00Z&from=2021-01-01T00:00:00Z", 400,
                     id="backwards"),
    ],
)  # fmt: skip
def test_refusals(client: APIClient, acme: Account, rest: str, status: int) -> None:
    of_leads = publish_small(Product.objects.create(key="other", name="Other"))
    path = f"/api/v1/accounts/{acme.pk}/score/{rest.format(of_leads=of_leads.pk)}"
    assert client.get(path).status_code == status
