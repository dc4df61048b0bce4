"""The same rows in DuckDB's memory, and one statement over them: ``columnar.sql``."""

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from django.db import connection
from psycopg import sql

from benchmarks.baselines.nightly import values
from benchmarks.baselines.results import Task, store
from benchmarks.results import FOLDER

TABLE = "benchmark_columnar"
STATEMENT = (Path(__file__).parent / "columnar.sql").read_text()
COLUMNS = {
    "hits": "lead_id BIGINT, signal_id INTEGER, occurred_at TIMESTAMPTZ, number DOUBLE,"
    " value_key BIGINT, session_key BIGINT",
    "trials": "lead_id BIGINT, started_at TIMESTAMPTZ",
    "leads": "lead_id BIGINT, account_id BIGINT, attributes JSON",
    "accounts": "account_id BIGINT, attributes JSON",
}
SOURCES = {
    "hits": "SELECT lead_id, signal_id, occurred_at, number, value_key, session_key FROM leads_hit",
    "trials": "SELECT lead_id, started_at FROM leads_trial WHERE product_id = {product}",
    "leads": "SELECT id, account_id, attributes FROM leads_lead",
    "accounts": "SELECT id, attributes FROM leads_account",
}


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: to bring the rows over, and of the statement (the best of three)."""

    load: float
    query: float


def run(task: Task) -> Times:
    """Load, query, and store the results for comparison (not timed)."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as memory, tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        memory.execute("SET TimeZone = 'UTC'")
        started = time.perf_counter()
        for name in COLUMNS:
            _load(memory, name, Path(folder) / f"{name}.csv", task)
        loaded = time.perf_counter() - started
        wanted = _values(task)
        taken = []
        for _ in range(3):
            started = time.perf_counter()
            memory.execute("CREATE OR REPLACE TABLE scores AS " + STATEMENT, wanted)
            taken.append(time.perf_counter() - started)
        store(TABLE, memory.execute("SELECT * FROM scores").fetchall())
    return Times(loaded, min(taken))


def _load(memory: duckdb.DuckDBPyConnection, name: str, file: Path, task: Task) -> None:
    source = sql.SQL(SOURCES[name]).format(product=sql.Literal(task.product_id))
    copy = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(source)
    with connection.cursor() as cursor, file.open("wb") as kept, cursor.copy(copy) as rows:
        for block in rows:
            kept.write(block)
    memory.execute(f"CREATE TABLE {name} ({COLUMNS[name]})")
    memory.execute(f"COPY {name} FROM '{file}' (FORMAT csv, HEADER false)")
    file.unlink()


def _values(task: Task) -> dict[str, object]:
    """The values of the statement: those of ``nightly.sql``, but for LIKE ANY."""
    wanted = values(task)
    endings = "|".join(re.escape(ending[1:]) for ending in wanted["academic_endings"])
    wanted["academic_ending"] = f"({endings})$"
    used = set(re.findall(r"\$(\w+)", STATEMENT))
    return {name: value for name, value in wanted.items() if name in used}
