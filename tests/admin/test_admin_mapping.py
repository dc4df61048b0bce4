"""Mapping an event from the catalogue, and what the audit log keeps of mappings."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import AuditEntry, EventType, Hit, Product, RemapJob, Signal, SignalMapping
from leads.remapping import remap_now
from tests.admin.forms import form_of, said
from tests.factories.leads import LeadFactory, ProductFactory, SignalMappingFactory, SourceFactory
from tests.leads.catalogue.events import AT, count_all, store
from tests.world import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    product: Product = ProductFactory.create()
    return product


@pytest.fixture
def event(product: Product) -> EventType:
    """Three events of admins by two people, and one of a member."""
    source = SourceFactory.create(product=product)
    lead, other = LeadFactory.create_batch(2)
    store(source, lead, role="admin", times=2)
    store(source, other, role="admin", email="anna@company.example")
    store(source, other, role="member")
    count_all()
    return EventType.objects.get()


def url(event: EventType, page: str = "map_event") -> str:
    return reverse(f"admin:leads_eventtype_{page}", args=[event.pk])


def told(**fields: Any) -> dict[str, Any]:
    """The form as a browser sends it: rows of conditions included."""
    rows = {"conditions-property": [""], "conditions-op": ["equals"], "conditions-value": [""]}
    return rows | fields


ADMINS = {
    "conditions-property": ["role", ""],
    "conditions-op": ["equals", "equals"],
    "conditions-value": ["admin", ""],
}


ADMIN = [{"property": "role", "op": "equals", "value": "admin"}]


def matching(client: Client, event: EventType, **fields: Any) -> str:
    response = client.get(url(event, "matching"), told(**fields))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_form_offers_known_properties_and_values(client: Client, event: EventType) -> None:
    page = client.get(url(event)).content.decode()
    assert '<option value="role">text, 100 %</option>' in page
    assert '<option value="admin">role</option>' in page
    assert "anna@" not in page


def test_count_follows_the_conditions(client: Client, event: EventType) -> None:
    assert "4</span> of 4 events" in matching(client, event)
    found = matching(client, event, **ADMINS)
    assert "3</span> of 4 events" in found
    assert "2 leads" in found
    assert "e-mail address" in found
    assert "anna@" not in found
    assert not SignalMapping.objects.exists()


def test_count_says_which_condition_is_not_finished(client: Client, event: EventType) -> None:
    rows = ADMINS | {"conditions-value": ["", ""]}
    assert "needs a value" in matching(client, event, **rows)


def test_count_from_one_source_or_from_all(client: Client, event: EventType) -> None:
    store(SourceFactory.create(), LeadFactory.create(), role="admin", times=5)
    count_all()
    assert "9</span> of 9 events" in matching(client, event)
    assert "4</span> of 4 events" in matching(client, event, only_source="on")


def test_maps_to_a_new_signal_and_past_events_follow(
    client: Client, event: EventType, product: Product
) -> None:
    data = told(name="Invited an admin", product=product.pk, is_activity="on", past="on", **ADMINS)
    response = client.post(url(event), data)
    mapping, job = SignalMapping.objects.get(), RemapJob.objects.get()
    assert response["Location"] == reverse("admin:leads_remapjob_change", args=[job.pk])
    assert (mapping.signal.name, mapping.event_name) == ("Invited an admin", "Teammate Invited")
    assert mapping.conditions == [{"property": "role", "op": "equals", "value": "admin"}]
    assert job.asked_by is not None
    remap_now(job, at=AT)
    assert Hit.objects.count() == 3
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")] == ["created", "edited"]


def test_maps_to_an_existing_signal_without_the_past(client: Client, event: EventType) -> None:
    signal = SignalMappingFactory.create(event_name="Something Else").signal
    response = client.post(url(event), told(signal=signal.pk, only_source="on"))
    assert response["Location"] == reverse("admin:leads_eventtype_change", args=[event.pk])
    mapping = signal.mappings.get(event_name="Teammate Invited")
    assert (mapping.source, mapping.position) == (event.source, 1)
    assert not RemapJob.objects.exists()


def test_a_new_signal_needs_a_name(client: Client, event: EventType) -> None:
    response = client.post(url(event), told(product="", **ADMINS))
    page = response.content.decode()
    assert "Name the new signal" in page
    assert "Say which product" in page
    assert 'value="admin"' in page  # nothing is lost
    assert not Signal.objects.exists()


@pytest.mark.parametrize(
    ("conditions", "source", "again", "is_refused"),
    [
        ([], None, {}, True),
        ([], None, ADMINS, True),
        (ADMIN, None, ADMINS, True),
        (ADMIN, None, {}, False),
        ([], "its own", {}, False),
        ([], "its own", {"only_source": "on"}, True),
    ],
    ids=["all", "some of all", "the same", "more", "of any source", "of its source"],
)
def test_what_counts_already_is_said_and_not_mapped_twice(
    client: Client,
    event: EventType,
    conditions: list[Any],
    source: str | None,
    again: dict[str, Any],
    is_refused: bool,
) -> None:
    mapping = SignalMappingFactory.create(
        event_name=event.name, conditions=conditions, source=event.source if source else None
    )
    page = client.get(url(event)).content.decode()
    assert "It counts already as:" in page
    assert reverse("admin:leads_signal_change", args=[mapping.signal_id]) in page
    answer = client.post(url(event), told(signal=mapping.signal_id, **again))
    assert (answer.status_code == 200) is is_refused
    assert SignalMapping.objects.count() == (1 if is_refused else 2)
    if is_refused:
        assert f"count as “{mapping.signal}” already" in answer.content.decode()


def test_a_new_signal_has_a_name_of_its_own(
    client: Client, event: EventType, product: Product
) -> None:
    Signal.objects.create(product=product, key="invited", name="Invited")
    answer = client.post(url(event), told(name="invited ", product=product.pk))
    assert "has a signal of this name already" in answer.content.decode()
    assert Signal.objects.count() == 1


def test_mapping_is_for_those_who_may_change_signals(event: EventType) -> None:
    client = Client()
    client.force_login(make_person("vera", "view_eventtype", staff=True))
    assert client.get(reverse("admin:leads_eventtype_change", args=[event.pk])).status_code == 200
    for page, status in (("map_event", 403), ("matching", 403)):
        assert client.get(url(event, page)).status_code == status
    assert client.post(url(event), told()).status_code == 403


def test_edits_of_a_signal_are_recorded_and_the_past_is_offered(client: Client) -> None:
    mapping = SignalMappingFactory.create()
    page = reverse("admin:leads_signal_change", args=[mapping.signal_id])
    data = form_of(client, page) | {"name": "Renamed", "mappings-0-event_name": "New Name"}
    data["mappings-0-conditions-property"] = []
    response = client.post(page, data)
    assert response.status_code == 302, response.context["errors"]
    assert "Apply it to past events too" in said(response)
    fields = {(entry.field, entry.after) for entry in AuditEntry.objects.all()}
    assert fields == {("name", "Renamed"), (f"mappings.{mapping.pk}.event", "New Name")}


def test_a_deleted_mapping_is_recorded_and_the_past_is_offered(client: Client) -> None:
    mapping = SignalMappingFactory.create()
    page = reverse("admin:leads_signalmapping_delete", args=[mapping.pk])
    response = client.post(page, {"post": "yes"})
    assert "Apply it to past events too" in said(response)
    assert AuditEntry.objects.get().field == "mappings"


def test_a_signal_is_deleted_once_it_has_no_mappings(client: Client) -> None:
    mapping = SignalMappingFactory.create()
    page = reverse("admin:leads_signal_delete", args=[mapping.signal_id])
    assert "In use by: 1 mapping. Take its mappings away" in said(
        client.post(page, {"post": "yes"})
    )
    mapping.delete()
    client.post(page, {"post": "yes"})
    assert not Signal.objects.exists()
    assert AuditEntry.objects.get().action == "deleted"


def test_remapping_is_stopped_and_resumed(client: Client) -> None:
    job = RemapJob.objects.create(signal_ids=[], started_at=AT)
    page = reverse("admin:leads_remapjob_change", args=[job.pk])
    stop, resume = (
        reverse(f"admin:leads_remapjob_{name}", args=[job.pk]) for name in ("stop", "resume")
    )
    assert stop in client.get(page).content.decode()
    assert resume not in client.get(page).content.decode()
    client.post(stop)
    job.refresh_from_db()
    assert job.state == "stopped"
    assert resume in client.get(page).content.decode()
    client.post(resume)
    job.refresh_from_db()
    assert (job.state, job.finished_at) == ("running", None)
