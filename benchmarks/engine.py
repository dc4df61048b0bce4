"""How fast the scoring engine is, against other ways to compute the same scores.

    python -m benchmarks.engine [--leads 200000] [--hits-per-lead 50] [--notebook-hits 10000000]

All baselines run on the same rows, in the same run, and must come to equal results for every lead.
A database of that size that was filled beforehand is used (`python -m benchmarks.filled`), else one
is filled and thrown away. A million leads with fifty hits each take about 30 GB of disk.
"""

import argparse
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from benchmarks.database import in_child, workers
from benchmarks.filled import HITS_PER_LEAD, Filled, filled
from benchmarks.results import Row, keep

CORES = 2
CHANGED = 1_000
LARGE = 1_000_000
GOAL_WHAT_IF = 8.0


class Scored(NamedTuple):
    """How the last full rescore left the database, and the seconds of the best one."""

    version_id: int
    at: datetime
    best: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--hits-per-lead", type=int, default=HITS_PER_LEAD)
    parser.add_argument(
        "--notebook-hits",
        type=int,
        default=10_000_000,
        help="pandas gets the newest leads that have about so many hits: all would not fit",
    )
    arguments = parser.parse_args()
    with filled(arguments.leads, arguments.hits_per_lead) as full:
        measure_all(full, arguments.leads, arguments.notebook_hits)


def measure_all(full: Filled, leads: int, notebook_hits: int) -> None:
    """Measure and keep."""
    from benchmarks.comparisons import compare
    from benchmarks.passes import bare_scan, timed
    from leads.models import Hit

    hits = Hit.objects.count()
    print(f"{leads:,} leads and {hits:,} hits are made", flush=True)
    bare = min(timed(bare_scan) for _ in range(3))
    scored, rescores = _rescores(full)
    rows = [
        *_shown(rescores),
        *_shown(_what_if(scored, bare)),
        *_shown(compare(scored.version_id, scored.at, scored.best, notebook_hits)),
        *_shown(_few(full)),  # last: these leads get scores of another moment
    ]
    keep(
        "engine_large" if leads >= LARGE else "engine",
        f"Scoring engine: {leads:,} leads, {hits / 1e6:.1f} million hits",
        rows,
        notes=[
            "The standard preset: 22 criteria. Our rescores write scores, measures, points, due "
            "times and history; every baseline found the same fit, behavior, total and verdict "
            "for every lead that it was given, and keeps no reasons."
        ],
    )


def _shown(rows: Iterable[Row]) -> Iterator[Row]:
    """Print figures as soon as they are known: a run of an hour should tell how it goes."""
    for row in rows:
        print(f"{row.what}: {row.figure}", flush=True)
        yield row


def _rescores(full: Filled) -> tuple[Scored, list[Row]]:
    from benchmarks.memory import ServerMemory
    from benchmarks.passes import Took, rescore_shared, rescored, resumed

    version_id = full.version_id
    first = in_child(rescored, version_id, full.now(), CORES)
    done, rest = in_child(resumed, version_id, full.now())
    alone = in_child(rescored, version_id, full.now(), 1)
    with ServerMemory() as server:
        threads = in_child(rescored, version_id, full.now(), CORES)
    at = full.now()
    with workers(CORES) as pool:
        processes = rescore_shared(pool, version_id, at)

    def speed(took: Took) -> str:
        return f"{took.seconds:.1f} s ({took.leads / took.seconds:,.0f} leads/s)"

    interrupted = f"Interrupted after {done:,} leads and resumed: the other {rest.leads:,}"
    rows = [
        Row("Full rescore, one thread", speed(alone)),
        Row("Full rescore, two threads", speed(threads)),
        Row("Full rescore, two processes", f"{processes:.1f} s"),
        Row("Very first rescore, two threads (all rows are new)", speed(first)),
        Row(interrupted, f"{rest.seconds:.1f} s"),
        Row("Most memory of the rescoring process", f"{threads.peak_mib:,.0f} MiB"),
        Row("Most memory of PostgreSQL, buffers included", f"{server.peak_mib:,.0f} MiB"),
    ]
    return Scored(version_id, at, min(threads.seconds, processes)), rows


def _what_if(scored: Scored, bare: float) -> list[Row]:
    from benchmarks.passes import bare_scan, timed, what_if
    from rubrics.models import Score

    with workers(CORES) as pool:
        found = [what_if(pool, scored.version_id, scored.at) for _ in range(2)]
    pqls, seconds = min(found, key=lambda each: each[1])
    assert pqls == Score.objects.filter(is_pql=True).count()
    bare = min([bare, *(timed(bare_scan) for _ in range(3))])  # the best of before and after
    ratio = seconds / bare
    return [
        Row("Bare `SELECT count(*), max(occurred_at) ... GROUP BY lead_id`", f"{bare:.2f} s"),
        Row(f"What-if without writes, two processes ({pqls:,} PQLs)", f"{seconds:.1f} s"),
        Row("- times the bare pass", f"{ratio:.1f}", f"<= {GOAL_WHAT_IF:g}", ratio <= GOAL_WHAT_IF),
    ]


def _few(full: Filled) -> list[Row]:
    from benchmarks.passes import changed, some_leads

    ids = some_leads(CHANGED)
    thousand = changed(ids, full.now, times=5)
    one = changed(ids[CHANGED // 2 :][:1], full.now, times=30)
    return [
        Row(f"{CHANGED:,} changed leads", f"{1000 * thousand:.0f} ms"),
        Row("1 changed lead", f"{1000 * one:.1f} ms"),
    ]


if __name__ == "__main__":
    main()
