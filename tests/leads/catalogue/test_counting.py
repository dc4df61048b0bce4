"""The catalogue counts every stored event exactly once, whatever the order of commits."""

import threading
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DataError, connection, connections, transaction

from leads.catalogue import counting, trim_catalogue
from leads.catalogue.counting import count_events
from leads.fences import newest_event_id
from leads.ingest import ingest, read_message
from leads.models import CatalogueState, Event, EventType, EventVolume, Lead, Source
from leads.models.catalogue import Span
from leads.partitions import drop_expired_event_partitions, ensure_event_partitions
from tests.factories.leads import LeadFactory, SourceFactory, message
from tests.leads.catalogue.events import AT, count_all, store, totals
from tests.threads import SlowWriter

DAY = timedelta(days=1)


@pytest.fixture
def source() -> Source:
    return SourceFactory.create()


@pytest.fixture
def lead() -> Lead:
    return LeadFactory.create()


@pytest.mark.django_db
def test_counts_by_source_kind_and_name(source: Source, lead: Lead) -> None:
    other = SourceFactory.create()
    store(source, lead, times=3)
    store(other, lead, times=2)
    store(source, lead, kind="screen")
    assert count_all() == 6
    found = EventType.objects.values_list("source", "kind", "name", "total")
    assert set(found) == {
        (source.pk, "track", "Teammate Invited", 3),
        (other.pk, "track", "Teammate Invited", 2),
        (source.pk, "screen", "Teammate Invited", 1),
    }


@pytest.mark.django_db
def test_nothing_is_counted_twice(source: Source, lead: Lead) -> None:
    store(source, lead, times=3)
    assert (count_all(), count_all()) == (3, 0)
    store(source, lead)
    assert count_all(AT + DAY) == 1
    assert totals() == {"Teammate Invited": 4}
    assert CatalogueState.objects.get().counted_at == AT + DAY


@pytest.mark.django_db
def test_goes_on_block_by_block(source: Source, lead: Lead) -> None:
    """Killed after any block, the next ring goes on: what is counted is committed with it."""
    store(source, lead, times=25)
    with patch.object(counting, "BLOCK", 10):
        assert 0 < count_events(at=AT) <= 10
        assert CatalogueState.objects.get().counted_at is None
        count_all()
    assert totals() == {"Teammate Invited": 25}
    assert CatalogueState.objects.get().counted_at == AT


@pytest.mark.django_db
def test_a_block_that_fails_leaves_nothing(source: Source, lead: Lead) -> None:
    store(source, lead)
    broken = patch.object(counting, "NAMES", "SELECT 1 / 0")
    with broken, pytest.raises(DataError), transaction.atomic():
        count_events(at=AT)
    assert totals() == {}
    count_all()
    assert totals() == {"Teammate Invited": 1}


@pytest.mark.django_db
def test_volumes_by_hour_and_day_of_receipt(source: Source, lead: Lead) -> None:
    store(source, lead, times=2)
    store(source, lead, received_at=AT - timedelta(hours=1))
    store(source, lead, received_at=AT - timedelta(hours=13), times=4)
    count_all()
    hours = EventVolume.objects.filter(span=Span.HOUR).order_by("start")
    days = EventVolume.objects.filter(span=Span.DAY).order_by("start")
    assert [volume.count for volume in hours] == [4, 1, 2]
    assert [(volume.start.day, volume.count) for volume in days] == [(20, 4), (21, 3)]


@pytest.mark.django_db
def test_windows_of_the_list(source: Source, lead: Lead) -> None:
    for hours in (0, 23, 24, 24 * 6, 24 * 7, 24 * 29, 24 * 30):
        store(source, lead, received_at=AT - timedelta(hours=hours))
    count_all()
    row = EventType.objects.with_volumes(AT).get()
    # Attributes that the queryset annotates.
    found = (row.last_day, row.last_week, row.last_month, row.total)  # type: ignore[attr-defined]
    assert found == (2, 4, 6, 7)


@pytest.mark.django_db
def test_late_and_future_events_are_told_apart(source: Source, lead: Lead) -> None:
    store(source, lead, occurred_at=AT - DAY)
    store(source, lead, occurred_at=AT - DAY - timedelta(seconds=1))
    store(source, lead, occurred_at=AT + timedelta(hours=3))
    count_all()
    day = EventVolume.objects.get(span=Span.DAY)
    assert (day.count, day.late, day.ahead) == (3, 1, 1)
    row = EventType.objects.get()
    assert (row.first_at, row.last_at) == (
        AT - DAY - timedelta(seconds=1),
        AT + timedelta(hours=3),
    )


@pytest.mark.django_db
def test_a_bulk_load_of_old_events_is_counted(source: Source, lead: Lead) -> None:
    """What is received, or says it is received, long ago is found by its id like any other."""
    store(source, lead, times=2)
    count_all()
    old = AT - timedelta(days=700)
    store(source, lead, received_at=old, times=5)
    store(source, lead, "Imported", received_at=old, times=5)
    count_all()
    assert totals() == {"Teammate Invited": 7, "Imported": 5}
    assert EventType.objects.get(name="Imported").last_received_at == old


