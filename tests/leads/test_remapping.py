"""Past events get the mappings of today: in chunks, stopped and resumed, one job at a time."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from leads import jobs, remapping
from leads.catalogue.sampling import match, read_sample
from leads.ingest import ingest, read_message
from leads.ingest.tables import load_mapping_table
from leads.mapping import Mapping, read_conditions
from leads.models import (
    EventType,
    Hit,
    JobState,
    LeadChange,
    RemapJob,
    SignalMapping,
    Source,
    Trial,
)
from leads.remapping import remap_now, remap_some, start_remap
from tests.factories.leads import AT, SignalFactory, SignalMappingFactory, SourceFactory, message
from tests.leads.catalogue.events import count_all


@pytest.fixture
def source() -> Source:
    source: Source = SourceFactory.create(product=None)
    return source


def send(source: Source, *raws: dict[str, Any]) -> None:
    messages = [read_message(raw, received_at=AT) for raw in raws]
    ingest(messages, source=source, received_at=AT)


def send_some(source: Source, count: int) -> None:
    send(source, *(message(userId=f"u{n}", properties={"n": n}) for n in range(count)))


def remap(*mappings: SignalMapping) -> RemapJob:
    ids = [mapping.signal_id for mapping in mappings]
    return remap_now(start_remap(signal_ids=ids, at=AT), at=AT)


def counts(job: RemapJob) -> tuple[str, int, int, int]:
    return job.state, job.added, job.removed, job.altered


@pytest.fixture
def small_chunks() -> Iterator[None]:
    with patch.object(remapping, "CHUNK", 10):
        yield


@pytest.mark.django_db
def test_past_events_get_the_mappings_of_today(source: Source) -> None:
    send(
        source,
        message(userId="u1", properties={"n": 1}, timestamp="2026-11-02T00:00:00Z"),
        message(userId="u1", properties={"n": 5}),
        message(userId="u2", event="Other"),
    )
    mapping = SignalMappingFactory.create(value_property="n")
    assert counts(remap(mapping)) == ("done", 2, 0, 0)
    assert set(Hit.objects.values_list("number", flat=True)) == {1.0, 5.0}
    assert Trial.objects.get().started_at.day == 2
    assert LeadChange.objects.count() == 1
    LeadChange.objects.all().delete()
    assert counts(remap(mapping)) == ("done", 0, 0, 0)
    assert not LeadChange.objects.exists()
    mapping.conditions = [{"property": "n", "op": "at_least", "value": 2}]
    mapping.value_property = ""
    mapping.save()
    assert counts(remap(mapping)) == ("done", 0, 1, 1)
    assert list(Hit.objects.values_list("number", flat=True)) == [None]
    signal_id = mapping.signal_id
    mapping.delete()
    job = remap_now(start_remap(signal_ids=[signal_id], at=AT), at=AT)
    assert counts(job) == ("done", 0, 1, 0)
    assert not Hit.objects.exists()


@pytest.mark.django_db
def test_hits_of_other_signals_and_of_dropped_events_stay(source: Source) -> None:
    mapping, other = SignalMappingFactory.create_batch(2)
    send_some(source, 3)
    Hit.objects.create(
        lead_id=Hit.objects.first().lead_id,  # type: ignore[union-attr]  # there are six
        signal_id=mapping.signal_id,
        occurred_at=AT,
        event_id=-5,
    )
    SignalMapping.objects.filter(pk=mapping.pk).update(event_name="Renamed")
    assert counts(remap(mapping)) == ("done", 0, 3, 0)
    assert Hit.objects.filter(signal_id=other.signal_id).count() == 3
    assert Hit.objects.filter(signal_id=mapping.signal_id).count() == 1


@pytest.mark.django_db
def test_count_shown_before_is_the_number_of_hits_after(source: Source) -> None:
    send_some(source, 40)
    count_all(AT)
    conditions = [{"property": "n", "op": "at_least", "value": 13}]
    wanted = Mapping(0, 0, "track", "Teammate Invited", conditions=read_conditions(conditions))
    shown = match(wanted, read_sample(EventType.objects.all()))
    job = remap(SignalMappingFactory.create(conditions=conditions))
    assert shown.events == shown.leads == job.added == Hit.objects.count() == 27


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_stopped_and_resumed_goes_on_from_its_last_chunk(source: Source) -> None:
    send_some(source, 25)
    mapping = SignalMappingFactory.create()
    job = start_remap(signal_ids=[mapping.signal_id], at=AT)
    remap_some(at=AT, seconds=0)  # finds the range
    remap_some(at=AT, seconds=0)
    assert Hit.objects.count() == 10
    assert jobs.stop(job, at=AT)
    assert not remap_some(at=AT, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.percent) == (JobState.STOPPED, 10, 25, 40)
    assert jobs.resume(job)
    assert not jobs.resume(job)
    job.refresh_from_db()
    assert counts(remap_now(job, at=AT)) == ("done", 25, 0, 0)
    assert Hit.objects.count() == 25


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_killed_in_a_chunk_loses_and_doubles_nothing(source: Source) -> None:
    send_some(source, 25)
    mapping = SignalMappingFactory.create()
    job = start_remap(signal_ids=[mapping.signal_id], at=AT)
    remap_some(at=AT, seconds=0)
    broken = patch.object(remapping, "mark_changed", side_effect=RuntimeError("killed"))
    with broken, pytest.raises(RuntimeError):
        remap_some(at=AT, seconds=0)
    assert not Hit.objects.exists()
    job.refresh_from_db()
    assert counts(remap_now(job, at=AT)) == ("done", 25, 0, 0)


@pytest.mark.django_db
@pytest.mark.usefixtures("small_chunks")
def test_two_remaps_take_turns(source: Source) -> None:
    send_some(source, 25)
    first, second = (
        start_remap(signal_ids=[SignalMappingFactory.create().signal_id], at=at)
        for at in (AT, AT + timedelta(seconds=1))
    )
    assert first == second  # nobody had begun it: one job does both
    remap_some(at=AT, seconds=0)
    third = start_remap(signal_ids=[SignalMappingFactory.create().signal_id], at=AT)
    assert third != first
    RemapJob.objects.filter(pk=first.pk).update(claimed_until=AT + timedelta(seconds=60))
    assert not remap_some(at=AT, seconds=60)  # not even the third, while the first is worked on
    RemapJob.objects.filter(pk=first.pk).update(claimed_until=None)
    while remap_some(at=AT, seconds=0):
        third.refresh_from_db()
        first.refresh_from_db()
        assert third.waits_for is None or first.state == JobState.DONE
    third.refresh_from_db()
    assert (first.added, third.added, third.state) == (50, 25, JobState.DONE)


@pytest.mark.django_db
def test_gives_way_to_scoring(source: Source) -> None:
    send_some(source, 3)
    LeadChange.objects.update(changed_at=AT - timedelta(seconds=5))
    LeadChange.objects.update_or_create(
        lead_id=_some_lead(source), defaults={"changed_at": AT - timedelta(seconds=5)}
    )
    start_remap(signal_ids=[SignalMappingFactory.create().signal_id], at=AT)
    assert not remap_some(at=AT, seconds=60, gives_way=True)
    LeadChange.objects.all().delete()
    assert remap_some(at=AT, seconds=60, gives_way=True)


def _some_lead(source: Source) -> int:
    from leads.models import Event

    return Event.objects.filter(source=source).values_list("lead_id", flat=True)[0]


@pytest.mark.django_db
def test_no_events_at_all() -> None:
    assert counts(remap(SignalMappingFactory.create())) == ("done", 0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_an_event_mapped_as_before_while_the_mapping_changed_is_caught(source: Source) -> None:
    """An open request read the old mappings; its event commits after the remapping has begun."""
    mapping = SignalMappingFactory.create(event_name="Old Name")
    read, finish = threading.Event(), threading.Event()

    def take_in_slowly() -> None:
        def table(version: str) -> Any:
            old = load_mapping_table()
            read.set()
            finish.wait(20)
            return old

        with patch("leads.ingest.receiving.mapping_table", table):
            send(source, message(userId="slow"))
        connections.close_all()

    slow = threading.Thread(target=take_in_slowly)
    slow.start()
    assert read.wait(20)
    with transaction.atomic():
        SignalMapping.objects.filter(pk=mapping.pk).update(event_name="Teammate Invited")
        job = start_remap(signal_ids=[mapping.signal_id], at=AT)
    assert remap_some(at=AT, seconds=0)
    job.refresh_from_db()
    assert job.upto is None  # it waits for the request
    finish.set()
    slow.join(20)
    assert counts(remap_now(job, at=AT)) == ("done", 1, 0, 0)
    assert Hit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_are_one(source: Source) -> None:
    send_some(source, 60)
    ids = [SignalMappingFactory.create().signal_id]
    job = start_remap(signal_ids=ids, at=AT)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(20):
                remap_some(at=AT, seconds=0)
        except BaseException as error:  # noqa: BLE001  handed to the test below
            errors.append(error)
        finally:
            connections.close_all()

    with patch.object(remapping, "CHUNK", 5):
        workers = [threading.Thread(target=work) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        job.refresh_from_db()
        job = remap_now(job, at=AT)
    assert not errors, errors
    assert (counts(job), Hit.objects.count()) == (("done", 60, 0, 0), 60)


@pytest.mark.django_db
def test_command(source: Source, capsys: pytest.CaptureFixture[str]) -> None:
    send_some(source, 3)
    signal = SignalFactory.create(product__key="app", key="invited")
    SignalMappingFactory.create(signal=signal)
    call_command("remap_signals", "app/invited")
    assert "Hits: 3 added" in capsys.readouterr().out
    call_command("remap_signals", "--all")
    assert "No hit changed" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"No signal app/nothing\. Known are: app/invited"):
        call_command("remap_signals", "app/nothing")
    with pytest.raises(CommandError, match="or say --all"):
        call_command("remap_signals")
