"""From an event that the official library posts to Slack, and to what plays do about it: each PQL
is told once, and each action done once, whatever is killed."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.doubles.receiver import Receiver
from tests.doubles.server import LOST, Fault
from tests.doubles.slack import BROKEN, SlackDouble, busy
from tests.e2e.alerted import (
    Scene,
    become_pqls,
    check_told_once,
    environment,
    make_scene,
    wait_until_told,
)
from tests.e2e.faults import held, kill_children
from tests.e2e.played import RECEIVING, check_played_once, playing, wait_until_played
from tests.e2e.stack import Stack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

BACK_S = 60.0
# The lease of a killed sender (60 s), and a minute until an answer that was lost is looked for.
SETTLE_S = 240.0
_numbers = itertools.count()


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as double:
        yield double


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with SlackDouble() as slack, Stack(env=environment(slack) | RECEIVING) as stack:
        yield make_scene(stack, slack)


def people(count: int) -> list[str]:
    return [f"person{next(_numbers)}" for _ in range(count)]


def test_every_pql_is_told_once(scene: Scene) -> None:
    names = people(10)
    become_pqls(scene, names)
    wait_until_told(scene, SETTLE_S)
    check_told_once(scene, names)


def test_slack_in_trouble_gets_everything_once(scene: Scene) -> None:
    scene.slack.fail("chat.postMessage", LOST, busy(2), BROKEN, LOST)
    names = people(10)
    become_pqls(scene, names)
    wait_until_told(scene, SETTLE_S)
    check_told_once(scene, names)


def test_slack_down_for_an_hour_gets_everything_once(scene: Scene) -> None:
    scene.slack.down()
    names = people(10)
    become_pqls(scene, names)
    scene.stack.wait_for(lambda: _is_resting(scene.stack), SETTLE_S, "the sender to give up")
    for _ in range(6):
        _ten_minutes_pass(scene.stack)
        time.sleep(1.0)
    scene.slack.up()
    _ten_minutes_pass(scene.stack)
    wait_until_told(scene, SETTLE_S)
    check_told_once(scene, names)


def test_killing_anything_tells_every_pql_once(scene: Scene) -> None:
    """Somebody becomes a PQL before each kill, so that it hits alerts on every part of the way."""
    told: list[str] = []
    for fault in FAULTS:
        names = people(3)
        sending = threading.Thread(target=become_pqls, args=(scene, names))
        sending.start()
        fault(scene)
        sending.join(120)
        assert not sending.is_alive(), fault.__name__
        told += names
    wait_until_told(scene, SETTLE_S)
    check_told_once(scene, told)


def test_killing_whoever_runs_plays_does_every_action_once(
    scene: Scene, receiver: Receiver
) -> None:
    """Killed in the middle of a run: its task, draft and alert are made, and not committed."""
    told: list[str] = []
    with playing(scene, receiver):
        for kill in (kill_worker, kill_workers_child):
            names = people(3)
            with held(scene.stack, "routing_leadtag", partial(become_pqls, scene, names)):
                kill(scene)
            told += names
        names = people(3)
        become_pqls(scene, names)
        kill_postgres(scene)
        told += names
        wait_until_played(scene, len(told), SETTLE_S)
    wait_until_told(scene, SETTLE_S)
    check_told_once(scene, told)
    check_played_once(scene, receiver, told)


# --- The faults -----------------------------------------------------------------------------------
def kill_sender_with_messages_under_way(scene: Scene) -> None:
    """Slack takes what it was sent after the sender is dead: only looking can tell."""
    held = threading.Event()
    before = scene.slack.calls()["chat.postMessage"]
    scene.slack.fail("chat.postMessage", *[Fault(waits=held)] * 2)
    scene.stack.wait_for(lambda: bool(_claimed(scene.stack)), BACK_S, "a message under way")
    time.sleep(0.5)
    scene.stack.kill9("sender", limit=BACK_S)
    held.set()
    scene.stack.wait_for(
        lambda: scene.slack.calls()["chat.postMessage"] > before, BACK_S, "Slack to take it"
    )


def kill_senders_child(scene: Scene) -> None:
    kill_children(scene.stack, "sender")


def kill_worker(scene: Scene) -> None:
    scene.stack.kill9("worker", limit=BACK_S)


def kill_workers_child(scene: Scene) -> None:
    kill_children(scene.stack, "worker")


def kill_beat(scene: Scene) -> None:
    scene.stack.kill9("beat", limit=BACK_S)


def kill_web(scene: Scene) -> None:
    scene.stack.kill9("web", limit=BACK_S)


def kill_redis(scene: Scene) -> None:
    scene.stack.kill9("redis", limit=BACK_S)


def kill_postgres(scene: Scene) -> None:
    time.sleep(0.5)
    scene.stack.kill9("postgres", limit=BACK_S)


def empty_redis(scene: Scene) -> None:
    for _ in range(5):
        scene.stack.redis_flushall()
        time.sleep(0.2)


FAULTS: tuple[Callable[[Scene], None], ...] = (
    kill_sender_with_messages_under_way,
    kill_senders_child,
    kill_worker,
    kill_workers_child,
    kill_beat,
    kill_web,
    kill_redis,
    kill_postgres,
    empty_redis,
)


def _claimed(stack: Stack) -> int:
    sql = "SELECT count(*) FROM integrations_delivery WHERE claimed_until > now()"
    count: int = stack.query(sql)[0][0]
    return count


def _is_resting(stack: Stack) -> bool:
    sql = "SELECT failures >= 3 FROM integrations_destination"
    owed = "SELECT count(*) FROM integrations_delivery WHERE state = 'queued'"
    return stack.query(sql) == [(True,)] and stack.query(owed)[0][0] >= 10


def _ten_minutes_pass(stack: Stack) -> None:
    """For what waits: all that was to happen in ten minutes is due."""
    stack.query(
        "UPDATE integrations_delivery SET not_before = not_before - interval '10 minutes',"
        " doubted_at = doubted_at - interval '10 minutes' WHERE state = 'queued'"
    )
    stack.query(
        "UPDATE integrations_destination SET rests_until = rests_until - interval '10 minutes'"
    )
