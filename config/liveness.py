"""The worker's sign of life: a file it touches whenever it receives a message.

That a worker's process runs says little: after a restart of Redis, Celery's main process can be
left waiting on a closed connection for ever (celery#8030, #9054; measured with Celery 5.7: it
spins after "Couldn't ack" when a child and then Redis were killed). Beat sends a message at least
every 5 s, so a worker that received none for longer than a task may last does not listen any more.

    WORKER_ALIVE_FILE=/run/ripeline/worker-alive celery -A config worker
    WORKER_ALIVE_FILE=/run/ripeline/worker-alive python -m config.liveness --older-than 100

The second command exits 1 if the worker has to be started anew. Celery loads this module in its
programs (``imports`` in config/celery.py); nobody else needs it.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from celery.signals import task_received

VARIABLE = "WORKER_ALIVE_FILE"
PAUSE_S = 1.0
SILENCE_S = 100.0
"""Longer than any task may last (CELERY_TASK_TIME_LIMIT, 90 s): a worker that is busy with as many
tasks as it has children receives nothing meanwhile, and is well."""


class Sign:
    """Touches a file, at most once a second."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rests_until = float("-inf")

    def give(self, **_: object) -> None:
        """Receive Celery's ``task_received``.

        Raises:
            OSError: the file cannot be touched. Celery logs it and goes on.
        """
        now = time.monotonic()
        if now >= self._rests_until:
            self.path.touch()
            self._rests_until = now + PAUSE_S


def silence(path: Path) -> float | None:
    """Return the seconds since the last sign, None if there never was one."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return None


def main(words: Sequence[str] | None = None) -> None:
    """Exit 1, saying why on stderr, if the worker gave no sign for too long; 2 for misuse."""
    parser = argparse.ArgumentParser(prog="python -m config.liveness", description=main.__doc__)
    parser.add_argument("--older-than", type=float, default=SILENCE_S, metavar="SECONDS")
    limit = parser.parse_args(words).older_than
    name = os.environ.get(VARIABLE)
    if not name:
        parser.error(f"{VARIABLE} is not set; give it the same value as the worker's.")
    seconds = silence(Path(name))
    if seconds is None:
        sys.exit(f"The worker never received anything: there is no {name}.")
    if seconds > limit:
        sys.exit(f"The worker has received nothing for {seconds:.0f} s.")


# A signal of Celery, not of Django: nothing of the application happens in it. It is the one place
# where the worker's main process, the one that gets stuck, tells that it was handed a message; a
# task runs in a child and cannot tell.
if _name := os.environ.get(VARIABLE):
    task_received.connect(Sign(Path(_name)).give, weak=False)

if __name__ == "__main__":
    main()
