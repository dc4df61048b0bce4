"""Versions compared over the API."""

import pytest
from rest_framework.test import APIClient

from rubrics.models import RubricVersion
from rubrics.services import draft_version
from tests.world import AT, World, make_admin, make_world, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(leads=0)


@pytest.fixture
def api(world: World) -> APIClient:
    return token_client(make_admin(), "manage:rubrics")


def test_a_draft_against_what_scores_now(world: World, api: APIClient) -> None:
    draft = draft_version(world.version, by=None, at=AT)
    RubricVersion.objects.filter(pk=draft.pk).update(min_total=71)
    found = api.get(f"/api/v1/rubric-versions/{draft.pk}/compare/").json()
    assert found == {
        "then": {"id": world.version.pk, "rubric": world.rubric.key, "number": 1},
        "now": {"id": draft.pk, "rubric": world.rubric.key, "number": 2},
        "summary": "1 changed",
        "changes_scores": True,
        "groups": [
            {
                "title": "PQL",
                "changes": [
                    {
                        "kind": "changed",
                        "criterion": "",
                        "text": f"The total of a PQL: 71 (was {world.version.min_total})",
                    }
                ],
            }
        ],
    }


def test_what_cannot_be_compared(world: World, api: APIClient) -> None:
    address = f"/api/v1/rubric-versions/{world.version.pk}/compare/"
    assert api.get(address).status_code == 400
    assert api.get(f"{address}?with=0").status_code == 400
    assert api.get(f"{address}?with=99999999").status_code == 400
    draft = draft_version(world.version, by=None, at=AT)
    draft.criteria.all().delete()
    assert api.get(f"{address}?with={draft.pk}").status_code == 409
