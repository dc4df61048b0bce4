"""How much memory a piece of work takes: of our process, and of all of PostgreSQL's."""

import resource
import threading
from pathlib import Path
from types import TracebackType

from django.db import connection

EVERY_S = 0.5


def own_peak_mib() -> float:
    """The most that this process has ever had in memory. Ask in a process of its own."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class ServerMemory:
    """Samples the memory of the server's processes while the ``with`` block runs.

    Shared pages are counted once (PSS), so shared buffers are in it, as far as they were touched.
    """

    def __init__(self) -> None:
        self.peak_mib = 0.0
        self._postmaster = _postmaster()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "ServerMemory":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while True:
            processes = [self._postmaster, *_children(self._postmaster)]
            self.peak_mib = max(self.peak_mib, sum(map(_pss_mib, processes)))
            if self._stop.wait(EVERY_S):
                return


def _postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = cursor.fetchone()
    assert row is not None
    # The name in parentheses may hold anything; what follows it is regular.
    fields = Path(f"/proc/{row[0]}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])


def _children(process: int) -> list[int]:
    try:
        listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(child) for child in listed.split()]


def _pss_mib(process: int) -> float:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended meanwhile
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
