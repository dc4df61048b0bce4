"""How long a full rescore takes, against the cheapest possible pass over the same hits.

python -m benchmarks.rescore [--leads 200000] [--hits-per-lead 50]
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.database import own_database
from benchmarks.results import Row, keep

GOAL = 15.0
CHANGED = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--hits-per-lead", type=int, default=50)
    arguments = parser.parse_args()
    with own_database():
        measure_all(arguments.leads, arguments.hits_per_lead)


def measure_all(leads: int, hits_per_lead: int) -> None:
    """Fill, measure, keep."""
    from django.utils import timezone

    from benchmarks.fill import fill
    from rubrics.mappers import compiled
    from rubrics.scores import rescore

    version = fill(leads, hits_per_lead)
    bare = min(timed(_bare) for _ in range(3))
    first = timed(lambda: rescore(version=version, at=timezone.now()))
    alone = timed(lambda: rescore(version=version, at=timezone.now()))
    again = min(timed(lambda: rescore(version=version, at=timezone.now(), threads=2)) for _ in "12")
    spec = compiled(version.pk)
    bare = min([bare, *(timed(_bare) for _ in range(3))])  # the best of before and after
    measured: list = []
    measuring = timed(lambda: measured.extend(_measured(spec)))
    judging = timed(lambda: [spec.judge(each) for each in measured])
    ids = _lead_ids()
    thousand = _score(ids[:: max(len(ids) // CHANGED, 1)][:CHANGED], times=5)
    one = _score(ids[len(ids) // 2 :][:1], times=30)
    ratio = again / bare
    keep(
        "rescore",
        f"Full rescore: {leads:,} leads, {leads * hits_per_lead / 1e6:g} million hits",
        [
            Row("Bare `SELECT count(*), max(occurred_at) ... GROUP BY lead_id`", f"{bare:.2f} s"),
            Row("Full rescore, two threads", f"{again:.1f} s ({leads / again:,.0f} leads/s)"),
            Row("- times the bare pass", f"{ratio:.1f}", f"<= {GOAL:g}", ratio <= GOAL),
            Row("Full rescore, one thread", f"{alone:.1f} s"),
            Row("Very first rescore (every row is new)", f"{first:.1f} s"),
            Row("Of which measuring alone, one thread", f"{measuring:.1f} s"),
            Row("Of which judging alone, one thread", f"{judging:.1f} s"),
            Row(f"{CHANGED:,} changed leads", f"{1000 * thousand:.0f} ms"),
            Row("1 changed lead", f"{1000 * one:.1f} ms"),
        ],
        notes=["The standard preset; scores, arrays, due times and history rows are written."],
    )


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _bare() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(m) FROM (SELECT count(*) AS n, max(occurred_at) AS m"
            " FROM leads_hit GROUP BY lead_id) AS passed"
        )


def _measured(spec: object) -> list:
    from django.db import transaction
    from django.utils import timezone

    from rubrics.mappers import Compiled
    from rubrics.measures.statement import measure
    from rubrics.measures.subjects import LeadRange
    from rubrics.scores import chunks, plan_for_bulk

    assert isinstance(spec, Compiled)
    found: list = []
    at = timezone.now()
    for part in chunks(spec.product_id):
        with transaction.atomic():
            plan_for_bulk()
            rows = measure(
                spec.version,
                LeadRange(part.low, part.high, at),
                product_id=spec.product_id,
                names=spec.names,
            )
            found.extend(measured for _, measured in rows)
    return found


def _lead_ids() -> list[int]:
    from leads.models import Lead

    return list(Lead.objects.order_by("pk").values_list("pk", flat=True))


def _score(ids: Sequence[int], *, times: int) -> float:
    """The median seconds from "these leads changed" to their scores being committed."""
    from django.utils import timezone

    from leads.merging import mark_changed
    from leads.models import LeadChange
    from rubrics.scores import score_due

    LeadChange.objects.all().delete()
    taken = []
    for _ in range(times):
        at = timezone.now()
        mark_changed(list(ids), at)
        taken.append(timed(partial(score_due, at=at, limit=CHANGED)))
    return statistics.median(taken)


if __name__ == "__main__":
    main()