@pytest.mark.django_db
def test_dropped_and_erased_events_stay_counted(source: Source, lead: Lead) -> None:
    old = AT - timedelta(days=100)
    ensure_event_partitions(old)
    store(source, lead, received_at=old, times=2)
    store(source, lead)
    count_all()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as a commit would
    assert drop_expired_event_partitions(AT, keep_months=1)
    Event.objects.all().delete()
    store(source, lead)
    count_all()
    assert totals() == {"Teammate Invited": 4}


@pytest.mark.django_db
def test_sample_of_a_day_is_bounded_and_the_same_in_any_order(source: Source, lead: Lead) -> None:
    with patch.object(counting, "SAMPLE", 5):
        store(source, lead, times=40)
        with patch.object(counting, "BLOCK", 7):
            count_all()
        piecemeal = EventVolume.objects.get(span=Span.DAY).sample
        EventType.objects.all().delete()
        CatalogueState.objects.all().delete()
        count_all()
    assert EventVolume.objects.get(span=Span.DAY).sample == piecemeal
    assert len(piecemeal) == 5


@pytest.mark.django_db
def test_property_names_reach_into_objects(source: Source, lead: Lead) -> None:
    store(source, lead, plan="pro", team={"size": 3, "lead": {"deep": 1}})
    names: dict[str, Any] = {"a@b.example": 1}
    store(source, lead, plan=None, **names)
    count_all()
    store(source, lead, seats=4)
    count_all()
    assert EventType.objects.get().properties == ["plan", "seats", "team", "team.lead", "team.size"]


@pytest.mark.django_db
def test_trimming_forgets_hours_and_samples_but_no_days(source: Source, lead: Lead) -> None:
    store(source, lead, received_at=AT - timedelta(days=90))
    store(source, lead, received_at=AT)
    count_all()
    trim_catalogue(at=AT + timedelta(days=10))
    assert not EventVolume.objects.filter(span=Span.HOUR).exists()
    days = EventVolume.objects.order_by("start").values_list("count", flat=True)
    assert list(days) == [1, 1]
    assert [len(day.sample) for day in EventVolume.objects.order_by("start")] == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_commits_late_is_counted_once(source: Source, lead: Lead) -> None:
    """Its id is lower than that of one already committed: counting waits for it."""

    slow = SlowWriter(lambda: store(source, lead, "Slow"))
    slow.begin()
    store(source, lead, "Quick")
    assert count_all() == 0  # not even the quick one: the range has a hole
    slow.commit()
    count_all()
    assert totals() == {"Slow": 1, "Quick": 1}


@pytest.mark.django_db(transaction=True)
def test_an_event_stored_while_a_count_begins_is_counted_once(source: Source, lead: Lead) -> None:
    """It has its id before the count asks for the newest one, and is committed long after."""

    slow = SlowWriter(lambda: store(source, lead, "Slow"))

    def newest_once_it_writes() -> int:
        slow.begin()
        return newest_event_id()

    with patch.object(counting, "newest_event_id", newest_once_it_writes):
        assert count_all() == 0
    slow.commit()
    count_all()
    assert totals() == {"Slow": 1}


@pytest.mark.django_db(transaction=True)
def test_what_is_taken_in_after_the_fence_waits_for_the_next(source: Source, lead: Lead) -> None:
    """A writer that began later does not hold up the range before it."""
    store(source, lead, "Before")
    with patch.object(counting, "is_behind", return_value=False):
        assert count_all() == 0  # raises the fence only

    slow = SlowWriter(lambda: store(source, lead, "After"))
    slow.begin()
    count_events(at=AT)
    assert totals() == {"Before": 1}
    slow.commit()
    count_all()
    assert totals() == {"Before": 1, "After": 1}


@pytest.mark.django_db(transaction=True)
def test_counting_beside_ingest_and_itself_is_exact(source: Source) -> None:
    """Four senders and two counters at once: every accepted event is counted exactly once."""
    over = threading.Event()
    errors: list[BaseException] = []

    def send(who: int) -> None:
        for n in range(25):
            raws = [message(userId=f"u{who}", messageId=f"{who}-{n}-{k}") for k in range(4)]
            ingest(
                [read_message(raw, received_at=AT) for raw in raws], source=source, received_at=AT
            )

    def count() -> None:
        while not over.is_set():
            count_events(at=AT)

    def guarded(work: object, *args: object) -> None:
        try:
            work(*args)  # type: ignore[operator]  # some callable
        except BaseException as error:  # noqa: BLE001  handed to the test below
            errors.append(error)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=guarded, args=(send, n)) for n in range(4)]
    counters = [threading.Thread(target=guarded, args=(count,)) for _ in range(2)]
    with patch.object(counting, "BLOCK", 13):
        for thread in (*senders, *counters):
            thread.start()
        for thread in senders:
            thread.join(60)
        over.set()
        for thread in counters:
            thread.join(60)
        connection.close()
        count_all()
    assert not errors, errors
    assert totals() == {"Teammate Invited": 400} == {"Teammate Invited": Event.objects.count()}
    assert sum(EventVolume.objects.filter(span=Span.DAY).values_list("count", flat=True)) == 400
