"""The doorbell never makes a request wait, whatever state the broker is in."""

import logging
import os
import socket
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from statistics import median

import pytest
import redis
from django.conf import settings

from integrations import doorbell
from integrations.doorbell import Doorbell, Wire, publish


def usual_ring(bell: Doorbell, times: int = 51) -> float:
    """Return the seconds a ring usually takes: the median, for the machine may be busy."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        bell.ring()
        taken.append(time.perf_counter() - started)
    return median(taken)


@pytest.fixture
def half_dead_broker() -> Iterator[str]:
    """What a stopped Redis looks like: connections succeed, answers never come."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


def test_rings_are_merged() -> None:
    published: list[float] = []
    bell = Doorbell(lambda: published.append(time.monotonic()))
    assert usual_ring(bell, 1_001) < 0.005
    time.sleep(4 * doorbell.PAUSE_SECONDS)
    assert 1 <= len(published) <= 3
    bell.ring()
    time.sleep(2 * doorbell.PAUSE_SECONDS)
    assert len(published) >= 2
    gaps = [b - a for a, b in pairwise(published)]
    assert all(gap >= doorbell.PAUSE_SECONDS for gap in gaps)


@pytest.mark.parametrize("broker", ["half dead", "absent"])
def test_ring_returns_at_once_without_a_broker(broker: str, half_dead_broker: str) -> None:
    url = half_dead_broker if broker == "half dead" else "redis://127.0.0.1:1/0"
    tried = threading.Event()

    def try_it() -> None:
        tried.set()
        publish(url)

    bell = Doorbell(try_it)
    bell.ring()
    assert tried.wait(5)
    assert usual_ring(bell) < 0.005


def test_publishing_to_a_half_dead_broker_ends(half_dead_broker: str) -> None:
    started = time.monotonic()
    with pytest.raises(Exception):  # noqa: B017  whatever the client calls it
        publish(half_dead_broker)
    assert time.monotonic() - started < 10


def test_trouble_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doorbell, "FIRST_REST_SECONDS", 0.01)
    failed = 0

    def fail() -> None:
        nonlocal failed
        failed += 1
        raise ConnectionError("secret of the broker")

    bell = Doorbell(fail)
    with caplog.at_level(logging.WARNING, logger="integrations.doorbell"):
        for _ in range(20):
            bell.ring()
            time.sleep(0.01)
    assert failed > 1
    # Bells of other tests may still be at it; theirs are errors of another name.
    assert caplog.text.count("ConnectionError") == 1
    assert "secret" not in caplog.text


def test_forked_process_starts_its_own_thread() -> None:
    started: list[int] = []
    bell = Doorbell(lambda: started.append(os.getpid()))
    bell.ring()
    bell._pid = -1  # what a fork looks like from inside the child
    bell.ring()
    assert bell._pid == os.getpid()


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete("scoring")
        yield client
        client.delete("scoring")


def test_publish_puts_the_scoring_task_into_its_queue(broker: redis.Redis) -> None:
    publish()
    (task,) = broker.lrange("scoring", 0, -1)
    assert b"integrations.tasks.follow_events" in task


def test_one_waiting_task_is_enough(broker: redis.Redis) -> None:
    wire = Wire()
    for _ in range(3):
        wire.publish()
    assert broker.llen("scoring") == 1
    broker.delete("scoring")  # a worker took it
    wire.publish()
    assert broker.llen("scoring") == 1
    wire.close()


def test_connection_is_kept_and_mended(broker: redis.Redis) -> None:
    wire = Wire()
    wire.publish()
    broker.delete("scoring")
    for connected in broker.client_list():
        if int(connected["id"]) != broker.client_id():
            broker.client_kill_filter(_id=connected["id"])
    wire.publish()
    assert broker.llen("scoring") == 1
    wire.close()
