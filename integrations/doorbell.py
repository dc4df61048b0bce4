"""Tell the workers there is work, without ever making a request wait for it.

The database already holds the work and beat finds it within seconds; a ring only makes it sooner.
So rings are merged, sent by one background thread per process, and given up on any trouble.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from celery import current_app, signature
from kombu import Connection

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 0.05
# After a failure the bell rests; each failure doubles the rest.
FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 30.0
LOG_EVERY_SECONDS = 60.0
# Each has a queue to itself, but for what beat rings: config/celery.py
SCORING_QUEUE, SENDER_QUEUE = "scoring", "outbound"
FOLLOW, DELIVER = "integrations.tasks.follow_events", "integrations.tasks.deliver"


class Doorbell:
    """Merges rings and publishes them from a thread of its own, started by the first ring."""

    def __init__(self, publish: Callable[[], None]) -> None:
        self._publish = publish
        self._rung = threading.Event()
        self._start = threading.Lock()
        self._pid = 0
        self._logged_at = float("-inf")

    def ring(self) -> None:
        """Ask for the workers. Returns at once, whatever the broker does."""
        self._rung.set()
        # A thread does not survive a fork: each worker process starts its own.
        if self._pid != os.getpid():
            self._start_thread()

    def _start_thread(self) -> None:
        with self._start:
            if self._pid == os.getpid():
                return
            self._pid = os.getpid()
            threading.Thread(target=self._work, name="doorbell", daemon=True).start()

    def _work(self) -> None:
        rest = FIRST_REST_SECONDS
        while True:
            self._rung.wait()
            self._rung.clear()
            try:
                self._publish()
            except Exception as error:  # noqa: BLE001  a broken bell must not stop ringing
                self._log(error)
                time.sleep(rest)
                rest = min(rest * 2, LONGEST_REST_SECONDS)
            else:
                rest = FIRST_REST_SECONDS
                time.sleep(PAUSE_SECONDS)

    def _log(self, error: Exception) -> None:
        now = time.monotonic()
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            self._logged_at = now
            logger.warning("Workers not rung, beat will wake them: %s", error.__class__.__name__)


class Wire:
    """The way to the broker: one connection, kept from ring to ring and opened anew when broken.

    Args:
        broker_url: by default the broker of the settings.
        task: what is published.
        queue: where it goes. If one waits there already, nothing is published.
    """

    def __init__(
        self,
        broker_url: str | None = None,
        *,
        task: str = FOLLOW,
        queue: str = SCORING_QUEUE,
    ) -> None:
        self._broker_url = broker_url
        self._task = task
        self._queue = queue
        self._broker: Connection | None = None

    def publish(self) -> None:
        """Publish the task; raises if the broker does not take it.

        One that still waits there will see all that is committed by now: it is enough.
        """
        is_kept = self._broker is not None
        try:
            self._publish()
        except Exception:
            self.close()
            if not is_kept:
                raise
            self._publish()  # what was kept may just have grown old

    def _publish(self) -> None:
        if self._broker is None:
            self._broker = current_app.connection_for_write(
                self._broker_url,
                connect_timeout=1,
                transport_options={
                    **current_app.conf.broker_transport_options,
                    "socket_timeout": 1,
                    "socket_connect_timeout": 1,
                    "max_retries": 0,
                },
            )
        channel: Any = self._broker.default_channel  # kombu's channel of the Redis transport
        if not channel.client.llen(self._queue):
            task = signature(self._task, app=current_app)
            task.apply_async(connection=self._broker, retry=False)

    def close(self) -> None:
        """Let the connection go."""
        broker, self._broker = self._broker, None
        if broker is not None:
            with suppress(Exception):
                broker.release()


def publish(broker_url: str | None = None) -> None:
    """Publish once, by a connection of its own; raises if the broker does not take it."""
    wire = Wire(broker_url)
    try:
        wire.publish()
    finally:
        wire.close()


_doorbell = Doorbell(Wire().publish)
_senders_bell = Doorbell(Wire(task=DELIVER, queue=SENDER_QUEUE).publish)


def ring() -> None:
    """Tell the worker that leads changed. Called by doors, after the commit."""
    _doorbell.ring()


def ring_sender() -> None:
    """Tell the sender that there is something to send."""
    _senders_bell.ring()
