"""One hand-written SQL statement in the same database: ``nightly.sql``."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from benchmarks.baselines.results import Task, make_table
from leads.models import Signal
from rubrics.presets import load_preset

TABLE = "benchmark_nightly"
STATEMENT = (Path(__file__).parent / "nightly.sql").read_text()


def run(task: Task, *, in_parallel: bool = False) -> None:
    """Score all leads into a table made for it.

    Args:
        in_parallel: CREATE TABLE AS, which PostgreSQL may plan in parallel, for INSERT.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")  # whoever writes such a script sets it
        if in_parallel:
            cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
            cursor.execute(f"CREATE TABLE {TABLE} AS {STATEMENT}", values(task))
            cursor.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY (lead_id)")
        else:
            make_table(TABLE)
            cursor.execute(
                f"INSERT INTO {TABLE} (lead_id, fit, behavior, total, is_pql) {STATEMENT}",
                values(task),
            )


def values(task: Task) -> dict[str, Any]:
    """What the statement leaves open: ids of signals, and the lists of words and domains."""
    preset = load_preset("standard")
    criteria = {entry["key"]: entry for entry in preset["criteria"]}
    senior, middle, _ = criteria["seniority"]["tiers"]
    lists = preset["lists"]
    return {
        **dict(Signal.objects.filter(product_id=task.product_id).values_list("key", "pk")),
        "at": task.at,
        "product": task.product_id,
        "senior": words_pattern(senior["keywords"]),
        "middle": words_pattern(middle["keywords"]),
        "competitors": lists["competitors"],
        "personal": lists["personal"],
        "academic": [domain for domain in lists["academic"] if not domain.startswith(".")],
        "academic_endings": [f"%{ending}" for ending in lists["academic"] if ending[0] == "."],
    }


def words_pattern(keywords: Iterable[str]) -> str:
    """Any of the keywords as whole words, in lower case."""
    words = "|".join(re.escape(word.lower()).replace(r"\ ", r"\s+") for word in keywords)
    return rf"(^|[^[:alnum:]])({words})($|[^[:alnum:]])"
