"""The event catalogue in the admin: found, sorted, filtered, looked into."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import Event, EventType, EventVolume, Lead, Product, Signal, SignalMapping, Source
from tests.factories.leads import LeadFactory, SourceFactory
from tests.leads.catalogue.events import count_all, store

pytestmark = pytest.mark.django_db

LIST = "admin:leads_eventtype_changelist"
DAY = timedelta(days=1)


@pytest.fixture
def source() -> Source:
    source: Source = SourceFactory.create()
    return source


@pytest.fixture
def lead() -> Lead:
    lead: Lead = LeadFactory.create()
    return lead


def map_to(product: Product | None, name: str, **fields: Any) -> SignalMapping:
    assert product is not None
    signal, _ = Signal.objects.get_or_create(product=product, key="invited", name="Invited people")
    return SignalMapping.objects.create(signal=signal, event_name=name, **fields)


def rows(client: Client, **query: str) -> list[str]:
    response = client.get(reverse(LIST), query)
    assert response.status_code == 200
    return [row.name for row in response.context["cl"].result_list]


def page(client: Client, row: EventType) -> str:
    return client.get(reverse("admin:leads_eventtype_change", args=[row.pk])).content.decode()


def test_empty_catalogue_says_how_to_send(client: Client) -> None:
    text = client.get(reverse(LIST)).content.decode()
    assert "No events yet" in text
    assert "/v1/track" in text


def test_only_a_search_has_results(client: Client) -> None:
    """The theme tells how many stand there, and offers all, wherever it takes them for a part."""
    assert "Show all" not in client.get(reverse(LIST)).content.decode()
    assert "Show all" in client.get(reverse(LIST), {"q": "x"}).content.decode()


def test_list_says_how_fresh_it_is(client: Client, source: Source, lead: Lead) -> None:
    at = timezone.now()
    store(source, lead, received_at=at)
    count_all(at)
    assert f"Everything stored until {at:%-d %b %Y, %H:%M:%S} UTC" in (
        client.get(reverse(LIST)).content.decode()
    )


def test_found_by_name_and_by_property(client: Client, source: Source, lead: Lead) -> None:
    store(source, lead, "Data Exported", plan={"seats": 3})
    store(source, lead, "Logged In")
    count_all()
    assert rows(client, q="exported") == ["Data Exported"]
    assert rows(client, q="plan.seat") == ["Data Exported"]
    assert rows(client, q="nothing like it") == []


def test_filtered_by_use(client: Client, source: Source, lead: Lead) -> None:
    at = timezone.now()
    for name in ("Mapped", "Elsewhere", "Unmapped"):
        store(source, lead, name, received_at=at)
    for n in range(8):
        store(source, lead, "Silent", received_at=at - (10 + n) * DAY)
    count_all(at)
    map_to(source.product, "Mapped")
    map_to(source.product, "Elsewhere", source=SourceFactory.create())
    assert rows(client, use="mapped") == ["Mapped"]
    assert set(rows(client, use="unmapped")) == {"Elsewhere", "Unmapped", "Silent"}
    assert rows(client, use="silent") == ["Silent"]


def test_any_page_is_mapped_by_a_mapping_of_no_name(
    client: Client, source: Source, lead: Lead
) -> None:
    store(source, lead, "Pricing", kind="page")
    count_all()
    map_to(source.product, "", kind="page")
    assert rows(client, use="mapped") == ["Pricing"]
    assert "as any page" in page(client, EventType.objects.get())


def test_sorted_by_volume(client: Client, source: Source, lead: Lead) -> None:
    at = timezone.now()
    store(source, lead, "Once much", received_at=at - 60 * DAY, times=5)
    store(source, lead, "Lately", received_at=at, times=2)
    count_all(at)
    assert rows(client) == ["Once much", "Lately"]
    columns = ["name", "source", "signals", "month", "state", "day", "week", "last_month"]
    assert rows(client, o=f"-{columns.index('last_month')}") == ["Lately", "Once much"]


def test_page_shows_shapes_and_never_personal_data(
    client: Client, source: Source, lead: Lead
) -> None:
    other: Lead = LeadFactory.create()
    store(source, lead, email="anna@company.example", plan="pro", note="call me maybe")
    store(source, other, plan="pro", nick="only mine")
    count_all()
    map_to(source.product, "Teammate Invited")
    text = page(client, EventType.objects.get())
    assert "e-mail address" in text
    assert "pro (2)" in text
    assert "Invited people" in text
    for secret in ("anna@", "call me", "only mine (1)"):
        assert secret not in text


def test_page_of_events_that_retention_dropped(client: Client, source: Source, lead: Lead) -> None:
    store(source, lead)
    count_all()
    Event.objects.all().delete()
    assert "the events themselves are gone" in page(client, EventType.objects.get()).lower()


def test_two_thousand_names_cost_as_many_queries_as_two(
    client: Client, source: Source, django_assert_max_num_queries: Any
) -> None:
    at = timezone.now()
    types = EventType.objects.bulk_create(
        EventType(
            source=source, kind="track", name=f"Event {n}", total=n, first_at=at, last_at=at,
            first_received_at=at, last_received_at=at,
        )
        for n in range(2000)
    )  # fmt: skip
    today = at.replace(hour=0, minute=0, second=0, microsecond=0)
    EventVolume.objects.bulk_create(
        EventVolume(type=one, span="day", start=today - n * DAY, count=3)
        for one in types
        for n in range(3)
    )
    with django_assert_max_num_queries(10):
        response = client.get(reverse(LIST), {"o": "-8"})
    assert len(response.context["cl"].result_list) == 50
