"""Proofs over HTTP."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from rubrics.models import Proof, Rubric
from tests.world import AT, make_admin, make_world, token_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    return token_client(make_admin(), "read:scores")


def finished(hours: int, **fields: object) -> Proof:
    at = AT + timedelta(hours=hours)
    return Proof.objects.create(
        **{"reason": "nightly", "state": "done", "started_at": at, "finished_at": at, **fields}
    )


def test_latest_is_the_newest_of_all_scores_that_ended(client: APIClient) -> None:
    assert client.get("/api/v1/proofs/latest/").status_code == 404
    make_world(leads=1)
    finished(1)
    wanted = finished(2, checked=12, mismatched=1, waiting=3, overdue=2)
    finished(3, rubric=Rubric.objects.get())
    finished(4, state="stopped")
    finished(5, state="running", finished_at=None)
    assert client.get("/api/v1/proofs/latest/").json() == {
        "id": wanted.pk,
        "reason": "nightly",
        "rubric": None,
        "state": "done",
        "started_at": "2026-06-01T14:00:00Z",
        "finished_at": "2026-06-01T14:00:00Z",
        "percent": 100,
        "checked": 12,
        "mismatched": 1,
        "waiting": 3,
        "overdue": 2,
    }


def test_list_has_all_of_them(client: APIClient) -> None:
    make_world(leads=1)
    proofs = [
        finished(1, rubric=Rubric.objects.get()),
        finished(2, state="running", finished_at=None),
    ]
    page = client.get("/api/v1/proofs/").json()
    assert [one["id"] for one in page["results"]] == [one.pk for one in proofs]
    assert [one["rubric"] for one in page["results"]] == ["standard", None]
    assert client.get("/api/v1/proofs/?state=done").status_code == 400
