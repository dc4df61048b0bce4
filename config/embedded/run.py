"""One run of everything: servers, web, workers, beat and, in the demo, live traffic."""

import http.client
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config import liveness
from config.celery import JOBS_QUEUES, SENDER_QUEUES, WORKER_QUEUES
from config.embedded import home, logs, watchdog
from config.embedded.errors import LaunchError
from config.embedded.folder import Folder
from config.embedded.home import BASE_DIR
from config.embedded.postgres import BULK_OPTIONS
from config.embedded.process import Child, Program
from config.embedded.screen import Screen
from config.embedded.servers import Servers
from config.embedded.supervisor import Supervisor
from config.embedded.watchdog import Watchdog

WEB_LIMIT_S = 90.0
TICK_S = 0.1
LOOK_EVERY_S = 1.0
APPLICATION = ("simulator", "beat", "jobs", "worker", "sender", "web")  # stopped in this order
# Workers by name, and the queues they take from.
WORKERS = {"worker": WORKER_QUEUES, "jobs": JOBS_QUEUES, "sender": SENDER_QUEUES}


@dataclass(frozen=True)
class Options:
    """What a run was asked to be."""

    root: Path
    port: int
    has_demo: bool = True
    dataset: Path | None = None
    rubric: str = ""


class Stop(Exception):
    """Raised to leave the start-up when asked to stop."""


