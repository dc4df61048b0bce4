"""What a lead's next steps are, the events behind a line, and two scores compared, over HTTP."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from leads.models import Lead, LeadChange, Product
from rubrics import scores
from rubrics.mappers import forget_compiled
from rubrics.models import RubricVersion
from rubrics.publishing import publish_now
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_lead
from tests.stock import written_once
from tests.world import make_admin, token_client

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
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


@pytest.fixture(autouse=True)
def _fresh_versions() -> Iterator[None]:
    yield
    forget_compiled()  # their ids come again with other tests


@pytest.fixture
def client(version: RubricVersion) -> APIClient:
    return token_client(make_admin(), "read:scores")


@pytest.fixture
@written_once
def version() -> RubricVersion:
    product = Product.objects.create(key="app", name="App")
    draft = load_rubric(DOCUMENT, product=product, by=None, at=AT)
    return publish_now(draft, by=None, at=AT)


@pytest.fixture
@written_once
def lead(version: RubricVersion) -> Lead:
    """Ten days in; invited somebody three days ago. As of now, for the API reads the clock."""
    now = timezone.now()
    made = make_lead(
        version.rubric.product, started_at=now - 10 * DAY, account={"employees": 120},
        hits=[("invited", now - 3 * DAY)],
    )  # fmt: skip
    LeadChange.objects.create(lead=made, changed_at=now)
    scores.score_due(at=now)
    return made


def get(client: APIClient, lead: Lead, rest: str = "") -> dict[str, Any]:
    response = client.get(f"/api/v1/leads/{lead.pk}/score/{rest}")
    assert response.status_code == 200, response.json()
    body: dict[str, Any] = response.json()
    return body


def test_lines_say_what_was_measured_and_what_comes_next(client: APIClient, lead: Lead) -> None:
    (score,) = get(client, lead)["scores"]
    size, invites, export, *_ = score["lines"]
    assert (invites["measured"], invites["next_step"]) == (
        "Invited a teammate", "“Invited a teammate” once more: +5",
    )  # fmt: skip
    assert invites["last_at"].startswith(f"{timezone.now() - 3 * DAY:%Y-%m-%d}")
    assert (export["next_step"], export["last_at"]) == ("“Exported data”: +5", None)
    assert export["proxy_for"] == "Reporting"
    assert size["evidence"] is None
    assert (score["advice"], score["pql_until"]) == (None, None)
    evidence = client.get(invites["evidence"]).json()
    assert [hit["signal"] for hit in evidence["hits"]] == ["Invited a teammate"]


def test_advice(client: APIClient, lead: Lead) -> None:
    (score,) = get(client, lead, "?include=advice")["scores"]
    assert score["pql_until"] is None
    assert score["advice"]["gates"] == ["total 25, needs 30"]
    first, *_ = score["advice"]["suggestions"]
    assert first["words"] == "5 short: “Invited a teammate” once more (+5) makes the total 30"
    assert (first["total"], first["is_certain"]) == (30, True)
    assert first["steps"] == [
        {"criterion": "invites", "words": "“Invited a teammate” once more", "gain": 5, "actions": 1,
         "finds_out": False},
    ]  # fmt: skip


def test_advice_by_a_version(client: APIClient, lead: Lead, version: RubricVersion) -> None:
    """From the history of attributes, in which the company's size never stood."""
    (score,) = get(client, lead, f"?include=advice&version={version.pk}")["scores"]
    assert score["advice"]["unknowns"] == ["Company size unknown: up to +15"]


def test_pql_until(client: APIClient, lead: Lead, version: RubricVersion) -> None:
    lower = {**DOCUMENT, "thresholds": {**DOCUMENT["thresholds"], "total": 25}}
    draft = load_rubric(lower, product=version.rubric.product, by=None, at=AT)
    publish_now(draft, by=None, at=timezone.now())
    scores.score_due(at=timezone.now())
    (score,) = get(client, lead, "?include=advice")["scores"]
    assert score["advice"] is None
    until = score["pql_until"]
    assert until["at"].startswith(f"{timezone.now() + 27 * DAY:%Y-%m-%d}")
    assert until["because"].startswith("No product activity for 30 days")


def test_advice_is_of_the_present(client: APIClient, lead: Lead) -> None:
    path = f"/api/v1/leads/{lead.pk}/score/?include=advice&as_of=2026-01-01T00:00:00Z"
    response = client.get(path)
    assert response.status_code == 400
    assert "leave `as_of` out" in response.json()["errors"][0]["detail"]


def test_evidence_of_a_version_and_a_moment(
    client: APIClient, lead: Lead, version: RubricVersion
) -> None:
    before = (timezone.now() - 4 * DAY).isoformat().replace("+00:00", "Z")
    path = f"evidence/?criterion=invites&version={version.pk}&as_of={before}"
    assert get(client, lead, path)["hits"] == []
    (hit,) = get(client, lead, "evidence/?criterion=invites")["hits"]
    assert (hit["event"], hit["value"]) == (None, None)


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        pytest.param("evidence/", 400, id="of which criterion"),
        pytest.param("evidence/?criterion=nothing", 404, id="no such criterion"),
        pytest.param("evidence/?criterion=export&as_of=2199-01-01T00:00:00Z", 400, id="the future"),
        pytest.param("compare/?from=2199-01-01T00:00:00Z", 400, id="compare with the future"),
        pytest.param("compare/?to=2020-01-01T00:00:00Z&from=2021-01-01T00:00:00Z", 400,
                     id="backwards"),
        pytest.param("compare/?from_version=999999", 400, id="no such version"),
        pytest.param("?include=everything", 400, id="nothing else to include"),
    ],
)  # fmt: skip
def test_refusals(client: APIClient, lead: Lead, rest: str, status: int) -> None:
    assert client.get(f"/api/v1/leads/{lead.pk}/score/{rest}").status_code == status


def test_compare_two_moments(client: APIClient, lead: Lead) -> None:
    (found,) = get(client, lead, "compare/")["comparisons"]
    assert (found["product"], found["from"]["behavior"], found["to"]["behavior"]) == ("app", 0, 10)
    assert found["sentences"] == [
        "Total 0 → 10", "Behavior 0 → 10: Invites +10 (was 0): Invited a teammate",
    ]  # fmt: skip
    (line,) = found["lines"]
    assert (line["key"], line["from_points"], line["to_points"]) == ("invites", 0, 10)


def test_compare_two_versions(client: APIClient, lead: Lead, version: RubricVersion) -> None:
    changed = {**DOCUMENT, "criteria": DOCUMENT["criteria"][:1]}
    draft = load_rubric(changed, product=version.rubric.product, by=None, at=AT)
    for query in (f"from_version={version.pk}&to_version={draft.pk}", f"from_version={draft.pk}"):
        now = timezone.now().isoformat().replace("+00:00", "Z")
        (found,) = get(client, lead, f"compare/?{query}&from={now}")["comparisons"]
        backwards = query.startswith(f"from_version={draft.pk}")
        assert (found["from"]["behavior"], found["to"]["behavior"]) == (
            (0, 10) if backwards else (10, 0)
        )
    (found,) = get(client, lead, f"compare/?to_version={draft.pk}&from={now}")["comparisons"]
    assert found["sentences"] == ["Nothing changed"]
