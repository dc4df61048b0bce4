"""Pytest plugin: a database and a Redis for the session, before Django reads its settings.

Loaded by ``-p tests.servers`` (pyproject.toml). Each process that runs tests has its own throw-away
servers: sessions can run at the same time, and with ``-n 2`` no test meets the transactions of the
other process. DATABASE_URL and REDIS_URL, when set, are used instead, by one process then.
"""

import atexit
import fcntl
import os
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from config.embedded import home
from config.embedded.errors import LaunchError
from config.embedded.folder import Folder
from config.embedded.servers import Servers
from tests import clusters

TEST_ROOT = home.BASE_DIR / ".data" / "test"
STALE_S = 3600
CHROMIUM = Path("/usr/bin/chromium")

# Repeatable by default; HYPOTHESIS_PROFILE=explore looks for new counterexamples.
hypothesis_settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))


# What the process that only hands out the tests says to those that run them.
NOWHERE = "postgres://nobody@127.0.0.1:1/none"


class _Session:
    """The servers of this test session, if it needed any."""

    def __init__(self) -> None:
        self.servers: Servers | None = None
        self.root: Path | None = None
        self.has_database = False

    def start(self) -> None:
        """Start servers whose database is migrated, and let the environment lead to them."""
        self._make_root("session")
        if not os.environ.get("DATABASE_URL"):
            clusters.copy_into(self._data(), make=_make_cluster)
            self.has_database = True
        os.environ.update(self._start_servers())

    def make_cluster(self, place: Path) -> None:
        """Make a cluster, migrate its database and leave it, stopped, at ``place``."""
        self._make_root("cluster")
        data = self._data()
        clusters.migrate(self._start_servers())
        self._stop_servers()
        clusters.copy(data, place)

    def _make_root(self, kind: str) -> None:
        # In case pytest never reaches its end. Killed outright, we take the servers with us.
        atexit.register(self.stop)
        self.root = new_root(kind)

    def _data(self) -> Path:
        """Where PostgreSQL is going to keep its data."""
        assert self.root is not None
        places = home.prepare(self.root)
        home.drop_sockets(places.sockets)  # the servers make their own
        return places.state / "postgres"

    def _start_servers(self) -> dict[str, str]:
        assert self.root is not None
        folder = Folder(self.root)
        folder.take("pytest")
        self.servers = Servers(folder, say=_quiet, is_durable=False)
        return self.servers.start()

    def _stop_servers(self) -> None:
        if self.servers is not None:
            self.servers.stop()
            self.servers.folder.release()
            self.servers = None

    def stop(self) -> None:
        self._stop_servers()
        if self.root is not None:
            home.remove(self.root)
            self.root = None


def _make_cluster(place: Path) -> None:
    maker = _Session()
    try:
        maker.make_cluster(place)
    finally:
        maker.stop()


_session = _Session()


def has_made_database() -> bool:
    """Whether the tests' database was made here, and is migrated already."""
    return _session.has_database


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start before pytest-django loads the settings."""
    os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "x" * 50)
    options = early_config.known_args_namespace
    if options.help or options.version:
        return
    if os.environ.get("DATABASE_URL") == NOWHERE:
        del os.environ["DATABASE_URL"]
    elif options.numprocesses and not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = NOWHERE
        return
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    try:
        _session.start()
    except LaunchError as error:
        _session.stop()
        raise pytest.UsageError(f"No database for the tests: {error}") from error


def pytest_configure(config: pytest.Config) -> None:
    """One process for a server that was given: some tests wait for all of its transactions."""
    if os.environ.get("DATABASE_URL") != NOWHERE and config.getoption("dist", "no") != "no":
        config.option.dist, config.option.tx = "no", []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser."""
    if not CHROMIUM.exists():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=f"no {CHROMIUM}"))


def pytest_unconfigure() -> None:
    """Stop what was started."""
    _session.stop()


def new_root(kind: str) -> Path:
    """Make a throw-away data folder; folders of sessions that died long ago are removed."""
    home.make_folders(TEST_ROOT)
    with (TEST_ROOT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for old in TEST_ROOT.glob("*-*"):
            if time.time() - old.stat().st_mtime > STALE_S:
                _remove_if_unused(old)
        root = Path(tempfile.mkdtemp(dir=TEST_ROOT, prefix=f"{kind}-"))
        root.chmod(TEST_ROOT.stat().st_mode & 0o777)
        home.make_root(root)
    return root


def _remove_if_unused(root: Path) -> None:
    if (root / "run").is_dir():
        folder = Folder(root)
        if not folder.take("clean-up"):
            return
        folder.end_leftovers()
        folder.release()
    home.remove(root)


def _quiet(text: str) -> None:
    if "private folder" in text:
        sys.stderr.write(f"{text}\n")
