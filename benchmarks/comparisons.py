"""The rows that hold the engine against the baselines, each on the same leads."""

import statistics
from collections.abc import Iterator
from datetime import datetime

from django.db import connection

from benchmarks.baselines import columnar, nightly, notebook
from benchmarks.baselines.results import Task, check
from benchmarks.baselines.rules import Decision, numbers_of
from benchmarks.database import in_child, workers
from benchmarks.passes import a_day_later, measured_range, rescore_shared, some_ranges, timed
from benchmarks.results import Row
from rubrics.mappers import compiled

CORES = 2
JUDGED = 20_000
GOAL_NIGHTLY = 1.0
GOAL_NOTEBOOK = 10.0
GOAL_RULES = 20.0


def compare(version_id: int, at: datetime, best: float, notebook_hits: int) -> Iterator[Row]:
    """Run every baseline on the leads scored at ``at``; ``best`` is what a rescore takes us.

    Raises:
        ResultsDifferError: a baseline found other scores.
    """
    task = Task(version_id, compiled(version_id).product_id, at)
    yield from _nightly(task, best)
    yield from _columnar(task, best)
    yield from _rules(task)
    yield from _notebook(task, notebook_hits)


def _nightly(task: Task, best: float) -> list[Row]:
    inserted = timed(lambda: nightly.run(task))
    check(nightly.TABLE, task)
    created = timed(lambda: nightly.run(task, in_parallel=True))
    check(nightly.TABLE, task)
    return [
        Row("One hand-written SQL statement, INSERT", f"{inserted:.1f} s"),
        Row("One hand-written SQL statement, CREATE TABLE AS", f"{created:.1f} s"),
        _times_as_fast("the better of the two", min(inserted, created) / best, GOAL_NIGHTLY),
    ]


def _times_as_fast(whom: str, ratio: float, goal: float) -> Row:
    """How often we do it in the time that a baseline takes."""
    return Row(
        f"- ours is so many times as fast as {whom}",
        f"{ratio:.2f}",
        f">= {goal:g}",
        ratio >= goal,
    )


def _columnar(task: Task, best: float) -> list[Row]:
    times = in_child(columnar.run, task)
    check(columnar.TABLE, task)
    return [
        Row("DuckDB: bringing the rows into its memory", f"{times.load:.1f} s"),
        Row("DuckDB: the same statement over them", f"{times.query:.2f} s"),
        Row("- both, times our full rescore", f"{(times.load + times.query) / best:.2f}"),
    ]


def _rules(task: Task) -> list[Row]:
    spec = compiled(task.version_id)
    ranges = some_ranges(spec.product_id, JUDGED)
    sample = [m for ends in ranges for m in measured_range(task.version_id, task.at, ends)]
    decision = Decision(spec.version)
    asked = [numbers_of(measured.values, measured.idle_us) for measured in sample]
    ours = [spec.judge(measured) for measured in sample]
    theirs = [decision.judge(numbers) for numbers in asked]
    assert theirs == [(j.fit, j.behavior, j.total, j.is_pql) for j in ours], "zen-engine differs"
    mine, engine = (
        1e6 / len(sample) * statistics.median(timed(work) for _ in range(5))
        for work in (
            lambda: [spec.judge(measured) for measured in sample],
            lambda: [decision.judge(numbers) for numbers in asked],
        )
    )
    return [
        Row(f"Judging alone, {len(sample):,} leads: ours, per lead", f"{mine:.1f} µs"),
        Row("Judging alone, the same numbers: zen-engine, per lead", f"{engine:.1f} µs"),
        _times_as_fast("zen-engine", engine / mine, GOAL_RULES),
    ]


def _notebook(task: Task, most_hits: int) -> list[Row]:
    after, hits = _newest(most_hits)
    task = Task(task.version_id, task.product_id, task.at, after)
    with workers(CORES) as pool:
        ours = rescore_shared(pool, task.version_id, task.at, after)
        times = in_child(notebook.run, task)
        leads = check(notebook.TABLE, task)
        moved, day = a_day_later(pool, task.version_id, task.at, after, CORES)
        check(notebook.TABLE, task, incremental=True)
    whom = f"pandas, {leads:,} leads, {hits / 1e6:.1f} million hits"
    return [
        Row(f"{whom}: reading", f"{times.read:.1f} s"),
        Row(f"{whom}: computing", f"{times.compute:.1f} s"),
        Row(f"{whom}: writing its results", f"{times.write:.1f} s"),
        Row("- our rescore of the same leads, two processes", f"{ours:.1f} s"),
        _times_as_fast("pandas", times.whole / ours, GOAL_NOTEBOOK),
        Row(f"A day later, {moved:,} leads were active or due: all up to date", f"{day:.1f} s"),
        Row(
            "- so many times as fast as pandas, which computes everybody anew",
            f"{times.whole / day:.1f}",
        ),
    ]


def _newest(most_hits: int) -> tuple[int, int]:
    """After which id the newest leads begin that have at most so many hits, and how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(lead_id) - 1, max(running) FROM ("
            " SELECT lead_id, sum(n) OVER (ORDER BY lead_id DESC) AS running FROM ("
            "  SELECT lead_id, count(*) AS n FROM leads_hit GROUP BY lead_id) AS each_lead"
            " ) AS counted WHERE running <= %s",
            [most_hits],
        )
        row = cursor.fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
