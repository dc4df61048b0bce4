"""Who uses a data folder: the lock, the pids it started, and what others need to join in."""

import contextlib
import fcntl
import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from config.embedded.errors import LaunchError
from config.embedded.process import Identity, end

JOIN_WAIT_S = 60.0
# What is left of our own processes is nothing to be patient with: unfinished work is found again
# in the database. PostgreSQL is given the time for a clean stop; it was told when its parent died.
LEFTOVER_STEPS = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0))
POSTGRES_STEPS = ((signal.SIGINT, 60.0), (signal.SIGKILL, 5.0))


class Folder:
    """The ``run`` folder of a data folder, and our hold on it."""

    def __init__(self, root: Path) -> None:
        self.run = root / "run"
        self._lock: int | None = None
        self._user_lock: int | None = None

    # --- One owner ------------------------------------------------------------------------------
    def take(self, what: str) -> bool:
        """Become the owner. False when another live process is: the kernel holds the lock."""
        lock = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._lock = lock
        self.forget_env()
        me = Identity.of(os.getpid())
        write_json(
            self.run / "owner.json",
            {"what": what, "pid": os.getpid(), "identity": me.to_json() if me else None},
        )
        return True

    def release(self) -> None:
        """Leave the folder to the next one."""
        if self._lock is not None:
            self.forget_env()
            for name in ("pids.json", "owner.json"):
                (self.run / name).unlink(missing_ok=True)
            self._hand_back()
            os.close(self._lock)
            self._lock = None

    def _hand_back(self) -> None:
        """As root in an ordinary user's folder, leave them nothing they cannot open again."""
        root = self.run.parent
        found = root.stat()
        if os.geteuid() == 0 and found.st_uid != 0:
            for path in (*root.glob("*"), *self.run.glob("*"), *(root / "logs").glob("*")):
                if path.lstat().st_uid == 0:
                    os.chown(path, found.st_uid, found.st_gid, follow_symlinks=False)

    def owner(self) -> dict[str, Any]:
        """Return what the owner wrote about itself; empty when unreadable."""
        return read_json(self.run / "owner.json")

    # --- What we started ------------------------------------------------------------------------
    def write_pids(self, children: Mapping[str, Identity | None]) -> None:
        """Record the children, so that tests can find them and the next start can clean up."""
        write_json(
            self.run / "pids.json",
            {name: child.to_json() for name, child in children.items() if child is not None},
        )

    def end_leftovers(self) -> list[str]:
        """End what a killed owner left running; return the names. Strangers are never touched."""
        ended = []
        # The reverse of the order they were started in: databases last.
        for name, entry in reversed(read_json(self.run / "pids.json").items()):
            identity = Identity.from_json(entry)
            if identity is not None and identity.is_alive():
                if not end(identity, *(POSTGRES_STEPS if name == "postgres" else LEFTOVER_STEPS)):
                    raise LaunchError(
                        f"Process {identity.pid} ({name}) of an earlier start does not end. "
                        "Stop it, then start again."
                    )
                ended.append(name)
        (self.run / "pids.json").unlink(missing_ok=True)
        return ended

    # --- Joining in -----------------------------------------------------------------------------
    def publish_env(self, env: Mapping[str, str], url: str | None = None) -> None:
        """Tell other commands how to reach the servers (readable by us only: it has the key)."""
        me = Identity.of(os.getpid())
        write_json(
            self.run / "env.json",
            {"owner": me.to_json() if me else None, "url": url, "env": dict(env)},
        )

    def forget_env(self) -> None:
        (self.run / "env.json").unlink(missing_ok=True)

    def live_env(self) -> dict[str, str] | None:
        """Return the environment of the running owner, or None when there is none."""
        found = read_json(self.run / "env.json")
        owner = Identity.from_json(found.get("owner"))
        env = found.get("env")
        if owner is None or not owner.is_alive() or not isinstance(env, dict):
            return None
        return {str(key): str(value) for key, value in env.items()}

    def live_url(self) -> str | None:
        """Return the web address of the running owner, if it serves one."""
        url = read_json(self.run / "env.json").get("url")
        return str(url) if url and self.live_env() is not None else None

    def join(self) -> dict[str, str]:
        """Wait for the owner's servers and mark ourselves as a user of them."""
        self._mark_user()
        deadline = time.monotonic() + JOIN_WAIT_S
        while (env := self.live_env()) is None:
            if time.monotonic() > deadline:
                raise LaunchError(
                    f"Another process (pid {self.owner().get('pid', 'unknown')}) holds "
                    f"{self.run.parent} but its servers do not come up. Stop it and try again."
                )
            time.sleep(0.1)
        return env

    def _mark_user(self) -> None:
        self._user_lock = os.open(self.run / "users", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._user_lock, fcntl.LOCK_SH)
        os.set_inheritable(self._user_lock, True)  # held by the command we turn into

    def wait_for_users(self, *, hurry: Callable[[], bool]) -> None:
        """Wait until the commands that joined us are done, or we are told to stop."""
        lock = os.open(self.run / "users", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not hurry():
                with contextlib.suppress(BlockingIOError):
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                time.sleep(0.1)
        finally:
            os.close(lock)


def write_json(path: Path, data: Any) -> None:
    """Replace a file in one step: a reader never sees half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600
    with os.fdopen(handle, "w") as file:
        json.dump(data, file)
    Path(name).replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read a file of ours; damaged, empty or missing reads as empty."""
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}
