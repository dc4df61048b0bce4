"""Every cause is found exactly once, in whatever order its rows are committed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from leads.models import Hit
from routing import plays
from routing.models import PlayCursor, PlayRun
from routing.plays import finding
from routing.plays.finding import find_causes
from tests.factories.rubrics import AT
from tests.routing.plays.makers import causes, hit, make_play, make_score, make_signal, run
from tests.threads import SlowWriter

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
LIMIT = {"signals": ["limit"]}


def test_what_happened_before_it_was_on_is_past() -> None:
    lead = make_score().lead
    hit(lead, "limit", at=AT - MINUTE)
    play = make_play("signal_hit", params=LIMIT)
    hit(lead, "limit", at=AT - MINUTE)  # comes in late
    hit(lead, "limit", at=AT + MINUTE)
    run(AT + 2 * MINUTE)
    assert len(causes(play)) == 1


def test_what_comes_in_a_day_late_is_history() -> None:
    play = make_play("signal_hit", params=LIMIT)
    lead = make_score().lead
    hit(lead, "limit", at=AT + MINUTE)
    run(AT + MINUTE + timedelta(days=1, seconds=1))
    assert causes(play) == []


def test_what_is_yet_to_come_waits_for_its_moment() -> None:
    play = make_play("signal_hit", params=LIMIT)
    hit(make_score().lead, "limit", at=AT + 10 * MINUTE)
    run(AT + MINUTE)
    assert play.runs.get().state == "waiting"
    run(AT + 10 * MINUTE)
    assert play.runs.get().state == "fired"


def test_a_second_play_of_a_source_begins_with_its_own_switch() -> None:
    first = make_play("signal_hit", params=LIMIT)
    lead = make_score().lead
    hit(lead, "limit", at=AT + MINUTE)
    second = make_play("signal_hit", params=LIMIT, on_since=AT + 2 * MINUTE)
    hit(lead, "limit", at=AT + 3 * MINUTE)
    run(AT + 4 * MINUTE)
    assert (len(causes(first)), len(causes(second))) == (2, 1)


def test_switched_off_and_on_leaves_out_what_happened_between() -> None:
    play = make_play("signal_hit", params=LIMIT)
    lead = make_score().lead
    plays.turn_off(play, by=None, at=AT + MINUTE)
    hit(lead, "limit", at=AT + 2 * MINUTE)
    run(AT + 2 * MINUTE)
    plays.turn_on(play, by=None, at=AT + 3 * MINUTE)
    hit(lead, "limit", at=AT + 4 * MINUTE)
    run(AT + 5 * MINUTE)
    assert len(causes(play)) == 1


def test_large_ranges_are_searched_block_by_block() -> None:
    lead = make_score().lead
    with patch.object(finding, "BLOCK", 3), patch.object(finding, "LOOK_BACK", 0):
        play = make_play("signal_hit", params=LIMIT)
        for _ in range(10):
            hit(lead, "limit", at=AT + MINUTE)
        assert find_causes(at=AT + 2 * MINUTE) == 10
        assert find_causes(at=AT + 2 * MINUTE) == 0
    assert len(causes(play)) == 10


def test_nothing_new_writes_nothing() -> None:
    make_play("signal_hit", params=LIMIT)
    hit(make_score().lead, "limit", at=AT + MINUTE)
    for _ in range(3):
        run(AT + 2 * MINUTE)
    with patch.object(PlayCursor, "save") as save:
        run(AT + 3 * MINUTE)
    save.assert_not_called()


def test_hits_of_leads_that_are_gone_are_passed_over() -> None:
    play = make_play("signal_hit", params=LIMIT)
    signal = make_signal("limit")
    Hit.objects.create(lead_id=10**9, signal=signal, occurred_at=AT + MINUTE, event_id=-9001)
    run(AT + 2 * MINUTE)
    assert causes(play) == []


@pytest.mark.django_db(transaction=True)
def test_a_hit_committed_after_a_later_one_is_found_too() -> None:
    """The slow writer holds the lower id; the quick one is acted on at once all the same."""
    play = make_play("signal_hit", params=LIMIT, limit_days=None)
    lead = make_score().lead
    make_signal("limit")

    slow = SlowWriter(lambda: hit(lead, "limit", at=AT + MINUTE, event_id=-7001))
    slow.begin()
    hit(lead, "limit", at=AT + MINUTE, event_id=-7002)
    for _ in range(3):
        run(AT + 2 * MINUTE)
    assert causes(play) == ["event:-7002"]
    slow.commit()
    for _ in range(3):
        run(AT + 2 * MINUTE)
    assert causes(play) == ["event:-7002", "event:-7001"]


@pytest.mark.django_db(transaction=True)
def test_a_hit_written_while_the_search_begins_is_found_once_it_is_committed() -> None:
    """It has its id before the search asks for the newest one, and is committed long after."""
    play = make_play("signal_hit", params=LIMIT, limit_days=None)
    lead = make_score().lead
    make_signal("limit")
    hit(lead, "limit", at=AT + MINUTE, event_id=-7101)
    newest_id = finding._newest_id

    slow = SlowWriter(lambda: hit(lead, "limit", at=AT + MINUTE, event_id=-7102))

    def newest_once_it_writes(table: str) -> int:
        slow.begin()
        return newest_id(table)

    with patch.object(finding, "_newest_id", newest_once_it_writes):
        for _ in range(3):
            run(AT + 2 * MINUTE)
    assert causes(play) == ["event:-7101"]
    slow.commit()
    for _ in range(3):
        run(AT + 2 * MINUTE)
    assert causes(play) == ["event:-7101", "event:-7102"]


@pytest.mark.django_db(transaction=True)
def test_a_search_that_is_killed_is_done_again() -> None:
    play = make_play("signal_hit", params=LIMIT)
    hit(make_score().lead, "limit", at=AT + MINUTE)
    with (
        patch.object(PlayCursor, "save", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        find_causes(at=AT + 2 * MINUTE)
    assert causes(play) == []
    assert find_causes(at=AT + 2 * MINUTE) == 1
    assert len(causes(play)) == 1


@pytest.mark.django_db(transaction=True)
def test_writers_and_searchers_at_once_find_every_hit_once() -> None:
    with patch.object(finding, "LOOK_BACK", 0):  # however many hits other tests numbered
        play = make_play("signal_hit", params=LIMIT, limit_days=None)
    leads = [make_score().lead for _ in range(4)]
    make_signal("limit")
    over = threading.Event()

    def write(number: int) -> None:
        try:
            for step in range(20):
                with transaction.atomic():
                    for place in range(3):
                        event_id = -(10_000 + number * 1000 + step * 10 + place)
                        hit(leads[number], "limit", at=AT + MINUTE, event_id=event_id)
        finally:
            connection.close()

    def search(_: int) -> int:
        found = 0
        try:
            while not over.is_set():
                found += find_causes(at=AT + 2 * MINUTE)
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(6) as pool, patch.object(finding, "BLOCK", 7):
        searching = [pool.submit(search, number) for number in range(2)]
        for writing in [pool.submit(write, number) for number in range(4)]:
            writing.result()
        over.set()
        found = sum(one.result() for one in searching)
        # Whatever else runs in the database, such as its own cleaning, is waited for.
        until = time.monotonic() + 60
        while found < 240 and time.monotonic() < until:
            found += find_causes(at=AT + 2 * MINUTE)
        found += sum(find_causes(at=AT + 2 * MINUTE) for _ in range(3))
    assert found == PlayRun.objects.filter(play=play).count() == 240
    assert len(set(causes(play))) == 240
