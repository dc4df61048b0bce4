"""Previews over HTTP."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from leads.models import Lead, Product
from rubrics.models import Preview, RubricVersion
from rubrics.previews import preview_some
from tests.rubrics.makers import AT
from tests.rubrics.previews.previewed import make_draft, scored_leads
from tests.rubrics.scored import publish_small
from tests.world import make_person, token_client

Leads = dict[str, Lead]


@pytest.fixture
def product(db: None) -> Product:
    product = Product.objects.create(key="app", name="App")
    publish_small(product)
    return product


@pytest.fixture
def leads(product: Product) -> Leads:
    return scored_leads(product)


@pytest.fixture
def draft(product: Product) -> RubricVersion:
    return make_draft(product)


@pytest.fixture
def api(db: None) -> APIClient:
    return token_client(make_person("ada", "change_rubricversion"), "manage:rubrics")


def test_start_and_read(api: APIClient, leads: Leads, draft: RubricVersion) -> None:
    url = f"/api/v1/rubric-versions/{draft.pk}/preview/"
    started = api.post(url)
    assert started.status_code == 202
    body = started.json()
    assert (body["version"], body["state"], body["percent"]) == (draft.pk, "running", 0)
    assert api.post(url).json()["id"] == body["id"]  # it runs already
    while preview_some(at=AT, seconds=60):
        pass
    found = api.get(f"/api/v1/previews/{body['id']}/").json()
    assert (found["state"], found["is_outdated"]) == ("done", False)
    results = found["results"]
    assert (results["entered"], results["left"], results["stayed"]) == (1, 1, 2)
    assert results["pqls"] == {"label": "PQLs", "now": 3, "then": 3}
    assert found["histograms"]["then"]["total"]["12"] == 2
    assert found["outcomes"]["leads"] == 2
    listed = api.get("/api/v1/previews/", {"version": str(draft.pk), "rubric": "small"}).json()
    assert [one["id"] for one in listed["results"]] == [body["id"]]
    assert "results" not in listed["results"][0]


def test_who_enters(api: APIClient, leads: Leads, draft: RubricVersion) -> None:
    preview = api.post(f"/api/v1/rubric-versions/{draft.pk}/preview/").json()
    while preview_some(at=AT, seconds=60):
        pass
    url = f"/api/v1/previews/{preview['id']}/leads/"
    (row,) = api.get(url, {"movement": "entered"}).json()["results"]
    assert row["lead"]["id"] == leads["c"].pk
    assert (row["now_total"], row["then_total"]) == (8, 12)
    assert row["why"] == (
        "Recent +5, Used −1. Total: 12 instead of 8, needs 12 instead of 10; "
        "Behavior: 12 instead of 8, needs 0 instead of 10"
    )
    assert row["lines"][0]["key"] == "recent"
    page = api.get(url, {"page_size": 3}).json()
    assert len(page["results"]) == 3
    assert len(api.get(page["next"]).json()["results"]) == 1
    assert api.get(url, {"movement": "sideways"}).status_code == 400


def test_version_that_cannot_be_scored(
    api: APIClient,
    leads: Leads,
    draft: RubricVersion,
) -> None:
    draft.criteria.all().delete()
    answer = api.post(f"/api/v1/rubric-versions/{draft.pk}/preview/")
    assert answer.status_code == 409
    assert "criteria: list at least one criterion" in answer.json()["detail"]
    assert not Preview.objects.exists()


def test_reading_scores_does_not_start_previews(draft: RubricVersion) -> None:
    client = token_client(make_person("bob", "view_score"), "read:scores")
    assert client.post(f"/api/v1/rubric-versions/{draft.pk}/preview/").status_code == 403
    preview = Preview.objects.create(
        product=draft.rubric.product, version=draft, label="x", started_at=timezone.now()
    )
    assert client.get(f"/api/v1/previews/{preview.pk}/").status_code == 200
