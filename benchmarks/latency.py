"""How soon an accepted event shows in the score that the API answers, under steady load.

    python -m benchmarks.latency [--seconds 30] [--rate 500] [--samples 300]

The load is sent as batches on a schedule (open loop). Samples are single events, each of a person
of its own, whose score is asked for until it shows the event.
"""

import argparse
import itertools
import threading
import time

from benchmarks.messages import filled, templates
from benchmarks.results import Row, keep, percentile, spread_ms
from tests.e2e.client import Client, basic, bearer
from tests.e2e.stack import Stack
from tests.e2e.workspace import Workspace, make_workspace

BATCH = 25
SENDERS = 2
POLL_S = 0.02
LIMIT_S = 30.0
GOAL_S = 1.0
POINTS = 15  # of "Integration Connected" in the standard preset


class Load(threading.Thread):
    """Sends a batch whenever one is due, late or not."""

    def __init__(self, url: str, write_key: str, *, rate: float, number: int) -> None:
        super().__init__(daemon=True)
        self.url, self.write_key, self.number = url, write_key, number
        self.period = BATCH / rate
        self.sent = 0
        self.stopped = threading.Event()

    def run(self) -> None:
        bodies = templates(BATCH)
        started = time.monotonic()
        with Client(self.url, basic(self.write_key), timeout=60) as client:
            for n in itertools.count():
                if self.stopped.wait(max(started + n * self.period - time.monotonic(), 0)):
                    return
                body = filled(bodies[n % len(bodies)], f"load-{self.number}-{n}")
                assert client.post("/v1/batch", body).status == 200
                self.sent += BATCH


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--rate", type=float, default=500.0)
    parser.add_argument("--samples", type=int, default=300)
    arguments = parser.parse_args()
    with Stack() as stack:
        workspace = make_workspace(stack)
        loads = [
            Load(stack.url, workspace.write_key, rate=arguments.rate / SENDERS, number=number)
            for number in range(SENDERS)
        ]
        for load in loads:
            load.start()
        time.sleep(3)  # the leads are made
        started, before = time.monotonic(), sum(load.sent for load in loads)
        accepted, visible = _samples(stack, workspace, arguments.samples, arguments.seconds)
        rate = (sum(load.sent for load in loads) - before) / (time.monotonic() - started)
        for load in loads:
            load.stopped.set()
            load.join()
    worst = percentile(visible, 0.99)
    keep(
        "latency",
        f"From accepted event to visible score, at {arguments.rate:g} events/s",
        [
            Row("Load really sent", f"{rate:,.0f} events/s"),
            Row("A single event accepted, p50 / p95 / p99", spread_ms(accepted)),
            Row("Its score visible after that, p50 / p95 / p99", spread_ms(visible)),
            Row("- p99", f"{worst:.2f} s", f"< {GOAL_S:g} s", worst < GOAL_S),
        ],
        notes=[
            f"{arguments.samples} samples; load in batches of {BATCH}; the score is polled every "
            f"{1000 * POLL_S:.0f} ms, so up to that much is the measuring's.",
        ],
    )


def _samples(
    stack: Stack, workspace: Workspace, count: int, seconds: float
) -> tuple[list[float], list[float]]:
    """Seconds until each marked event was accepted, and from then until its score was seen."""
    accepted, visible = [], []
    started = time.monotonic()
    with (
        Client(stack.url, basic(workspace.write_key)) as sender,
        Client(stack.url, bearer(workspace.token)) as reader,
    ):
        for n in range(count):
            time.sleep(max(started + n * seconds / count - time.monotonic(), 0))
            message = {
                "userId": f"marked-{n}",
                "event": "Integration Connected",
                "messageId": f"marked-{n}",
            }
            sent = time.monotonic()
            assert sender.post("/v1/track", message).status == 200
            known = time.monotonic()
            while not _shows(reader, f"marked-{n}"):
                assert time.monotonic() - known < LIMIT_S, "the score does not come"
                time.sleep(POLL_S)
            accepted.append(known - sent)
            visible.append(time.monotonic() - known)
    return accepted, visible


def _shows(reader: Client, user_id: str) -> bool:
    answer = reader.get(f"/api/v1/leads/score/?user_id={user_id}")
    assert answer.status == 200, answer.body
    return any(score["behavior"] == POINTS for score in answer.json()["scores"])


if __name__ == "__main__":
    main()
