"""Finds a worker whose process runs and which yet receives nothing (config/liveness.py)."""

import os
from collections.abc import Callable, Collection
from pathlib import Path

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded.errors import LaunchError
from config.embedded.process import Child
from config.liveness import SILENCE_S

LIMIT_VARIABLE = "WORKER_SILENCE_S"


class Watchdog:
    """Watches the sign of one worker.

    Args:
        sign: the file that the worker touches when it receives a message.
        limit: seconds it may receive nothing while messages wait.
        waits: whether messages wait in Redis. They do not when Redis or beat is down, and then
            silence is no fault of the worker.
    """

    def __init__(self, sign: Path, *, limit: float, waits: Callable[[], bool]) -> None:
        self.sign = sign
        self.limit = limit
        self.waits = waits
        self._seen: tuple[int, float] | None = None
        self._since = 0.0

    def is_deaf(self, worker: Child, now: float) -> bool:
        """Tell whether to kill it; a worker told of once gets the whole limit anew.

        Args:
            now: monotonic seconds. The sign's own time is only compared with itself, so that a
                clock set anew does no harm.
        """
        seen = (worker.popen.pid if worker.popen else 0, _touched_at(self.sign))
        if seen != self._seen:
            self._seen, self._since = seen, now
        silence = now - self._since
        # Asked in the second half only: Redis has far better to do, and one that hangs holds us up.
        # Once it is back, the worker has at least that half to find it again.
        is_excused = silence > self.limit / 2 and not self.waits()
        is_deaf = silence > self.limit and not is_excused
        if is_excused or is_deaf:
            self._since = now
        return is_deaf


def messages_wait(redis_url: str, queues: Collection[str]) -> bool:
    """Tell whether anything waits in these queues; False as well if Redis does not answer."""
    client = Redis.from_url(
        redis_url, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
    )
    try:
        with client:
            return any(client.llen(queue) for queue in queues)
    except RedisError:
        return False


def limit() -> float:
    """Return the seconds a worker may be silent: those of the environment, or the default.

    Raises:
        LaunchError: the environment's are no number above 0.
    """
    given = os.environ.get(LIMIT_VARIABLE) or str(SILENCE_S)
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0.0
    if not seconds > 0:
        raise LaunchError(f"{LIMIT_VARIABLE} is '{given}'; give a number of seconds above 0.")
    return seconds


def _touched_at(sign: Path) -> float:
    try:
        return sign.stat().st_mtime
    except FileNotFoundError:
        return 0.0
