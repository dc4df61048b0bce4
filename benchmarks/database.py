"""A throw-away database of our own, as durable as in production, for benchmarks without HTTP."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django

from config.embedded import home
from config.embedded.folder import Folder
from config.embedded.servers import Servers
from tests.servers import new_root


@contextmanager
def own_database() -> Iterator[None]:
    """Start servers, set Django up on them and make the tables; stop and remove all at the end."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    root = new_root("benchmark")
    folder = Folder(root)
    folder.take("benchmark")
    servers = Servers(folder, say=print)
    try:
        os.environ.update(servers.start())
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        yield
    finally:
        servers.stop()
        folder.release()
        home.remove(root)
