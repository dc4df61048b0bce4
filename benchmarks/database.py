"""A throw-away database of our own, as durable as in production, for benchmarks without HTTP."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

import django

from config.embedded import home
from config.embedded.errors import LaunchError
from config.embedded.folder import Folder
from config.embedded.servers import Servers
from tests.servers import new_root

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def own_database() -> Iterator[None]:
    """Start servers, set Django up on them and make the tables; stop and remove all at the end."""
    root = new_root("benchmark")
    try:
        with kept_database(root):
            yield
    finally:
        home.remove(root)


@contextmanager
def kept_database(root: Path) -> Iterator[None]:
    """The same on the data folder ``root``, which stays.

    Raises:
        LaunchError: another process has it open.
    """
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    folder = hold_folder(root)
    servers = Servers(folder, say=print)
    try:
        os.environ.update(servers.start())
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        _migrate()
        yield
    finally:
        servers.stop()
        folder.release()


def hold_folder(root: Path) -> Folder:
    """Own a data folder; servers that a killed run left there are ended.

    Raises:
        LaunchError: another process owns it.
    """
    folder = Folder(root)
    if not folder.take("benchmark"):
        raise LaunchError(f"{root} is in use by process {folder.owner().get('pid', 'unknown')}.")
    folder.end_leftovers()
    return folder


def _migrate() -> None:
    """Make the tables, or bring those of a kept database up to date."""
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes with Django set up on the same database, ready before the block begins."""
    pool = ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=django.setup
    )
    with pool:
        # Each call sleeps a little, so that none of the processes takes two of them.
        list(pool.map(_get_ready, [0.2] * count))
        yield pool


def in_child(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do the work in a process of its own: its memory is its own, and given back."""
    with workers(1) as pool:
        return pool.submit(work, *args, **kwargs).result()


def _get_ready(seconds: float) -> None:
    from django.db import connection

    connection.ensure_connection()
    time.sleep(seconds)
