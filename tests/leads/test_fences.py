import threading

import pytest
from django.db import connection, connections, transaction

from leads.fences import are_writers_numbered, is_behind, raise_fence
from leads.models import Source


@pytest.mark.django_db(transaction=True)
def test_a_fence_waits_for_the_youngest_writer_though_no_younger_one_has_ended() -> None:
    """The writer has the highest number of all: nothing that ended lies beyond it."""
    written, finish = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            Source.objects.create(name="Slow")
            written.set()
            finish.wait(20)
        connections.close_all()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert written.wait(20)
    with transaction.atomic():
        fence = raise_fence()
        assert not is_behind(fence)
    with transaction.atomic():
        assert not is_behind(fence)
    finish.set()
    slow.join(20)
    with transaction.atomic():
        assert is_behind(fence)


@pytest.mark.django_db
def test_whoever_writes_after_the_fence_does_not_hold_it_up() -> None:
    Source.objects.create(name="Ours")
    assert is_behind(raise_fence())


@pytest.mark.django_db
def test_a_fence_of_a_server_with_more_transactions_is_behind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint + 1000000")
        assert is_behind(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_writer_without_a_number_is_told() -> None:
    """It holds its lock on the table, as between the id and the writing of its first row."""
    locked, number, finish = threading.Event(), threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE leads_source IN ROW EXCLUSIVE MODE")
            locked.set()
            number.wait(20)
            Source.objects.create(name="Slow")
            locked.set()
            finish.wait(20)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    assert locked.wait(20)
    assert not are_writers_numbered("leads_source")
    assert are_writers_numbered("leads_hit")
    locked.clear()
    number.set()
    assert locked.wait(20)
    assert are_writers_numbered("leads_source")
    finish.set()
    writer.join(20)
    assert are_writers_numbered("leads_source")
