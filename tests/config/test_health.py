"""The two addresses that load balancers and supervisors ask."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from leads.models import Lead, LeadChange


def test_livez_asks_nobody() -> None:  # no database mark: any query would fail
    assert Client().get("/livez").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_without_changes() -> None:
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "database": "ok", "oldest_change_seconds": None}


@pytest.mark.django_db
def test_readyz_tells_how_long_the_oldest_change_waits() -> None:
    for minutes in (5, 1):
        changed_at = timezone.now() - timedelta(minutes=minutes)
        LeadChange.objects.create(lead=Lead.objects.create(), changed_at=changed_at)
    age = Client().get("/readyz").json()["oldest_change_seconds"]
    assert 300 <= age < 310


def test_readyz_without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise DatabaseError("connection refused")

    monkeypatch.setattr("config.health.connection.cursor", refuse)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
def test_health_is_read_only(path: str) -> None:
    assert Client().post(path).status_code == 405
