"""A complete, real installation for one test: own servers, web, worker and beat, empty workspace.

    with Stack() as stack:
        httpx.get(f"{stack.url}/livez")
        stack.kill9("worker")

It is started through the launcher, as ``make run`` does, in a throw-away data folder.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
import redis

from config.embedded import home
from config.embedded.folder import read_json
from config.embedded.process import Identity
from config.embedded.run import answers
from tests.servers import new_root

START_LIMIT_S = 240.0
STOP_LIMIT_S = 90.0
# Where the session's servers or a developer's .env would leak in; empty also hides the .env.
HIDDEN = {"DATABASE_URL": "", "REDIS_URL": "", "PUBLIC_URL": "", "PORT": "", "PGOPTIONS": ""}


class StackError(Exception):
    """The stack did not start, stop or answer in time; the text carries its output."""


class Stack:
    """Start with ``with`` or ``start()``; every method is for the test's own thread.

    Args:
        env: added to the environment of all its processes, ``manage`` included.
        arguments: of ``python -m config.launch run``; by default an empty workspace.
        root: data folder to use and keep; by default a new one, removed at the end.
    """

    def __init__(
        self,
        *,
        env: Mapping[str, str] | None = None,
        arguments: Sequence[str] = ("--no-demo",),
        root: Path | None = None,
    ) -> None:
        self.is_throw_away = root is None
        self.root = root if root is not None else new_root("stack")
        self.arguments = tuple(arguments)
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None
        self._env = {**os.environ, **HIDDEN, "DATA_DIR": str(self.root), **(env or {})}

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # --- Start and stop -------------------------------------------------------------------------
    def start(self) -> Self:
        """Start, and return once the web server answers and all processes run."""
        self.launch()
        try:
            self.wait_for(lambda: bool(self._live_url()), START_LIMIT_S, "it to start")
        except BaseException:
            self.stop()
            raise
        self.url = self._live_url()
        return self

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the launcher without waiting for anything."""
        argv = [sys.executable, "-m", "config.launch", "run", "--port", "0", *self.arguments]
        with (self.root / "launcher.out").open("wb") as out:
            self.process = subprocess.Popen(
                argv,
                cwd=home.BASE_DIR,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        return self.process

    def stop(self) -> int:
        """Stop as SIGTERM does and clean up; return the launcher's exit code."""
        code = self.end(signal.SIGTERM)
        if self.is_throw_away:
            home.remove(self.root)
        return code

    def end(self, signum: signal.Signals) -> int:
        """Signal the launcher and wait for its end, keeping the data folder."""
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(signum)
        try:
            return self.process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            self.process.wait()
            raise StackError(f"does not stop:\n{self.output()}") from error

    # --- Looking --------------------------------------------------------------------------------
    @property
    def env(self) -> dict[str, str]:
        """The environment its processes see: DATABASE_URL, REDIS_URL, SECRET_KEY, PUBLIC_URL."""
        published = read_json(self.root / "run" / "env.json").get("env") or {}
        return {**self._env, **published, "PUBLIC_URL": self._env["PUBLIC_URL"] or self.url}

    def pids(self) -> dict[str, int]:
        """Return the running processes: redis, postgres, web, worker, beat."""
        return {name: identity.pid for name, identity in self.identities().items()}

    def identities(self) -> dict[str, Identity]:
        """Return what is recorded as running, as far as it is alive."""
        found = {
            name: Identity.from_json(entry)
            for name, entry in read_json(self.root / "run" / "pids.json").items()
        }
        return {n: identity for n, identity in found.items() if identity and identity.is_alive()}

    def output(self) -> str:
        """Return what the launcher has printed so far."""
        return (self.root / "launcher.out").read_text(errors="replace")

    def log(self, name: str) -> str:
        """Return the log of web, worker, beat, postgres or redis."""
        return (self.root / "logs" / f"{name}.log").read_text(errors="replace")

    # --- Acting ---------------------------------------------------------------------------------
    def kill9(self, name: str, *, wait: bool = True, limit: float = 5.0) -> float:
        """Kill a process; return the seconds until its successor works (0.0 without ``wait``)."""
        pid = self.pids()[name]
        started = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        if not wait:
            return 0.0
        self.wait_for(lambda: self._is_back(name, pid), limit, f"{name} to come back")
        return time.monotonic() - started

    def _is_back(self, name: str, former: int) -> bool:
        """Tell whether a successor runs and, where that can be asked, answers."""
        if self.pids().get(name, former) == former:
            return False
        try:
            if name == "postgres":
                self.query("SELECT 1")
            elif name == "redis":
                with redis.Redis.from_url(self.env["REDIS_URL"]) as client:
                    client.ping()
            elif name == "web":
                return answers(int(self.url.rpartition(":")[2]))
        except (psycopg.OperationalError, redis.RedisError):
            return False
        return True

    def redis_flushall(self) -> None:
        """Empty Redis, as a restart without its data would."""
        client = redis.Redis.from_url(self.env["REDIS_URL"])
        try:
            client.flushall()
        finally:
            client.close()

    def manage(
        self, *words: str, check: bool = True, timeout: float = 120
    ) -> "subprocess.CompletedProcess[str]":
        """Run a management command against this stack; its output is in the result."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=home.BASE_DIR,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            raise StackError(f"manage.py {' '.join(words)}:\n{done.stdout}{done.stderr}")
        return done

    def manage_json(self, *words: str) -> Any:
        """Run a management command that prints JSON and return what it means."""
        return json.loads(self.manage(*words).stdout)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run SQL in its database (committed) and return the rows, if it has any."""
        with psycopg.connect(self.env["DATABASE_URL"]) as connection:
            cursor = connection.execute(sql.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def wait_for(self, is_true: Callable[[], bool], limit: float, what: str) -> None:
        """Poll until it is true; fail with the launcher's output when it takes too long."""
        deadline = time.monotonic() + limit
        while not is_true():
            if self.process is not None and self.process.poll() is not None:
                raise StackError(f"ended while waiting for {what}:\n{self.output()}")
            if time.monotonic() > deadline:
                raise StackError(f"waited {limit:g} s for {what}:\n{self.output()}")
            time.sleep(0.05)

    def _live_url(self) -> str:
        found = read_json(self.root / "run" / "env.json")
        owner = Identity.from_json(found.get("owner"))
        if self.process is None or owner is None or owner.pid != self.process.pid:
            return ""
        return str(found.get("url") or "")
