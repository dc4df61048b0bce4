"""Send the demo's traffic as an SDK would: Segment batches over HTTP, backing off when told."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
TIMEOUT_SECONDS = 15
LONGEST_PAUSE = 30.0
MAX_BATCH = 100


class WriteKeyRefusedError(Exception):
    """The application does not know the write key."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a batch was taken; if not, whether and when to try it again."""

    is_taken: bool
    is_final: bool = True
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Posts batches to one application."""

    url: str
    write_key: str

    def send(self, messages: Sequence[dict[str, Any]]) -> Answer:
        """Post one batch.

        Raises:
            WriteKeyRefusedError: trying again would not help.
        """
        body = json.dumps({"batch": messages, "sentAt": _now()}).encode()
        secret = base64.b64encode(f"{self.write_key}:".encode()).decode()
        headers = {"Content-Type": "application/json", "Authorization": f"Basic {secret}"}
        request = Request(f"{self.url.rstrip('/')}/v1/batch", body, headers)  # noqa: S310 - checked by the command
        try:
            with urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310 - as above
                return Answer(is_taken=True)
        except HTTPError as error:
            with error:
                if error.code in (401, 403):
                    raise WriteKeyRefusedError("The write key is not accepted.") from error
                again = error.code == 429 or error.code >= 500
                return Answer(False, not again, _seconds(error.headers.get("Retry-After")))
        except (URLError, OSError):
            return Answer(is_taken=False, is_final=False)


def run(
    traffic: Iterator[dict[str, Any]],
    sender: Sender,
    *,
    rate: float,
    duration: float | None,
    stop: Event,
) -> int:
    """Send ``rate`` messages a second until ``stop`` is set or ``duration`` is over; count them."""
    started = time.monotonic()
    ends = None if duration is None else started + duration
    sent, owed, last = 0, 0.0, started
    while not stop.is_set() and (ends is None or time.monotonic() < ends):
        now = time.monotonic()
        # After a pause life goes on; it does not hurry to catch up.
        owed += min(now - last, 2 * TICK_SECONDS) * rate
        last = now
        count = min(int(owed), MAX_BATCH)
        owed -= count
        if count:
            batch = [{**next(traffic), "timestamp": _now()} for _ in range(count)]
            sent += count if _deliver(batch, sender, stop) else 0
        stop.wait(TICK_SECONDS)
    return sent


def _deliver(batch: Sequence[dict[str, Any]], sender: Sender, stop: Event) -> bool:
    """Send until it is taken, refused for good, or there is a stop. Repeats count once there."""
    pause = 1.0
    while not stop.is_set():
        answer = sender.send(batch)
        if answer.is_taken or answer.is_final:
            if not answer.is_taken:
                logger.warning("a batch of %s messages was refused", len(batch))
            return answer.is_taken
        wait = min(answer.retry_after or pause, LONGEST_PAUSE)
        pause = min(pause * 2, LONGEST_PAUSE)
        stop.wait(wait)
    return False


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdigit() else None


def _now() -> str:
    return datetime.now(UTC).isoformat()
