"""What ends is started again: at once after a kill, with pauses after its own failures."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from config.embedded import logs
from config.embedded.process import Child, Program
from config.embedded.screen import _sign_ins
from config.embedded.supervisor import Supervisor
from config.embedded.tuning import tuning

GIB = 1024**3


def sample(tmp_path: Path, script: str, *, is_essential: bool = True) -> Program:
    return Program(
        name="sample",
        argv=[sys.executable, "-c", script],
        env=dict(os.environ),
        log=tmp_path / "sample.log",
        is_essential=is_essential,
    )


def tick_until(supervisor: Supervisor, is_true: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        supervisor.tick()
        if is_true():
            return True
        time.sleep(0.02)
    return False


def pid_of(child: Child) -> int:
    assert child.popen is not None
    return child.popen.pid


def test_supervisor_restarts_the_killed(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(say=said.append, record=lambda: None)
    child = supervisor.start(sample(tmp_path, "import time; time.sleep(60)"))
    for _ in range(3):
        first = pid_of(child)
        os.kill(first, signal.SIGKILL)
        # The default binds the loop variable.
        assert tick_until(supervisor, lambda first=first: pid_of(child) != first, 2)  # type: ignore[misc]
    assert "SIGKILL" in said[0]
    supervisor.stop(("sample",), hurry=lambda: False)
    assert supervisor.children == []


def test_supervisor_pauses_grow_for_what_fails_by_itself(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(say=said.append, record=lambda: None)
    supervisor.start(sample(tmp_path, "raise SystemExit(3)"))
    assert tick_until(supervisor, lambda: len(said) >= 3)
    assert "exit code 3" in said[0]
    assert "in 1 s" in said[2]


def test_supervisor_lets_the_optional_finish(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(say=said.append, record=lambda: None)
    supervisor.start(sample(tmp_path, "pass", is_essential=False))
    assert tick_until(supervisor, lambda: bool(said))
    assert "everything else goes on" in said[0]


def test_watch_shows_warnings_and_keeps_logs_small(tmp_path: Path) -> None:
    said: list[str] = []
    log = tmp_path / "web.log"
    watch = logs.Watch(said.append)
    log.write_text("x INFO fine\nx WARNING django.request Not Found: /x\nx ERROR a broken\n")
    watch.look(log)
    watch.look(log)
    assert said == ["web: x ERROR a broken"]
    log.write_text("y ERROR again\n" * 8)
    watch._offsets.clear()
    watch.look(log)
    assert "3 more such lines" in said[-1]


def test_turn_over_keeps_the_run_before(tmp_path: Path) -> None:
    (tmp_path / "web.log").write_text("before")
    logs.turn_over(tmp_path)
    assert (tmp_path / "web.log.1").read_text() == "before"


def test_tuning_fits_the_machine_and_keeps_promises() -> None:
    small, large = tuning(GIB, is_durable=True), tuning(24 * GIB, is_durable=True)
    assert small["shared_buffers"] == "64MB"
    assert large["shared_buffers"] == "512MB"
    assert not {"fsync", "synchronous_commit", "full_page_writes"} & set(large)
    assert tuning(GIB, is_durable=False)["fsync"] == "off"


def test_sign_ins_take_what_is_there() -> None:
    rows = _sign_ins(
        {"signins": [{"role": "Rep", "username": "r", "password": "p"}], "write_key": "[k]"}
    )
    assert rows[0] == ("[bold]Sign in[/] as Rep", "r  /  p")
    assert rows[1][1] == r"\[k]"
    assert _sign_ins("nonsense") == []
