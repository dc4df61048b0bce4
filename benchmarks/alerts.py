"""From an event to the message in Slack: how long, under steady load.

    python -m benchmarks.alerts [--seconds 60] [--rate 200] [--samples 60]

Slack is the double of the tests, on this machine. The load is sent as batches on a schedule (open
loop). Samples are people who lack one event to be a PQL; the time runs from posting that event to
the moment the double has taken the message about them.
"""

import argparse
import time
from collections.abc import Sequence

from benchmarks.latency import SENDERS, Load
from benchmarks.results import Row, keep, percentile, spread_ms
from tests.doubles.slack import SlackDouble
from tests.e2e.alerted import EVENTS, Scene, environment, make_scene
from tests.e2e.client import Client, basic
from tests.e2e.stack import Stack

GOAL_S = 3.0
LIMIT_S = 120.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--samples", type=int, default=60)
    arguments = parser.parse_args()
    names = [f"sample{n}" for n in range(arguments.samples)]
    with SlackDouble() as slack, Stack(env=environment(slack)) as stack:
        scene = make_scene(stack, slack)
        _prepare(scene, names)
        loads = [
            Load(stack.url, scene.workspace.write_key, rate=arguments.rate / SENDERS, number=number)
            for number in range(SENDERS)
        ]
        for load in loads:
            load.start()
        time.sleep(3)  # the leads are made
        started, before = time.monotonic(), sum(load.sent for load in loads)
        posted = _post(scene, names, arguments.seconds)
        rate = (sum(load.sent for load in loads) - before) / (time.monotonic() - started)
        stack.wait_for(lambda: len(_told(slack, names)) == len(names), LIMIT_S, "all messages")
        for load in loads:
            load.stopped.set()
            load.join()
        told = _told(slack, names)
    taken = [told[name] - posted[name] for name in names]
    worst = percentile(taken, 0.99)
    keep(
        "alerts",
        f"From event to Slack, at {arguments.rate:g} events/s",
        [
            Row("Load really sent", f"{rate:,.0f} events/s"),
            Row("Event posted to message taken, p50 / p95 / p99", spread_ms(taken)),
            Row("- p99", f"{worst:.2f} s", f"< {GOAL_S:g} s", worst < GOAL_S),
        ],
        notes=[
            f"{len(names)} PQLs; load in batches of 25. Web, worker, sender, PostgreSQL, the load "
            "and Slack's double share the machine.",
        ],
    )


def _prepare(scene: Scene, names: Sequence[str]) -> None:
    """Bring everybody to the brink: known, of the right company, one step short of a PQL."""
    with Client(scene.stack.url, basic(scene.workspace.write_key), timeout=60) as client:
        for name in names:
            about = {"userId": name}
            traits = {"email": f"{name}@company.example", "name": name, "title": "VP Marketing"}
            company = {"name": f"C {name}", "employees": 120, "industry": "SaaS", "country": "US"}
            company["technologies"] = ["Salesforce"]
            batch = [
                {**about, "type": "identify", "traits": traits},
                {**about, "type": "group", "groupId": f"g-{name}", "traits": company},
                *({**about, "type": "track", "event": e, "properties": p} for e, p in EVENTS[:2]),
            ]
            assert client.post("/v1/batch", {"batch": batch}).status == 200
    crossed = "SELECT count(*) FROM rubrics_scorechange WHERE crossed"
    assert scene.stack.query(crossed) == [(0,)], "somebody is a PQL too early"


def _post(scene: Scene, names: Sequence[str], seconds: float) -> dict[str, float]:
    """Let one after another take the last steps, in one batch each; return when."""
    posted = {}
    started = time.monotonic()
    with Client(scene.stack.url, basic(scene.workspace.write_key), timeout=60) as client:
        for n, name in enumerate(names):
            time.sleep(max(started + n * seconds / len(names) - time.monotonic(), 0))
            steps = [
                {"type": "track", "userId": name, "event": event, "properties": properties}
                for event, properties in EVENTS[2:]
            ]
            posted[name] = time.time()
            assert client.post("/v1/batch", {"batch": steps}).status == 200
    return posted


def _told(slack: SlackDouble, names: Sequence[str]) -> dict[str, float]:
    """When the message about each of them was taken."""
    with slack.lock:
        messages = [(str(message["text"]), float(message["at"])) for message in slack.messages]
    told = {text.partition("New PQL: ")[2].partition(",")[0]: at for text, at in messages}
    return {name: told[name] for name in names if name in told}


if __name__ == "__main__":
    main()
