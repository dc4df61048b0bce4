"""Bring database, static files and demo workspace up to date, in one Django process.

Run by the launcher as ``python -m config.embedded.prepare``; a Django start costs a second, so
this is one instead of four. People read stderr; the launcher reads the JSON on stdout.
"""

import argparse
import fcntl
import hashlib
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, get_commands
from django.db import OperationalError


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--dataset")
    parser.add_argument("--rubric")
    arguments = parser.parse_args()
    answer = os.fdopen(os.dup(1), "w")
    sys.stdout = sys.stderr  # what commands print is for people
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        _migrate()
        _collect_static()
        if arguments.dataset:
            rubric = arguments.rubric or _shipped_rubric(Path(arguments.dataset))
            call_command("load_dataset", arguments.dataset, rubric=rubric, with_staff=True)
        elif arguments.demo and "load_demo" in get_commands():
            call_command("load_demo")
    except (CommandError, ImproperlyConfigured) as error:
        _say(str(error))
        return 1
    except OperationalError as error:
        _say(f"Cannot use the database: {' '.join(str(error).split())}")
        return 1
    except OSError as error:
        _say(f"Cannot set up: {error}")
        return 1
    wants_credentials = arguments.demo or arguments.dataset
    json.dump({"credentials": _credentials() if wants_credentials else None}, answer)
    answer.close()
    return 0


def _shipped_rubric(dataset: Path) -> str | None:
    """The example rubric made for a data set of this name, if there is one."""
    found = Path(__file__).parents[2] / "docs" / "examples" / f"{dataset.name}.yaml"
    if found.is_file():
        return str(found)
    _say(
        "No rubric: leads are loaded but not scored. Name one with RUBRIC=file or RUBRIC=standard."
    )
    return None


def _say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


def _migrate() -> None:
    """Run migrations when there are any; the question alone costs a tenth of the command."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        _say("Setting up the tables ...")
        call_command("migrate", interactive=False, verbosity=0)


def _collect_static() -> None:
    """Collect static files when any has changed since the last time."""
    from django.conf import settings

    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    # Two starts at once (a test's stack beside a running one) share the folder: one waits.
    with (root / ".collected").open("a+") as stamp:
        fcntl.flock(stamp, fcntl.LOCK_EX)
        stamp.seek(0)
        current = _static_fingerprint()
        if stamp.read() == current:
            return
        _say("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.truncate(0)
        stamp.write(current)


def _static_fingerprint() -> str:
    """Digest every static file's name, size and time of change."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _credentials() -> Any:
    """Ask for the demo sign-ins; the start screen does without when there are none."""
    if "demo_credentials" not in get_commands():
        return None
    out = io.StringIO()
    try:
        call_command("demo_credentials", "--json", stdout=out)
        return json.loads(out.getvalue())
    except (CommandError, ValueError):
        return None


if __name__ == "__main__":
    sys.exit(main())
