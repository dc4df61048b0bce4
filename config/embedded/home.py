"""Where the embedded servers live: their data, sockets, programs and operating-system user.

PostgreSQL refuses to run as root, and a checkout under a private folder cannot be entered by
anyone else. Permissions of folders that are not ours are never changed; instead everything the
servers touch moves to ``/var/lib`` in that case (docs/adr/0001).
"""

import contextlib
import hashlib
import os
import pwd
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from config.embedded import programs
from config.embedded.access import can_enter, check_ours, make_folder, make_passable
from config.embedded.errors import LaunchError
from config.embedded.process import RunAs

BASE_DIR = Path(__file__).resolve().parent.parent.parent
SERVER_USER = "nobody"  # used when we are root; exists everywhere, owns nothing
STATE_ROOT = Path("/var/lib")
TMP = Path("/tmp")  # noqa: S108 - short, unlike many a TMPDIR; only private folders made in it
MAX_SOCKET_PATH = 100  # the kernel allows 107 bytes on Linux, 103 on macOS
SOCKET_NAME = "/.s.PGSQL.5432"
# Characters that go through every URL parser on the way (Django, libpq, redis-py, kombu).
PLAIN_PATH = re.compile(r"[A-Za-z0-9._/-]+")


@dataclass(frozen=True)
class Home:
    """The places of one data folder."""

    root: Path  # ours: logs, run, secret key
    state: Path  # the servers': postgres/, redis/
    sockets: Path
    postgres_bin: Path
    redis_server: Path
    run_as: RunAs | None  # None: as ourselves
    notice: str | None  # one line for the person, when something is not where they expect it

    @property
    def logs(self) -> Path:
        return self.root / "logs"


def data_dir(override: str | None = None) -> Path:
    """Return the data folder: the argument, ``DATA_DIR``, or ``.data`` in the project."""
    chosen = override or os.environ.get("DATA_DIR")
    return Path(chosen).expanduser().absolute() if chosen else BASE_DIR / ".data"


def make_root(root: Path) -> None:
    """Create the data folder and our own folders in it, or say in one line why not."""
    try:
        make_folders(root)
        for name in ("run", "logs"):
            (root / name).mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=root / "run"):
            pass
    except OSError as error:
        raise LaunchError(
            f"Cannot write to the data folder {root}: {error.strerror}. "
            "Set DATA_DIR to a folder you can write to."
        ) from error


def make_folders(folder: Path) -> None:
    """Create a folder and its parents for ourselves, and as root for the server user to pass."""
    for path in reversed([folder, *folder.parents]):
        if not path.exists():
            make_folder(path, 0o711 if os.geteuid() == 0 else 0o700)


def prepare(root: Path) -> Home:
    """Decide and create the places for the data folder ``root`` (made by ``make_root``)."""
    run_as = _server_user(root)
    state = _state(root, run_as)
    for name in ("postgres", "redis"):
        _own_folder(state / name, run_as)
    postgres, redis_server = programs.find(run_as, _state_home())
    notice = None
    if run_as is not None and _state_home() in (*state.parents, *postgres.parents):
        notice = (
            f"Running as root in a private folder: the servers run as user '{run_as.name}' and "
            f"keep what they need in {_state_home()}."
        )
    sockets = _sockets(state, run_as)
    return Home(root, state, sockets, postgres, redis_server, run_as, notice)


def remove(root: Path) -> None:
    """Delete a data folder and what ``prepare`` put elsewhere for it. For throw-away folders."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.rmtree(_state_for(root), ignore_errors=True)


def drop_sockets(sockets: Path) -> None:
    """Remove a private socket folder under /tmp, if it is one of ours."""
    if sockets.parent == TMP and sockets.name.startswith("ripeline-"):
        with contextlib.suppress(OSError):
            if stat.S_ISDIR(sockets.lstat().st_mode):
                shutil.rmtree(sockets, ignore_errors=True)


def _server_user(root: Path) -> RunAs | None:
    """Return the user for the servers: nobody else than us, unless we are root."""
    if os.geteuid() != 0:
        try:
            pwd.getpwuid(os.geteuid())
        except KeyError:
            raise LaunchError(
                f"User id {os.geteuid()} has no name on this machine and PostgreSQL wants one. "
                "Add it to /etc/passwd, or set DATABASE_URL and REDIS_URL."
            ) from None
        return None
    existing = root / "postgres"
    if existing.is_dir() and existing.stat().st_uid != 0:
        entry = pwd.getpwuid(existing.stat().st_uid)  # made by an ordinary user: stays theirs
    else:
        try:
            entry = pwd.getpwnam(SERVER_USER)
        except KeyError:
            raise LaunchError(
                f"PostgreSQL cannot run as root and there is no user '{SERVER_USER}'. "
                "Start as an ordinary user, or set DATABASE_URL and REDIS_URL."
            ) from None
    return RunAs(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _state(root: Path, run_as: RunAs | None) -> Path:
    if run_as is None or can_enter(root, run_as):
        return root
    if (root / "postgres" / "PG_VERSION").exists():
        raise LaunchError(
            f"User '{run_as.name}' owns the database in {root} and cannot reach it any more: a "
            "folder above it has become private. Open that folder (chmod o+x) or move the project."
        )
    state = _state_for(root)
    for folder in (_state_home(), state):
        make_passable(folder)
    return state


def _state_home() -> Path:
    return STATE_ROOT / f"ripeline-{_short_hash(BASE_DIR)}"


def _state_for(root: Path) -> Path:
    return _state_home() / f"data-{_short_hash(root)}"


def _short_hash(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]


def _own_folder(folder: Path, run_as: RunAs | None) -> None:
    """Create a private folder that belongs to the server user."""
    try:
        if not folder.exists():
            folder.mkdir(mode=0o700)
            if run_as is not None:
                os.chown(folder, run_as.uid, run_as.gid, follow_symlinks=False)
        check_ours(folder, run_as.uid if run_as else os.geteuid())
    except OSError as error:
        raise LaunchError(f"Cannot create {folder}: {error.strerror}.") from error


def _sockets(state: Path, run_as: RunAs | None) -> Path:
    """Return a 0700 folder for the sockets, short and plain enough to be one's address."""
    folder = state / "sockets"
    name = str(folder)
    if len(os.fsencode(name + SOCKET_NAME)) <= MAX_SOCKET_PATH and PLAIN_PATH.fullmatch(name):
        _own_folder(folder, run_as)
        return folder
    folder = Path(tempfile.mkdtemp(prefix="ripeline-", dir=TMP))  # 0700 and new: nobody planted it
    if run_as is not None:
        os.chown(folder, run_as.uid, run_as.gid, follow_symlinks=False)
    return folder
