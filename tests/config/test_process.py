"""Processes are recognised by more than their pid, and only then signalled."""

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.process import Child, Identity, Program, describe_exit, end

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="identities come from /proc")


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def identity_of(process: "subprocess.Popen[bytes]") -> Identity:
    identity = Identity.of(process.pid)
    assert identity is not None
    return identity


def test_identity_survives_being_written_down(sleeper: "subprocess.Popen[bytes]") -> None:
    identity = identity_of(sleeper)
    assert Identity.from_json(identity.to_json()) == identity
    assert identity.is_alive()


@pytest.mark.parametrize("damaged", [None, {}, [], "x", {"pid": "x"}, {"pid": 1, "started": None}])
def test_identity_from_damaged_record_is_none(damaged: object) -> None:
    assert Identity.from_json(damaged) is None


def test_identity_of_zombie_is_none() -> None:
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert Identity.of(process.pid) is None
    process.wait()


@pytest.mark.parametrize(
    "difference", [{"started": 1}, {"exe": "/usr/bin/other"}, {"boot": "before the restart"}]
)
def test_end_leaves_a_stranger_with_the_same_pid_alone(
    sleeper: "subprocess.Popen[bytes]", difference: dict[str, object]
) -> None:
    # The checker knows no keywords of several types.
    recorded = dataclasses.replace(identity_of(sleeper), **difference)  # type: ignore[arg-type]
    assert end(recorded, (signal.SIGKILL, 0.2))
    assert sleeper.poll() is None


def program(tmp_path: Path, script: str, **options: object) -> Program:
    return Program(
        name="sample",
        argv=[sys.executable, "-c", script],
        env=dict(os.environ),
        log=tmp_path / "sample.log",
        **options,  # type: ignore[arg-type]  # values of several kinds
    )


def test_child_stop_reports_who_went_by_itself(tmp_path: Path) -> None:
    child = Child(program(tmp_path, "import time; time.sleep(60)"))
    child.start()
    assert child.exit_code() is None
    assert child.stop()
    assert child.exit_code() == -signal.SIGTERM


def test_child_stop_kills_the_deaf_with_all_its_children(tmp_path: Path) -> None:
    deaf = (
        "import signal, subprocess, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    )
    child = Child(program(tmp_path, deaf, stop=((signal.SIGTERM, 0.2),)))
    child.start()
    grandchild = _wait_for_number(tmp_path / "sample.log")
    assert not child.stop()
    assert _wait_until_gone(grandchild)


def test_child_exit_takes_its_orphans_along(tmp_path: Path) -> None:
    script = "import subprocess; print(subprocess.Popen(['sleep', '60']).pid, flush=True)"
    child = Child(program(tmp_path, script))
    child.start()
    grandchild = _wait_for_number(tmp_path / "sample.log")
    while child.exit_code() is None:
        pass
    assert _wait_until_gone(grandchild)


def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    parent = (
        "import os, signal, sys; from pathlib import Path;"
        "from config.embedded.process import Child, Program;"
        f"log = Path({str(tmp_path)!r}, 'log');"
        "child = Child(Program('c', ['sleep', '60'], dict(os.environ), log));"
        "child.start(); print(child.popen.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, check=False)
    assert _wait_until_gone(int(done.stdout))


def test_describe_exit_names_the_signal() -> None:
    assert describe_exit(-9) == "signal SIGKILL"
    assert describe_exit(3) == "exit code 3"


def _wait_for_number(log: Path) -> int:
    while not log.exists() or not log.read_text().endswith("\n"):
        pass
    return int(log.read_text())


def _wait_until_gone(pid: int) -> bool:
    identity = Identity.of(pid)
    return identity is None or end(identity, (signal.SIGCONT, 5.0))
