"""What a benchmark hands on: rows of a table, printed at once and kept as JSON for the report."""

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.embedded import programs

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".data" / "benchmarks"


@dataclass(frozen=True)
class Row:
    """One figure in words; ``is_met`` only where there is a goal."""

    what: str
    figure: str
    goal: str = ""
    is_met: bool | None = None


def keep(name: str, title: str, rows: Sequence[Row], *, notes: Sequence[str] = ()) -> None:
    """Print the rows and keep them for ``python -m benchmarks.report``."""
    for row in rows:
        verdict = {True: "  met", False: "  MISSED", None: ""}[row.is_met]
        print(f"{row.what:64} {row.figure:>24}  {row.goal}{verdict}", flush=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    content = {
        "title": title,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rows": [asdict(row) for row in rows],
        "notes": list(notes),
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n")


def machine() -> dict[str, str]:
    """Say what it was measured on."""
    import django
    import psycopg

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "size": f"{os.cpu_count()} cores, {memory:.0f} GiB",
        "load": f"{os.getloadavg()[0]:.1f}",
        "python": platform.python_version(),
        "django": django.get_version(),
        "psycopg": psycopg.__version__,
        "postgres": _postgres_version(),
    }


def _postgres_version() -> str:
    """Ask the embedded server's program, which all benchmarks run on."""
    program = programs.find(None, FOLDER)[0]
    told = subprocess.run([program / "postgres", "--version"], capture_output=True, check=True)
    return told.stdout.decode().split()[2]


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(round(share * len(ordered)), len(ordered) - 1)]


def spread_ms(seconds: Sequence[float]) -> str:
    """Median, 95th and 99th percentile in milliseconds."""
    shares = (0.50, 0.95, 0.99)
    return " / ".join(f"{1000 * percentile(seconds, share):,.0f}" for share in shares) + " ms"
