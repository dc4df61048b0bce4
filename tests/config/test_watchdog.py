"""A worker is deaf when messages wait and it receives none for longer than the limit."""

import os
import signal
import sys
from pathlib import Path

import pytest
from redis import Redis

from config.celery import QUEUES, SENDER_QUEUES, WORKER_QUEUES
from config.embedded import watchdog
from config.embedded.errors import LaunchError
from config.embedded.process import Child, Program
from config.embedded.watchdog import Watchdog


class Scene:
    """A watchdog with a limit of 60 s, a clock that is set by hand, and a worker."""

    def __init__(self, tmp_path: Path) -> None:
        self.sign = tmp_path / "alive"
        self.waits = True
        self.asked = 0
        self.watchdog = Watchdog(self.sign, limit=60, waits=self._waits)
        argv = [sys.executable, "-c", "import time; time.sleep(60)"]
        log = tmp_path / "worker.log"
        self.worker = Child(Program(name="worker", argv=argv, env=dict(os.environ), log=log))

    def _waits(self) -> bool:
        self.asked += 1
        return self.waits

    def receive(self, number: int) -> None:
        """Let the worker give its sign, the number-th one."""
        self.sign.touch()
        os.utime(self.sign, (number, number))

    def looks(self, *seconds: float) -> list[bool]:
        """Return what the watchdog says at each of these times."""
        return [self.watchdog.is_deaf(self.worker, at) for at in seconds]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_silence_while_messages_wait_is_deafness(scene: Scene) -> None:
    assert scene.looks(1000, 1030, 1060, 1061) == [False, False, False, True]


def test_deaf_worker_is_told_of_once(scene: Scene) -> None:
    assert scene.looks(1000, 1061, 1062, 1121, 1122) == [False, True, False, False, True]


def test_worker_that_receives_is_well(scene: Scene) -> None:
    for number in range(5):
        scene.receive(number)
        assert scene.looks(1000 + 50 * number) == [False]
    assert scene.looks(1259, 1261) == [False, True]


def test_clock_set_back_does_no_harm(scene: Scene) -> None:
    scene.receive(5000)
    assert scene.looks(1000) == [False]
    scene.receive(4000)
    assert scene.looks(1059, 1119) == [False, False]


def test_silence_is_excused_while_nothing_waits(scene: Scene) -> None:
    scene.waits = False
    assert scene.looks(*range(1000, 1300, 10)) == [False] * 30
    scene.waits = True  # Redis or beat is back: there is time to find it again
    assert scene.looks(1301, 1320, 1340, 1341) == [False, False, False, True]


def test_redis_is_left_alone_while_messages_come(scene: Scene) -> None:
    for number in range(10):
        scene.receive(number)
        scene.looks(1000 + 5 * number)
    assert scene.asked == 0


def test_worker_started_anew_has_the_whole_limit(scene: Scene) -> None:
    assert scene.looks(1000, 1059) == [False, False]
    scene.worker.start()
    try:
        assert scene.looks(1062, 1121, 1123) == [False, False, True]
    finally:
        scene.worker.kill()
        assert scene.worker.popen is not None
        assert scene.worker.popen.wait() == -signal.SIGKILL


def test_messages_wait_in_the_queues_asked_for() -> None:
    url = f"{os.environ['REDIS_URL']}?db=9"  # other tests ring the bell in the usual one
    with Redis.from_url(url) as client:
        client.delete(*QUEUES)
        assert not watchdog.messages_wait(url, WORKER_QUEUES)
        client.rpush("scoring", "message")
        try:
            assert watchdog.messages_wait(url, WORKER_QUEUES)
            assert not watchdog.messages_wait(url, SENDER_QUEUES)
        finally:
            client.delete("scoring")


def test_nothing_waits_in_a_redis_that_is_down(tmp_path: Path) -> None:
    assert not watchdog.messages_wait(f"unix://{tmp_path}/none.sock", QUEUES)


def test_limit_is_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(watchdog.LIMIT_VARIABLE, raising=False)
    assert watchdog.limit() == 100
    monkeypatch.setenv(watchdog.LIMIT_VARIABLE, "20")
    assert watchdog.limit() == 20
    for wrong in ("soon", "0", "-1", "nan"):
        monkeypatch.setenv(watchdog.LIMIT_VARIABLE, wrong)
        with pytest.raises(LaunchError, match=f"'{wrong}'"):
            watchdog.limit()
