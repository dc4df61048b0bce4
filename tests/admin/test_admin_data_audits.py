"""Data audits in the admin: started, read for a version, exported."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rubrics import dataquality
from rubrics.models import DataAudit
from tests.admin.forms import said
from tests.leads.catalogue.events import count_all, store
from tests.world import AT, World, make_person, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(leads=2)


@pytest.fixture
def audit(world: World) -> DataAudit:
    return dataquality.audit_now(dataquality.start_audit(at=AT), at=AT)


def url(audit: DataAudit, page: str = "change") -> str:
    return reverse(f"admin:rubrics_dataaudit_{page}", args=[audit.pk])


def test_started_by_hand_once(world: World, client: Client) -> None:
    now = reverse("admin:rubrics_dataaudit_audit_now")
    assert "Audit the data now?" in client.get(now).content.decode()
    assert not DataAudit.objects.exists()
    response = client.post(now)
    audit = DataAudit.objects.get()
    assert response["Location"] == url(audit)
    assert audit.asked_by is not None
    assert "running already" in said(client.post(now))
    assert "Waiting for a worker" in client.get(url(audit)).content.decode()


def test_report_of_the_published_version(world: World, client: Client, audit: DataAudit) -> None:
    page = client.get(url(audit)).content.decode()
    assert "100 % of 2" in page
    assert "Company size" in page
    assert "Minimal" in page


def test_report_of_the_version_asked_for(world: World, client: Client, audit: DataAudit) -> None:
    world.rubric.versions.create(number=2, note="empty")
    for version, told in (("999", "100 % of 2"), ("nonsense", "100 % of 2")):
        assert told in client.get(url(audit), {"version": version}).content.decode()
    draft = world.rubric.versions.get(number=2)
    page = client.get(url(audit), {"version": str(draft.pk)}).content.decode()
    assert "cannot be scored yet" in page


def test_exported_as_csv(world: World, client: Client, audit: DataAudit) -> None:
    response = client.get(url(audit, "export"))
    assert response["Content-Type"].startswith("text/csv")
    # The response streams, which the test client is not typed for.
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeffpart,name,state")
    running = DataAudit.objects.create(reason="on_demand", started_at=AT)
    assert client.get(url(running, "export")).status_code == 404


def test_without_any_rubric(client: Client) -> None:
    audit = dataquality.audit_now(dataquality.start_audit(at=AT), at=AT)
    assert "no rubric to audit for" in client.get(url(audit)).content.decode()


def test_who_may_look_and_who_may_start(world: World, audit: DataAudit) -> None:
    client = Client()
    client.force_login(make_person("vera", "view_dataaudit", staff=True))
    assert client.get(url(audit)).status_code == 200
    assert client.get(url(audit, "export")).status_code == 200
    assert client.post(reverse("admin:rubrics_dataaudit_audit_now")).status_code == 403


def test_page_costs_a_fixed_number_of_queries(
    world: World, client: Client, audit: DataAudit, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(22):
        client.get(url(audit))


def test_expected_events(world: World, client: Client) -> None:
    page = client.get(reverse("admin:rubrics_dataaudit_expected")).content.decode()
    assert "Teammate Invited" in page
    assert "Never seen" in page


def test_overview_names_sources_that_went_silent(world: World, client: Client) -> None:
    at = timezone.now()
    for n in range(30):
        store(world.source, world.leads[0], received_at=at - timedelta(hours=60 + n))
    count_all(at)
    page = client.get(reverse("admin:index")).content.decode()
    assert "has sent nothing for 2\xa0days" in page
    assert "its longest pause before was 1 hour" in page
    vera = Client()
    vera.force_login(make_person("vera", "view_lead", staff=True))
    assert "has sent nothing" not in vera.get(reverse("admin:index")).content.decode()
