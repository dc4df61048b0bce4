"""Backtests over HTTP: started, watched, read."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from leads.models import Product
from rubrics.backtests.running import backtest_some
from rubrics.models import Backtest, RubricVersion
from rubrics.services import load_rubric
from tests.rubrics.backtests.conftest import SINCE, add_lead
from tests.rubrics.makers import AT, make_product
from tests.rubrics.scored import DOCUMENT
from tests.stock import written_once
from tests.world import make_admin, token_client

pytestmark = pytest.mark.django_db
URL = "/api/v1/backtests/"


@pytest.fixture
def client() -> APIClient:
    return token_client(make_admin(), "manage:rubrics")


@pytest.fixture
@written_once
def product() -> Product:
    product = make_product("used", "recent")
    for number in range(4):
        add_lead(product, uses=number, converted=30 if number > 1 else None)
    add_lead(product, uses=0, converted=None, started_at=SINCE + timedelta(days=150))
    return product


@pytest.fixture
@written_once
def version(product: Product) -> RubricVersion:
    return load_rubric(DOCUMENT, product=product, by=None, at=AT)


def test_start_watch_and_read(client: APIClient, version: RubricVersion) -> None:
    answer = client.post(URL, {"version": version.pk, "days": 14, "horizon_days": 30}, "json")
    assert answer.status_code == 201
    started = answer.json()
    assert (started["state"], started["results"], started["rubric"]) == ("running", {}, "small")
    assert started["kinds"] == ["converted", "closed_won"]
    while backtest_some(at=AT, seconds=60):
        pass
    found = client.get(f"{URL}{started['id']}/").json()
    assert (found["state"], found["percent"]) == ("done", 100)
    assert (found["results"]["leads"], found["results"]["positives"]) == (4, 2)
    (listed,) = client.get(URL).json()["results"]
    assert listed["id"] == started["id"]
    assert "results" not in listed


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"version": 0}, "version"),
        ({"beside": 0}, "beside"),
        ({"days": -1}, "days"),
        ({"kinds": ["wedding"]}, "kinds"),
        ({"kinds": []}, "kinds"),
        ({"horizon_days": 3000}, "horizon_days"),
        ({"moment": "someday"}, "moment"),
    ],
)
def test_bad_questions_name_the_field(
    client: APIClient, version: RubricVersion, body: dict[str, Any], field: str
) -> None:
    answer = client.post(URL, {"version": version.pk, **body}, "json")
    assert answer.status_code == 400
    assert field in str(answer.json())
    assert not Backtest.objects.exists()


def test_reading_alone_starts_none(version: RubricVersion) -> None:
    reader = token_client(make_admin(), "read:scores")
    assert reader.post(URL, {"version": version.pk}, "json").status_code == 403
    assert reader.get(URL).status_code == 200
