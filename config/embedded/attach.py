"""Let a plain ``manage.py`` find the servers of the ``make run`` beside it."""

import os
import sys

import environ

from config.embedded import home
from config.embedded.folder import Folder
from config.embedded.postgres import BULK_OPTIONS

HOW = (
    "There is no database: start `make run` in another terminal first, run this through\n"
    "`make manage ARGS=...`, or set DATABASE_URL (docs/settings.md).\n"
)


def attach() -> None:
    """Fill DATABASE_URL, REDIS_URL and SECRET_KEY in from the running servers, unless given."""
    if (home.BASE_DIR / ".env").is_file():
        environ.Env.read_env(home.BASE_DIR / ".env")
    if os.environ.get("DATABASE_URL"):
        return
    env = Folder(home.data_dir()).live_env()
    if env is None:
        sys.stderr.write(HOW)
        sys.exit(1)
    for name, value in env.items():
        os.environ[name] = os.environ.get(name) or value
    os.environ.setdefault("PGOPTIONS", BULK_OPTIONS)
