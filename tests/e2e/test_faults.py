"""Kill anything, at the worst moment, under load: nothing is lost and nothing is done twice."""

import contextlib
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.embedded import home
from tests.e2e.client import Client, basic, bearer
from tests.e2e.conftest import SILENCE_S
from tests.e2e.faults import held, kill_children
from tests.e2e.stack import Stack
from tests.e2e.traffic import Ledger, Traffic
from tests.e2e.workspace import Workspace, make_workspace

pytestmark = pytest.mark.e2e

# Claims of a killed worker are free again after their lease (20 s); one that went deaf is replaced
# after its silence (20 s, conftest.py), and takes some seconds to start.
SETTLE_S = 75.0
BACK_S = 30.0
UNSETTLED = """
SELECT (SELECT count(*) FROM leads_leadchange)
     + (SELECT count(*) FROM rubrics_scorechange WHERE crossed AND routed_at IS NULL)
     + (SELECT count(*) FROM rubrics_score WHERE due_at <= now())
"""


@pytest.fixture(scope="module")
def workspace(stack: Stack) -> Workspace:
    return make_workspace(stack)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    kept = Ledger(tmp_path_factory.mktemp("ledger") / "ledger")
    yield kept
    kept.close()


def test_killing_anything_loses_and_doubles_nothing(
    stack: Stack, workspace: Workspace, ledger: Ledger
) -> None:
    with _traffic(stack, workspace, ledger, "kills") as traffic:
        for fault in FAULTS:
            time.sleep(1.0)
            before = traffic.acked
            fault(stack)
            stack.wait_for(functools.partial(_grows, traffic, before), 20, fault.__name__)
        time.sleep(1.0)
    assert traffic.refused == []
    _check(stack, ledger)


def test_stopped_redis_holds_up_no_request(
    stack: Stack, workspace: Workspace, ledger: Ledger
) -> None:
    with _traffic(stack, workspace, ledger, "silence") as traffic:
        redis = stack.pids()["redis"]
        os.kill(redis, signal.SIGSTOP)
        try:
            # A few might have been answered already; hundreds cannot, if one waits for Redis.
            enough = traffic.acked + 300
            stack.wait_for(lambda: traffic.acked >= enough, 30, "answers without Redis")
        finally:
            os.kill(redis, signal.SIGCONT)
    assert traffic.refused == []
    _check(stack, ledger)


def test_second_worker_and_beat_change_nothing(
    stack: Stack, workspace: Workspace, ledger: Ledger, tmp_path: Path
) -> None:
    with (
        _celery(stack, "worker", "--concurrency", "2", log=tmp_path / "worker"),
        _celery(stack, "beat", "-s", str(tmp_path / "schedule"), "--pidfile=", log=tmp_path / "b"),
    ):
        with _traffic(stack, workspace, ledger, "double") as traffic:
            time.sleep(6.0)
        assert traffic.refused == []
        _check(stack, ledger)


def test_event_reaches_its_score_without_beat(
    stack: Stack, workspace: Workspace, ledger: Ledger
) -> None:
    beat = stack.pids()["beat"]
    os.kill(beat, signal.SIGSTOP)
    try:
        _track(stack, workspace, ledger, "rung")
        stack.wait_for(lambda: _behavior(stack, workspace, "rung") == 15, 20, "the score")
    finally:
        os.kill(beat, signal.SIGCONT)


def test_worker_that_receives_nothing_is_replaced(
    stack: Stack, workspace: Workspace, ledger: Ledger
) -> None:
    worker = stack.identities()["worker"]
    # To the outside, the same as waiting on a connection that was closed: it runs and is deaf.
    worker.signal(signal.SIGSTOP)
    _track(stack, workspace, ledger, "unheard")
    stack.wait_for(lambda: not worker.is_alive(), SILENCE_S + BACK_S, "the end of the deaf worker")
    assert "worker has received nothing for 20 s" in stack.output()
    stack.wait_for(lambda: _behavior(stack, workspace, "unheard") == 15, BACK_S, "the score")


def test_proof_goes_on_when_its_worker_is_killed(
    stack: Stack, workspace: Workspace, ledger: Ledger
) -> None:
    _shell(stack, "proof.stop_proof(r, at=now()) if (r := Proof.objects.running().first()) else 0")
    _shell(stack, "proof.start_proof(at=now())")
    with held(stack, "rubrics_proof"):
        kill_children(stack, "jobs")
    done = "SELECT state, mismatched, checked > 0 FROM rubrics_proof ORDER BY id DESC LIMIT 1"
    stack.wait_for(lambda: stack.query(done) == [("done", 0, True)], 90, "the proof's end")


