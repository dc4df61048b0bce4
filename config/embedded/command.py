"""Run one command with the servers at hand: ours, or those of whoever already runs here."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from config.embedded import home, logs, programs
from config.embedded.errors import LaunchError
from config.embedded.folder import Folder
from config.embedded.postgres import BULK_OPTIONS
from config.embedded.secret import secret_key
from config.embedded.servers import Servers

GIVEN = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")


def execute(root: Path, words: Sequence[str]) -> int:
    """Run the command and return its exit code."""
    if shutil.which(words[0]) is None:
        raise LaunchError(f"there is no command '{words[0]}'.")
    home.make_root(root)
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        _become(words, {"SECRET_KEY": secret_key(root)})
    folder = Folder(root)
    if not folder.take(f"exec {words[0]}"):
        _become(words, folder.join())
    return _Owner(folder).run(words)


def _become(words: Sequence[str], env: dict[str, str]) -> NoReturn:
    os.execvpe(words[0], list(words), environment(env))


def environment(env: dict[str, str]) -> dict[str, str]:
    """Return our environment with what it lacks; commands may be bulk work, so no idle limit."""
    given = {name: os.environ[name] for name in GIVEN if os.environ.get(name)}
    return {"PGOPTIONS": BULK_OPTIONS, **os.environ, **env, **given, "PATH": _path()}


def _path() -> str:
    """Put psql and pg_dump of the embedded version first: older ones refuse a newer server."""
    with contextlib.suppress(LaunchError):
        if install := programs.installed_postgres():
            return f"{install / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return os.environ.get("PATH", os.defpath)


class _Owner:
    """Runs the command beside servers of its own."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.stops = 0
        self.process: subprocess.Popen[bytes] | None = None
        self.servers = Servers(folder, say=_say, hurry=lambda: self.stops > 0)

    def run(self, words: Sequence[str]) -> int:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._on_signal)
        try:
            self.folder.end_leftovers()
            logs.turn_over(self.folder.run.parent / "logs")
            env = self.servers.start()
            self.folder.publish_env(env)
            if self.stops:
                return 128 + signal.SIGINT
            # In our own process group: the terminal (a shell, a debugger) is the command's.
            self.process = subprocess.Popen(list(words), env=environment(env))
            code = self.process.wait()
            self.stops = 0
            self.folder.wait_for_users(hurry=lambda: self.stops > 0)
        finally:
            self.servers.stop()
            self.folder.release()
        return code if code >= 0 else 128 - code

    def _on_signal(self, signum: int, _frame: object) -> None:
        self.stops += 1
        # The terminal sends Ctrl-C to the command as well; anything else came to us alone.
        if signum != signal.SIGINT and self.process is not None:
            self.process.send_signal(signum)


def _say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")
