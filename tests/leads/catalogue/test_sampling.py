"""What a mapping would match: by the matcher of ingest, exact where all events are read."""

from datetime import timedelta
from unittest.mock import patch

import pytest

from leads.catalogue import counting
from leads.catalogue.sampling import match, read_sample
from leads.mapping import Condition, Mapping
from leads.models import EventType
from tests.factories.leads import LeadFactory, SourceFactory
from tests.leads.catalogue.events import AT, count_all, store

pytestmark = pytest.mark.django_db

ADMINS = Mapping(
    1, 1, "track", "Teammate Invited", None, (Condition(("role",), "equals", "admin"),)
)


def test_exact_where_all_are_read() -> None:
    source, lead, other = SourceFactory.create(), LeadFactory.create(), LeadFactory.create()
    store(source, lead, role="Admin", times=3)
    store(source, other, role="admin", received_at=AT - timedelta(days=2))
    store(source, lead, role="member", times=2)
    store(source, lead, "Something Else", role="admin")
    count_all()
    found = match(ADMINS, read_sample(EventType.objects.filter(name="Teammate Invited")))
    assert (found.events, found.leads, found.sample.received) == (4, 2, 6)
    assert found.sample.is_whole
    assert {event.properties["role"] for event in found.hits} == {"Admin", "admin"}
    assert [event.properties for event in found.misses] == [{"role": "member"}] * 2


def test_estimated_from_an_even_sample_of_each_day() -> None:
    """A day of few events weighs as many events as it has, not as many as were drawn."""
    source, lead = SourceFactory.create(), LeadFactory.create()
    with patch.object(counting, "SAMPLE", 10):
        store(source, lead, role="admin", times=200)
        store(source, lead, role="member", received_at=AT - timedelta(days=1), times=10)
        count_all()
    found = match(ADMINS, read_sample(EventType.objects.all()))
    assert (found.events, found.sample.received, len(found.sample.events)) == (200, 210, 20)
    assert not found.sample.is_whole


def test_the_newest_thirty_days_with_events_however_long_ago() -> None:
    source, lead = SourceFactory.create(), LeadFactory.create()
    for n in range(35):
        store(source, lead, received_at=AT - timedelta(days=500 + 2 * n))
    count_all()
    sample = read_sample(EventType.objects.all())
    assert sample.received == 30
    assert sample.until == (AT - timedelta(days=500)).replace(hour=0, minute=0)
    assert sample.since == (AT - timedelta(days=558)).replace(hour=0, minute=0)


def test_reads_no_more_than_asked() -> None:
    source, lead = SourceFactory.create(), LeadFactory.create()
    for n in range(10):
        store(source, lead, received_at=AT - timedelta(days=n), times=10)
    count_all()
    assert len(read_sample(EventType.objects.all(), most=30).events) == 30


def test_nothing_known_of_nothing() -> None:
    found = match(ADMINS, read_sample(EventType.objects.none()))
    assert (found.events, found.sample.received, found.sample.since) == (0, 0, None)