def test_killing_whoever_publishes_leaves_one_complete_version(
    stack: Stack, workspace: Workspace, ledger: Ledger
) -> None:
    """The buffer is filled from where it was, the flip happens once, nobody is dealt twice."""
    with _traffic(stack, workspace, ledger, "publishing") as traffic:
        time.sleep(2.0)  # so that there is somebody to score, whichever tests ran before
        stack.manage("shell", "--no-imports", "-c", _PUBLISH)
        with held(stack, "rubrics_nextscore"):
            stack.kill9("jobs", limit=BACK_S)
        with held(stack, "rubrics_nextscore"):
            kill_children(stack, "jobs")
        stack.kill9("postgres", limit=BACK_S)
        stack.wait_for(
            lambda: stack.query(_NEWEST) == [("done", True)], 90, "the version to go live"
        )
    assert traffic.refused == []
    _check(stack, ledger)
    assert stack.query(_BY_OTHERS) == [(0,)]
    assert stack.query("SELECT count(*) FROM rubrics_nextscore") == [(0,)]


_PUBLISH = """
from django.utils.timezone import now
from leads.models import Product
from rubrics.presets import load_preset
from rubrics.publishing import publish_version
from rubrics.services import load_rubric

document = load_preset("standard") | {"thresholds": {"total": 30, "fit": 0, "behavior": 15}}
draft = load_rubric(document, product=Product.objects.get(), by=None, at=now())
publish_version(draft, by=None, at=now())
"""
_NEWEST = """
SELECT p.state, v.status = 'published' FROM rubrics_publication p
JOIN rubrics_rubricversion v ON v.id = p.version_id ORDER BY p.id DESC LIMIT 1
"""
_BY_OTHERS = """
SELECT count(*) FROM rubrics_score s JOIN rubrics_rubricversion v ON v.id = s.version_id
WHERE v.status <> 'published'
"""


def _shell(stack: Stack, code: str) -> None:
    names = "from django.utils.timezone import now; from rubrics import proof;"
    stack.manage("shell", "--no-imports", "-c", f"{names} from rubrics.models import Proof; {code}")


def _track(stack: Stack, workspace: Workspace, ledger: Ledger, user_id: str) -> None:
    """Send one event worth 15 points."""
    key = f"{user_id}-1"
    message = {"userId": user_id, "event": "Integration Connected", "messageId": key}
    ledger.note("sent", [key])
    with Client(stack.url, basic(workspace.write_key)) as client:
        assert client.post("/v1/track", message).status == 200
    ledger.note("acked", [key])


def _behavior(stack: Stack, workspace: Workspace, user_id: str) -> int | None:
    with Client(stack.url, bearer(workspace.token)) as client:
        answer = client.get(f"/api/v1/leads/score/?user_id={user_id}")
    assert answer.status == 200, answer.body
    scores = answer.json()["scores"]
    return scores[0]["behavior"] if scores else None


# --- The faults -----------------------------------------------------------------------------------
def kill_worker_in_mid_score(stack: Stack) -> None:
    with held(stack, "rubrics_score"):
        stack.kill9("worker", limit=BACK_S)


def kill_worker_child_in_mid_score(stack: Stack) -> None:
    with held(stack, "rubrics_score"):
        kill_children(stack, "worker")


def kill_beat(stack: Stack) -> None:
    stack.kill9("beat", limit=BACK_S)


def kill_web(stack: Stack) -> None:
    stack.kill9("web", limit=BACK_S)


def kill_web_workers_in_mid_request(stack: Stack) -> None:
    with held(stack, "leads_event"):
        kill_children(stack, "web")


def empty_redis(stack: Stack) -> None:
    for _ in range(3):
        stack.redis_flushall()
        time.sleep(0.3)


def kill_redis(stack: Stack) -> None:
    stack.kill9("redis", limit=BACK_S)


def kill_postgres(stack: Stack) -> None:
    stack.kill9("postgres", limit=BACK_S)


FAULTS: tuple[Callable[[Stack], None], ...] = (
    kill_worker_in_mid_score,
    kill_worker_child_in_mid_score,
    kill_beat,
    kill_web,
    kill_web_workers_in_mid_request,
    empty_redis,
    kill_redis,
    kill_postgres,
)


# --- Helpers --------------------------------------------------------------------------------------
def _traffic(stack: Stack, workspace: Workspace, ledger: Ledger, name: str) -> Traffic:
    return Traffic(stack.url, write_key=workspace.write_key, ledger=ledger, name=name)


def _grows(traffic: Traffic, before: int) -> bool:
    return traffic.acked > before


def _check(stack: Stack, ledger: Ledger) -> None:
    stack.wait_for(lambda: stack.query(UNSETTLED) == [(0,)], SETTLE_S, "everything to settle")
    found = stack.manage_json(
        "shell",
        "--no-imports",
        "-c",
        f"from tests.e2e.invariants import report; report({str(ledger.path)!r})",
    )
    assert found["problems"] == []
    # The load was what it is meant to be: people merged, people crossed.
    assert found["counts"]["merged"] > 0
    assert found["counts"]["Qualification"] > 0


@contextlib.contextmanager
def _celery(stack: Stack, *words: str, log: Path) -> Iterator[None]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "config", *words],
            cwd=home.BASE_DIR,
            env=stack.env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        yield
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
