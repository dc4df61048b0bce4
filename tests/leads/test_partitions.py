"""The monthly parts of the event table: made ahead, filled by receipt, dropped whole."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from pytest_django import Settings

from leads import tasks
from leads.models import Event, EventKey, Hit
from leads.partitions import drop_expired_event_partitions, ensure_event_partitions
from tests.factories.leads import LeadFactory, SignalFactory, SourceFactory

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime(2031, 12, 15, 12, tzinfo=UTC)


def store(received_at: datetime, message_id: str) -> Event:
    """An event with its hit and its key, as ingest leaves them."""
    lead, source = LeadFactory.create(), SourceFactory.create()
    event = Event.objects.create(
        received_at=received_at,
        occurred_at=received_at,
        source=source,
        lead=lead,
        kind="track",
        message_id=message_id,
    )
    Hit.objects.create(
        lead=lead, signal=SignalFactory.create(), occurred_at=received_at, event_id=event.pk
    )
    EventKey.objects.create(source=source, key=f"{event.pk:032x}")
    return event


def part_of(event: Event) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM leads_event WHERE id = %s", [event.pk])
        row = cursor.fetchone()
    assert row is not None
    return str(row[0])


def test_parts_are_made_for_this_month_and_the_next_two_across_the_year() -> None:
    names = ["leads_event_2031_12", "leads_event_2032_01", "leads_event_2032_02"]
    assert ensure_event_partitions(NEW_YEAR) == names
    assert ensure_event_partitions(NEW_YEAR) == []


@pytest.mark.parametrize(
    ("received_at", "part"),
    [
        pytest.param(datetime(2031, 12, 1, tzinfo=UTC), "leads_event_2031_12", id="first moment"),
        pytest.param(
            datetime(2031, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            "leads_event_2031_12",
            id="last moment",
        ),
        pytest.param(datetime(2032, 1, 1, tzinfo=UTC), "leads_event_2032_01", id="next month"),
        pytest.param(datetime(2033, 1, 1, tzinfo=UTC), "leads_event_default", id="no month yet"),
    ],
)
def test_an_event_lies_in_the_month_it_was_received(received_at: datetime, part: str) -> None:
    ensure_event_partitions(NEW_YEAR)
    assert part_of(store(received_at, "m")) == part


def test_what_came_before_its_month_was_made_moves_over_unharmed() -> None:
    event = store(NEW_YEAR, "early")
    assert part_of(event) == "leads_event_default"
    ensure_event_partitions(NEW_YEAR)
    assert part_of(event) == "leads_event_2031_12"
    assert Event.objects.get(pk=event.pk).message_id == "early"


def test_expired_months_go_whole_and_leave_hits_and_keys() -> None:
    ensure_event_partitions(NEW_YEAR)
    old, kept = store(NEW_YEAR, "old"), store(NEW_YEAR.replace(year=2032, month=1), "kept")
    connection.check_constraints()  # deferred ones wait for a commit, which a test never makes
    later = datetime(2032, 3, 1, tzinfo=UTC)
    # Two months are kept before the one we are in: January and February.
    assert "leads_event_2031_12" in drop_expired_event_partitions(later, keep_months=2)
    assert list(Event.objects.filter(pk__in=[old.pk, kept.pk])) == [kept]
    assert Hit.objects.filter(event_id=old.pk).exists()
    assert EventKey.objects.filter(source=old.source).exists()
    assert "leads_event_2032_01" not in drop_expired_event_partitions(later, keep_months=2)


def test_the_task_makes_what_is_missing_and_keeps_what_retention_says(settings: Settings) -> None:
    settings.EVENT_RETENTION_MONTHS = 25
    ensure_event_partitions(datetime(2020, 1, 1, tzinfo=UTC))
    tasks.ensure_event_partitions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('leads_event_2020_01') IS NULL")
        assert cursor.fetchone() == (True,)
    assert ensure_event_partitions(datetime.now(UTC)) == []