class Run:
    """Starts everything, keeps it running until told to stop, stops everything."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.screen = Screen()
        self.say = self.screen.say
        self.stops = 0  # how often we were asked to
        self.folder = Folder(options.root)
        self.servers = Servers(self.folder, say=self.say, hurry=lambda: self.stops > 0)
        self.supervisor = Supervisor(say=self.say, record=self._record)
        self.watchdogs = {name: self._watchdog(name) for name in WORKERS}
        self.listener: socket.socket | None = None
        self.env: dict[str, str] = {}

    def _watchdog(self, name: str) -> Watchdog:
        return Watchdog(
            self.folder.run / f"{name}-alive",
            limit=watchdog.limit(),
            waits=lambda: watchdog.messages_wait(self.env["REDIS_URL"], WORKERS[name]),
        )

    def execute(self) -> int:
        """Run until stopped; return the exit code."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._asked_to_stop)
        home.make_root(self.options.root)
        if not self.folder.take("run"):
            raise LaunchError(_occupied(self.folder))
        try:
            self._start()
            self._watch()
        except Stop:
            pass
        finally:
            self._stop()
        return 0

    def _asked_to_stop(self, signum: int, _frame: object) -> None:
        self.stops += 1

    # --- Starting -------------------------------------------------------------------------------
    def _start(self) -> None:
        if ended := self.folder.end_leftovers():
            self.say(f"Ended what an earlier start left running: {', '.join(ended)}.")
        self.listener = listen(self.options.port)
        url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        logs.turn_over(self.options.root / "logs")
        self.env = {**os.environ, "PUBLIC_URL": os.environ.get("PUBLIC_URL") or url}
        self.env.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        server_env = self.servers.start()
        self.env |= server_env
        for child in self.servers.children:
            self.supervisor.adopt(child)
        self.folder.publish_env(server_env)
        self._check_stop()
        credentials = self._prepare()
        web = self.supervisor.start(self._web(self.listener.fileno()))
        self._wait_for_web(web, self.listener.getsockname()[1])
        for name in WORKERS:
            self.supervisor.start(self._worker(name))
        schedule = self.options.root / "run" / "beat-schedule"
        self.supervisor.start(self._celery("beat", "beat", "-s", str(schedule), "--pidfile="))
        if self.options.has_demo and _has_command("simulate_product"):
            self.supervisor.start(self._simulator(url))
        self.folder.publish_env(server_env, url)
        self.screen.show_ready(url, self.options.root / "logs", credentials)

    def _check_stop(self) -> None:
        if self.stops:
            raise Stop

    def _prepare(self) -> Any:
        """Set up tables, static files and data; return the demo's credentials."""
        argv = [sys.executable, "-m", "config.embedded.prepare"]
        if self.options.dataset is not None:
            argv += ["--dataset", str(self.options.dataset)]
            if self.options.rubric:
                argv += ["--rubric", self.options.rubric]
        elif self.options.has_demo:
            argv += ["--demo"]
        process = subprocess.Popen(
            argv,
            cwd=BASE_DIR,
            env={**self.env, "PGOPTIONS": self.env.get("PGOPTIONS", BULK_OPTIONS)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            while process.poll() is None:
                self._check_stop()
                time.sleep(0.02)
            answer = process.stdout.read() if process.stdout else b""
        finally:
            if process.poll() is None:
                process.kill()
            process.communicate()
        if process.returncode != 0:
            raise LaunchError("setting up failed; the lines above say why.")
        return json.loads(answer or b"{}").get("credentials")

    def _wait_for_web(self, web: Child, port: int) -> None:
        deadline = time.monotonic() + WEB_LIMIT_S
        while not answers(port):
            self._check_stop()
            if (code := web.exit_code()) is not None:
                raise LaunchError(
                    f"the web server ended with exit code {code}; see {web.program.log}."
                )
            if time.monotonic() > deadline:
                raise LaunchError(f"the web server does not answer; see {web.program.log}.")
            time.sleep(0.02)

    # --- The programs ---------------------------------------------------------------------------
    def _program(
        self,
        name: str,
        argv: tuple[str, ...],
        *,
        env: dict[str, str] | None = None,
        **options: Any,
    ) -> Program:
        return Program(
            name=name,
            argv=(sys.executable, *argv),
            env={**self.env, **(env or {})},
            log=self.options.root / "logs" / f"{name}.log",
            cwd=BASE_DIR,
            **options,
        )

    def _web(self, listener: int) -> Program:
        # It gets our open socket: while it restarts, requests wait instead of being refused.
        argv = ("-m", "gunicorn", "config.wsgi", "--bind", f"fd://{listener}", *WEB_OPTIONS)
        return self._program(
            "web",
            argv,
            pass_fds=(listener,),
            stop=((signal.SIGTERM, 15.0), (signal.SIGQUIT, 3.0)),
            on_parent_death=signal.SIGQUIT,
        )

    def _worker(self, name: str) -> Program:
        return self._celery(
            name,
            "worker",
            *WORKER_OPTIONS,
            *("--hostname", f"{name}@%h", "--queues", ",".join(WORKERS[name])),
            quick=signal.SIGQUIT,
            env={liveness.VARIABLE: str(self.watchdogs[name].sign)},
        )

    def _celery(
        self,
        name: str,
        *words: str,
        quick: signal.Signals = signal.SIGTERM,
        env: dict[str, str] | None = None,
    ) -> Program:
        level = self.env.get("LOG_LEVEL", "INFO")
        return self._program(
            name,
            ("-m", "celery", "-A", "config", words[0], "--loglevel", level, *words[1:]),
            env=env,
            # SIGTERM lets a task finish; SIGQUIT hands it back to the queue.
            stop=((signal.SIGTERM, 20.0), (quick, 3.0)),
            on_parent_death=quick,
        )

    def _simulator(self, url: str) -> Program:
        return self._program(
            "simulator",
            ("manage.py", "simulate_product", "--url", url),
            stop=((signal.SIGTERM, 3.0),),
            is_essential=False,
        )

    # --- Running and stopping -------------------------------------------------------------------
    def _watch(self) -> None:
        watch = logs.Watch(self.say)
        looked_at = 0.0
        while not self.stops:
            self.supervisor.tick()
            if time.monotonic() - looked_at > LOOK_EVERY_S:
                looked_at = time.monotonic()
                for child in self.supervisor.children:
                    if child.program.name in APPLICATION:
                        watch.look(child.program.log)
                    if child.program.name in WORKERS:
                        self._revive(child)
            time.sleep(TICK_S)

    def _revive(self, worker: Child) -> None:
        """Kill a worker that does not listen any more; the supervisor starts it again."""
        name = worker.program.name
        dog = self.watchdogs[name]
        if worker.exit_code() is None and dog.is_deaf(worker, time.monotonic()):
            self.say(
                f"{name} has received nothing for {dog.limit:g} s while messages wait; killing it."
            )
            worker.kill()

    def _record(self) -> None:
        self.folder.write_pids({c.program.name: c.identity for c in self.supervisor.children})

    def _stop(self) -> None:
        if self.stops:
            self.say("Stopping ...")
        asked = self.stops  # asked once more while stopping: no more patience
        self.supervisor.stop(APPLICATION, hurry=lambda: self.stops > asked)
        if self.listener is not None:
            self.listener.close()
        self.servers.stop()
        self.folder.release()
        if self.stops:
            self.say("Stopped.")


WEB_OPTIONS = (
    *("--worker-class", "gthread", "--workers", "2", "--threads", "4"),
    # Loaded once and forked: a worker that was killed is back at once, the whole in half the time.
    *("--graceful-timeout", "10", "--no-control-socket", "--preload"),
)
WORKER_OPTIONS = (
    *("--concurrency", "1", "--pool", "prefork"),
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)


def _occupied(folder: Folder) -> str:
    where = folder.run.parent
    if url := folder.live_url():
        return (
            f"it is already running at {url} (pid {folder.owner().get('pid')}, data in {where}). "
            "Stop that one with Ctrl-C, or set DATA_DIR and PORT to run a second."
        )
    owner = folder.owner()
    return (
        f"process {owner.get('pid', 'unknown')} ('{owner.get('what', 'run')}') is using {where} "
        "or just starting there. Wait for it, stop it, or set DATA_DIR."
    )


def _has_command(name: str) -> bool:
    """Tell whether an application brings a management command, without loading Django."""
    return any(BASE_DIR.glob(f"*/management/commands/{name}.py"))


def listen(port: int) -> socket.socket:
    """Open the web's socket, so that nobody takes the port between the check and the use."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        # Accepted connections inherit these. Without them eight clients that stop in the middle
        # of a request would hold all eight threads for ever.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 10, 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", 30, 0))
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise LaunchError(
            f"port {port} cannot be used ({error.strerror}). Stop what uses it, or choose "
            f"another: make run PORT={port + 1 if 0 < port < 65535 else 8001}"
        ) from error
    return listener


def answers(port: int) -> bool:
    """Tell whether the web server answers at all; any status will do."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/livez")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
