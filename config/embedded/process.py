"""Child processes: started so that they die with us, stopped with deadlines, recognised later."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
POLL_S = 0.02


@dataclass(frozen=True)
class RunAs:
    """The operating-system user a server program runs as."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Identity:
    """What makes a process *that* process: a pid alone is reused, this is not."""

    pid: int
    started: int  # clock ticks after boot
    exe: str
    boot: str  # boot id and pid namespace: a data folder may move between machines

    @classmethod
    def of(cls, pid: int) -> "Identity | None":
        """Return the identity of a live process; None for none, a zombie, or one we may not see."""
        try:
            # The name in parentheses may itself hold spaces and parentheses.
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            exe = str(Path(f"/proc/{pid}/exe").readlink()).removesuffix(" (deleted)")
        except (OSError, ValueError):
            return None
        if fields[0] in "ZX":
            return None
        return cls(pid, int(fields[19]), exe, _boot())

    @classmethod
    def from_json(cls, data: Any) -> "Identity | None":
        """Read back what ``to_json`` wrote; None for anything else (files get damaged)."""
        try:
            return cls(int(data["pid"]), int(data["started"]), str(data["exe"]), str(data["boot"]))
        except (KeyError, TypeError, ValueError):
            return None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def is_alive(self) -> bool:
        """Tell whether this very process still runs."""
        return Identity.of(self.pid) == self

    def signal(self, signum: signal.Signals) -> None:
        """Signal this very process; a stranger that inherited its pid is left alone."""
        if self.is_alive():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signum)


def _boot() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return "unknown"


def end(identity: Identity, *steps: tuple[signal.Signals, float]) -> bool:
    """Signal a process step by step, waiting the seconds given; tell whether it is gone."""
    for signum, seconds in steps:
        identity.signal(signum)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not identity.is_alive():
                return True
            time.sleep(POLL_S)
    return not identity.is_alive()


def _die_with_parent(signum: signal.Signals) -> Callable[[], None]:
    """Return a preexec function; it runs after setuid, which would clear the setting."""
    parent = os.getpid()
    libc = ctypes.CDLL(None)

    def preexec() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above took effect
            os._exit(1)

    return preexec


@dataclass(frozen=True)
class Program:
    """How to start one child, and how to end it."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    log: Path
    # Signals in order with the seconds each is given; SIGKILL follows by itself.
    stop: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10.0),)
    on_parent_death: signal.Signals = signal.SIGTERM
    run_as: RunAs | None = None
    cwd: Path | None = None
    pass_fds: Sequence[int] = ()
    before_start: Callable[[], None] = field(default=lambda: None)
    # Started again whenever it ends; otherwise only after a failure, and not for ever.
    is_essential: bool = True


class Child:
    """One running program. Start it from the main thread: its death signal hangs on the thread."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.popen: subprocess.Popen[bytes] | None = None
        self.identity: Identity | None = None

    def start(self) -> None:
        program = self.program
        program.before_start()
        as_user: dict[str, Any] = {}
        if program.run_as is not None:
            as_user = {"user": program.run_as.uid, "group": program.run_as.gid, "extra_groups": []}
        with program.log.open("ab") as log:
            self.popen = subprocess.Popen(
                list(program.argv),
                env=dict(program.env),
                cwd=program.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=tuple(program.pass_fds),
                start_new_session=True,  # Ctrl-C is for us; we stop the children in order
                # Safe: nothing here runs threads (and it only makes two system calls).
                preexec_fn=(  # noqa: PLW1509
                    _die_with_parent(program.on_parent_death) if sys.platform == "linux" else None
                ),
                **as_user,
            )
        self.identity = Identity.of(self.popen.pid)

    def exit_code(self) -> int | None:
        """Return how the program ended (negative: by that signal), or None while it runs.

        What the program left behind in its process group is killed first: while the dead
        leader is not yet reaped, nobody else can have that group's number.
        """
        if self.popen is None:
            return 0
        if self.popen.returncode is None and hasattr(os, "waitid"):
            if not _has_exited(self.popen.pid):
                return None
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        return self.popen.poll()

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> bool:
        """End the program; return whether it went by itself, without SIGKILL."""
        if self.popen is None or self.exit_code() is not None:
            return True
        for signum, seconds in self.program.stop:
            with contextlib.suppress(ProcessLookupError):
                self.popen.send_signal(signum)
            deadline = time.monotonic() + seconds
            while time.monotonic() < deadline and not hurry():
                if self.exit_code() is not None:
                    return True
                time.sleep(POLL_S)
        self.kill()
        self.popen.wait()
        return False

    def kill(self) -> None:
        """Kill the program and its process group at once; ``exit_code`` notices the end."""
        if self.popen is not None and self.exit_code() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)


def _has_exited(pid: int) -> bool:
    try:
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, pid, flags) is not None
    except ChildProcessError:
        return True


def describe_exit(code: int) -> str:
    """Say in words how a process ended."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
