"""Requests at the same time: one lead per person, nothing lost, nothing doubled, no orphans."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, connection

from leads.ingest import ingest, read_message
from leads.merging import MergeImpossibleError, merge_leads
from leads.models import Event, EventKey, Hit, Identity, Lead, LeadChange, Source
from tests.factories.leads import AT, SignalMappingFactory, SourceFactory, message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def source() -> Source:
    source: Source = SourceFactory.create()
    SignalMappingFactory.create(signal__product=source.product)
    return source


@pytest.fixture
def together() -> Callable[..., None]:
    """Run functions in threads that start at the same moment; their errors are ours."""
    errors: list[BaseException] = []

    def run(*works: Callable[[], Any]) -> None:
        gate = threading.Barrier(len(works))

        def go(work: Callable[[], Any]) -> None:
            try:
                gate.wait(10)
                work()
            except BaseException as error:  # noqa: BLE001  handed to the test below
                errors.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=go, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not errors, errors

    return run


def take(source: Source, *raws: dict[str, Any]) -> Callable[[], Any]:
    messages = [read_message(raw, received_at=AT) for raw in raws]
    return lambda: ingest(messages, source=source, received_at=AT)


def assert_whole(events: int) -> None:
    """What holds after any interleaving."""
    living = set(Lead.objects.living().values_list("pk", flat=True))
    assert Event.objects.count() == EventKey.objects.count() == events
    assert set(Event.objects.values_list("lead_id", flat=True)) <= living
    assert set(Hit.objects.values_list("lead_id", flat=True)) <= living
    assert set(Identity.objects.values_list("lead_id", flat=True)) == living
    assert living <= set(LeadChange.objects.values_list("lead_id", flat=True))


def test_same_new_person_in_many_requests_is_one_lead(
    source: Source, together: Callable[..., None]
) -> None:
    for round_number in range(5):
        user, anonymous = f"u{round_number}", f"a{round_number}"
        together(
            *[
                take(source, message(userId=user, anonymousId=anonymous, messageId=f"{user}-{n}"))
                for n in range(3)
            ],
            take(source, message(anonymousId=anonymous, messageId=f"{user}-anonymous")),
        )
        assert Lead.objects.living().count() == round_number + 1
    assert_whole(20)


def test_same_message_in_many_requests_counts_once(
    source: Source, together: Callable[..., None]
) -> None:
    raw = [message(userId=f"u{n}", messageId=f"m{n}") for n in range(20)]
    together(*[take(source, *raw[shift:], *raw[:shift]) for shift in (0, 7, 13, 19)])
    assert Lead.objects.count() == 20
    assert_whole(20)


def test_events_while_their_lead_is_merged(source: Source, together: Callable[..., None]) -> None:
    for n in range(6):
        take(
            source,
            message(anonymousId=f"a{n}", messageId=f"a{n}"),
            message(userId=f"u{n}", messageId=f"u{n}"),
        )()
        identify = message(
            "identify", userId=f"u{n}", anonymousId=f"a{n}", messageId=f"i{n}", traits={"plan": n}
        )
        together(
            take(source, identify),
            take(source, message(anonymousId=f"a{n}", messageId=f"b{n}")),
            take(source, message(userId=f"u{n}", anonymousId=f"a{n}", messageId=f"c{n}")),
        )
    assert Lead.objects.living().count() == 6
    assert_whole(30)


def test_merges_crosswise_and_in_chains(source: Source, together: Callable[..., None]) -> None:
    take(source, *[message(userId=f"u{n}", messageId=f"m{n}") for n in range(6)])()
    leads = list(Lead.objects.order_by("pk"))

    def merge(winner: Lead, loser: Lead) -> Callable[[], None]:
        def work() -> None:
            with suppress(MergeImpossibleError):
                merge_leads(winner=winner, loser=loser, reason="test", at=AT)

        return work

    together(
        *[merge(leads[n], leads[n + 1]) for n in range(5)],
        merge(leads[5], leads[0]),
        take(source, message(userId="u0", messageId="x"), message(userId="u5", messageId="y")),
    )
    assert Lead.objects.living().count() == 1
    assert_whole(8)


def test_connection_found_dead_is_replaced(source: Source) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    killer = connection.copy()
    with killer.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    killer.close()
    take(source, message(userId="u1", messageId="m1"))()
    assert_whole(1)


def test_database_that_stays_away_is_an_error_and_stores_nothing(source: Source) -> None:
    away = OperationalError("connection refused")
    with (
        patch("leads.ingest.receiving.claim_keys", side_effect=away) as claim,
        pytest.raises(OperationalError),
    ):
        take(source, message(userId="u1"))()
    assert claim.call_count == 2  # once more, for a connection that had merely grown stale
    assert_whole(0)
