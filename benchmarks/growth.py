"""Whether what one changed or due lead costs grows with the number of leads. It must not.

    python -m benchmarks.growth [--most 1000000]

Each size has a database of its own (a kept one, if `python -m benchmarks.filled` made it), and few
hits a lead so that it is filled quickly.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

from benchmarks.filled import Filled, filled
from benchmarks.results import Row, keep

SMALLEST = 10_000
HITS_PER_LEAD = 5
FEW = 100
TIMES = 9
GOAL = 1.5
AHEAD = timedelta(days=400)
"""So far in the future that nothing is due before, whatever decays."""


class Costs(NamedTuple):
    """Median seconds of a size: 100 leads that changed, 100 that were due, and none of either."""

    leads: int
    changed: float
    due: float
    idle: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000)
    most = parser.parse_args().most
    sizes = []
    size = SMALLEST
    while size <= most:
        # Django connects to one database in a process: each size takes a process of its own.
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            sizes.append(pool.submit(_costs, size).result())
        size *= 10
    _keep(sizes)


def _costs(leads: int) -> Costs:
    with filled(leads, HITS_PER_LEAD) as full:
        return _costs_of(full, leads)


def _costs_of(full: Filled, leads: int) -> Costs:
    from django.db import connection

    from leads.models import LeadChange
    from rubrics.models import RubricVersion
    from rubrics.scores import rescore

    version = RubricVersion.objects.get(pk=full.version_id)
    rescore(version=version, at=full.now(), threads=2)
    LeadChange.objects.all().delete()
    with connection.cursor() as cursor:
        # Every score will be due, though none yet: what is not due must cost nothing.
        cursor.execute("UPDATE rubrics_score SET due_at = %s", [full.now() + AHEAD])
        cursor.execute("VACUUM (ANALYZE)")
    print(f"{leads:,} leads are scored", flush=True)
    idle = _median(full, _leave_all, expected=0)
    return Costs(leads, _median(full, _mark_changed), _median(full, _make_due), idle)


def _median(full: Filled, prepare: Callable[[datetime], None], *, expected: int = FEW) -> float:
    """Seconds of one tick of the scoring worker after ``prepare`` left it something to do."""
    from rubrics.scores import score_due

    taken = []
    for _ in range(TIMES):
        at = full.now()
        prepare(at)
        started = time.perf_counter()
        scored = score_due(at=at, limit=FEW)
        taken.append(time.perf_counter() - started)
        assert scored == expected, f"{scored} leads scored"
    return statistics.median(taken)


def _mark_changed(at: datetime) -> None:
    from benchmarks.passes import some_leads
    from leads.merging import mark_changed

    mark_changed(some_leads(FEW), at)


def _make_due(at: datetime) -> None:
    from benchmarks.passes import some_leads
    from rubrics.models import Score

    Score.objects.filter(lead_id__in=some_leads(FEW)).update(due_at=at)


def _leave_all(at: datetime) -> None:
    """Nothing to do."""


def _keep(sizes: list[Costs]) -> None:
    rows = []
    kinds = (
        ("100 changed leads", "changed"),
        ("A tick with 100 due leads", "due"),
        ("A tick with nothing to do", "idle"),
    )
    for words, kind in kinds:
        costs = [getattr(size, kind) for size in sizes]
        rows += [
            Row(f"{words}, of {size.leads:,}", f"{1000 * cost:.1f} ms")
            for size, cost in zip(sizes, costs, strict=True)
        ]
        growth = costs[-1] / costs[0]
        times = sizes[-1].leads // sizes[0].leads
        goal = f"<= {GOAL:g}"
        rows.append(
            Row(f"- grown, for {times:,} times the leads", f"{growth:.2f}", goal, growth <= GOAL)
        )
    keep(
        "growth",
        "What a changed or due lead costs, by how many leads there are",
        rows,
        notes=[
            f"Medians of {TIMES} runs each; {HITS_PER_LEAD} hits a lead; all other scores are due "
            "some day, but not yet."
        ],
    )


if __name__ == "__main__":
    main()
