"""The launcher as people meet it: started as a process, killed, started again."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded import home
from config.embedded.process import Identity
from tests.e2e.stack import HIDDEN, Stack
from tests.servers import new_root

pytestmark = pytest.mark.e2e

CONNECT = (
    "import os, psycopg, redis;"
    "print(psycopg.connect(os.environ['DATABASE_URL']).execute('SHOW fsync').fetchone());"
    "print(redis.Redis.from_url(os.environ['REDIS_URL']).ping())"
)


def launch(
    *words: str, root: Path, env: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "config.launch", *words],
        cwd=home.BASE_DIR,
        env={**os.environ, **HIDDEN, "DATA_DIR": str(root), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def connects(root: Path) -> bool:
    done = launch("exec", "--", sys.executable, "-c", CONNECT, root=root)
    assert done.stdout.split() == ["('on',)", "True"], done.stdout + done.stderr
    return done.returncode == 0


@pytest.fixture(scope="module")
def used_root() -> Iterator[Path]:
    """A data folder that has been used before."""
    root = new_root("launcher")
    assert connects(root)
    yield root
    home.remove(root)


@pytest.mark.parametrize(
    "content",
    ["", "\n", "garbage", "0\n", "-1\n", "99999999\n", "{live}\n", "{live}\n/x\n1\n5432\n/x\n\n\n"],
    ids=["empty", "blank", "garbage", "zero", "negative", "gone", "live stranger", "long"],
)
def test_stale_pid_file_is_no_obstacle(used_root: Path, content: str) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        text = content.format(live=stranger.pid)
        pid_file = used_root / "postgres" / "postmaster.pid"
        state = home._state_for(used_root) / "postgres" / "postmaster.pid"
        (state if state.parent.is_dir() else pid_file).write_text(text)
        assert connects(used_root)
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize(("version", "words"), [("17", "PostgreSQL 17"), ("", "PG_VERSION")])
def test_data_of_another_version_is_refused_in_one_line(
    used_root: Path, version: str, words: str
) -> None:
    state = home._state_for(used_root) / "postgres"
    file = (state if state.is_dir() else used_root / "postgres") / "PG_VERSION"
    original = file.read_text()
    file.write_text(version)
    try:
        done = launch("exec", "--", "true", root=used_root)
    finally:
        file.write_text(original)
    assert done.returncode == 1
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 2
    assert connects(used_root)


@pytest.mark.parametrize("name", ["with space", "x" * 150], ids=["space", "long"])
def test_any_path_will_do(name: str) -> None:
    root = new_root("path")
    assert connects(root / name)
    home.remove(root / name)
    home.remove(root)


def test_exec_passes_the_exit_code_on(used_root: Path) -> None:
    assert launch("exec", "--", "sh", "-c", "exit 7", root=used_root).returncode == 7
    assert "no command" in launch("exec", "--", "no-such-program", root=used_root).stderr
    assert "name a command" in launch("exec", root=used_root).stderr


def test_used_port_is_said_before_anything_starts() -> None:
    root = new_root("port")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = launch("run", root=root, env={"PORT": port})
    assert done.returncode == 1
    assert f"port {port} cannot be used" in done.stderr
    assert "make run PORT=" in done.stderr
    assert not (root / "postgres").exists()
    home.remove(root)


def test_run_stops_cleanly_and_starts_again_after_a_kill() -> None:
    root = new_root("run")
    stack = Stack(root=root).start()
    before = stack.identities()
    assert set(before) == {"redis", "postgres", "web", "worker", "jobs", "sender", "beat"}

    second = launch("run", "--port", "0", root=root)
    assert second.returncode == 1
    assert f"already running at {stack.url}" in second.stderr
    plain = {**stack._env, "DATA_DIR": str(root)}
    attached = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", "print('attached')"],
        cwd=home.BASE_DIR,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )
    assert attached.stdout.strip() == "attached", attached.stderr

    assert stack.end(signal.SIGKILL) == -signal.SIGKILL
    stack.start()
    assert not any(identity.is_alive() for identity in before.values())
    after = stack.identities()
    assert connects(root)  # beside the running one, with its servers

    assert stack.end(signal.SIGINT) == 0, stack.output()
    assert "killed" not in stack.output()
    assert not any(identity.is_alive() for identity in after.values())
    assert not (root / "run" / "pids.json").exists()
    home.remove(root)


def test_killed_children_come_back_and_no_request_is_refused() -> None:
    with Stack() as stack:
        for name in ("beat", "worker", "jobs", "sender"):
            assert stack.kill9(name) < 5
        workers = _children(stack.pids()["web"])
        os.kill(workers[0], signal.SIGKILL)
        assert _status(stack.url) > 0
        stack.kill9("web", wait=False)
        assert _status(stack.url) > 0  # waits in the socket the launcher holds
        stack.wait_for(lambda: len(stack.identities()) == 7, 5, "everything to be back")


def _status(url: str) -> int:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=15)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status
    finally:
        connection.close()


def _children(pid: int) -> list[int]:
    words = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(word) for word in words if Identity.of(int(word))]
