"""Databases full of leads and hits: filled for one run, or beforehand and kept.

    python -m benchmarks.filled --leads 1000000 [--hits-per-lead 50]

Filling takes long and needs no quiet machine; measuring does. What stands in
``.data/benchmarks/filled-1000000x50/`` is used by every later benchmark of that size.
"""

import argparse
import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.database import hold_folder, kept_database, own_database
from benchmarks.results import FOLDER
from config.embedded import home

HITS_PER_LEAD = 50


@dataclass(frozen=True, slots=True)
class Filled:
    """A full database that is open: the version that scores it, and when its made-up life ends."""

    version_id: int
    ends_at: datetime
    opened: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The present of its leads: it goes on where their life ended, however long ago."""
        return self.ends_at + timedelta(seconds=time.monotonic() - self.opened)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--hits-per-lead", type=int, default=HITS_PER_LEAD)
    arguments = parser.parse_args()
    root = folder_of(arguments.leads, arguments.hits_per_lead)
    if _mark(root).is_file():
        print(f"{root} is filled already; delete it to fill it anew")
        return
    _make_empty(root)
    started = time.monotonic()
    with kept_database(root):
        made = _fill(arguments.leads, arguments.hits_per_lead)
    _mark(root).write_text(json.dumps({"version": made.version_id, "at": made.ends_at.isoformat()}))
    free = shutil.disk_usage(root).free / 2**30
    print(f"{root} is filled, in {time.monotonic() - started:.0f} s; {free:.0f} GiB are free")


def _make_empty(root: Path) -> None:
    """An empty data folder; what an interrupted run left there goes.

    Raises:
        LaunchError: it is being filled at the moment.
    """
    home.make_folders(root)
    home.make_root(root)
    hold_folder(root).release()
    home.remove(root)
    home.make_folders(root)
    home.make_root(root)


@contextmanager
def filled(leads: int, hits_per_lead: int = HITS_PER_LEAD) -> Iterator[Filled]:
    """Open a database of that size, without scores: the kept one if there is one, else a new one
    that goes when the block ends."""
    mark = _mark(folder_of(leads, hits_per_lead))
    if not mark.is_file():
        with own_database():
            yield _fill(leads, hits_per_lead)
        return
    told = json.loads(mark.read_text())
    with kept_database(mark.parent):
        _empty()
        yield Filled(told["version"], datetime.fromisoformat(told["at"]))


def folder_of(leads: int, hits_per_lead: int) -> Path:
    """Where a database of that size is kept."""
    return FOLDER / f"filled-{leads}x{hits_per_lead}"


def _mark(root: Path) -> Path:
    """Written last: a folder without it was not filled to the end, and is not used."""
    return root / "filled.json"


def _fill(leads: int, hits_per_lead: int) -> Filled:
    from benchmarks.fill import fill

    version = fill(leads, hits_per_lead)
    version.refresh_from_db()
    assert version.published_at is not None
    return Filled(version.pk, version.published_at)


def _empty() -> None:
    """Take away what earlier benchmarks found out: the facts alone stay."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'benchmark\\_%'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TABLE {table}")
        cursor.execute(
            "TRUNCATE rubrics_score, rubrics_scorechange, rubrics_nextscore, leads_leadchange,"
            " rubrics_accountscore, rubrics_preview, rubrics_backtest, rubrics_dataaudit CASCADE"
        )
        cursor.execute("VACUUM (ANALYZE)")


if __name__ == "__main__":
    main()
