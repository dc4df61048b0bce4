"""What the engine benchmark times of our own: rescores, what-ifs, a few changed leads."""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from benchmarks.memory import own_peak_mib
from leads.merging import mark_changed
from leads.models import Lead, LeadChange
from rubrics.claims import LEADS, lock_range
from rubrics.mappers import compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadRange
from rubrics.models import RubricVersion, Score
from rubrics.scores import chunks, plan_for_bulk, rescore, score_due, score_panel
from rubrics.scoring.types import Measured
from rubrics.segments import panel_of


@dataclass(frozen=True, slots=True)
class Took:
    """A piece of work: how many leads, in what time, and the most memory its process had."""

    leads: int
    seconds: float
    peak_mib: float


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def bare_scan() -> None:
    """The cheapest pass over all hits that groups them by lead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), max(m) FROM (SELECT count(*) AS n, max(occurred_at) AS m"
            " FROM leads_hit GROUP BY lead_id) AS passed"
        )


def rescored(version_id: int, at: datetime, threads: int, after: int = 0) -> Took:
    """Score every lead (with a higher id than ``after``) as the ``rescore`` command does."""
    version = RubricVersion.objects.get(pk=version_id)
    started = time.perf_counter()
    leads = rescore(version=version, at=at, after=after, threads=threads)
    return Took(leads, time.perf_counter() - started, own_peak_mib())


class _InterruptedError(Exception):
    """Somebody pressed Ctrl-C."""


def resumed(version_id: int, at: datetime) -> tuple[int, Took]:
    """Interrupt a rescore half-way and go on where it was; return the leads done before, and the
    rest as it was taken up."""
    version = RubricVersion.objects.get(pk=version_id)
    finished = 0

    def interrupt(done: int, total: int) -> None:
        nonlocal finished
        finished = done
        if done >= total / 2:
            raise _InterruptedError

    try:
        rescore(version=version, at=at, progress=interrupt)
    except _InterruptedError:
        ids = Lead.objects.order_by("pk").values_list("pk", flat=True)
        return finished, rescored(version_id, at, 1, after=ids[finished - 1])
    raise AssertionError("a rescore reports its progress")


def rescore_shared(pool: Executor, version_id: int, at: datetime, after: int = 0) -> float:
    """Rescore by several processes that share the chunks; return the seconds."""
    parts = chunks(compiled(version_id).product_id, after=after)
    work = partial(_score_range, version_id, at)
    return timed(lambda: list(pool.map(work, [(part.low, part.high) for part in parts])))


def _score_range(version_id: int, at: datetime, ends: tuple[int, int]) -> int:
    panel = panel_of(compiled(version_id))
    with transaction.atomic():
        plan_for_bulk()
        lock_range(LEADS, *ends)
        return len(score_panel(panel, LeadRange(*ends, at), only=version_id))


def a_day_later(
    pool: Executor, version_id: int, at: datetime, after: int, workers: int
) -> tuple[int, float]:
    """Let a day go by until ``at``, and bring all scores up to date as the workers do; return how
    many leads that took, and the seconds.

    Everybody is scored as of the day before first. What their leads did since comes into force as
    time goes on; so does silence.
    """
    rescore_shared(pool, version_id, at - timedelta(days=1), after)
    started = time.perf_counter()
    leads = sum(pool.map(_score_all_due, [at] * workers))
    return leads, time.perf_counter() - started


def _score_all_due(at: datetime) -> int:
    leads = 0
    while (scored := score_due(at=at)) or Score.objects.due(at).exists():
        leads += scored
    return leads


def what_if(pool: Executor, version_id: int, at: datetime) -> tuple[int, float]:
    """Measure and judge every lead, write nothing; return how many are PQLs, and the seconds."""
    parts = chunks(compiled(version_id).product_id)
    work = partial(_count_pqls, version_id, at)
    started = time.perf_counter()
    pqls = sum(pool.map(work, [(part.low, part.high) for part in parts]))
    return pqls, time.perf_counter() - started


def _count_pqls(version_id: int, at: datetime, ends: tuple[int, int]) -> int:
    judge = compiled(version_id).judge
    return sum(judge(measured).is_pql for measured in measured_range(version_id, at, ends))


def measured_range(version_id: int, at: datetime, ends: tuple[int, int]) -> list[Measured]:
    """What was measured of the leads with these ids, both ends included."""
    spec = compiled(version_id)
    with transaction.atomic():
        plan_for_bulk()
        rows = measure(
            spec.version,
            LeadRange(*ends, at),
            product_id=spec.product_id,
            names=spec.names,
            looks_ahead=False,
        )
        return [measured for _, measured in rows]


def some_ranges(product_id: int, count: int) -> list[tuple[int, int]]:
    """Ranges of ids, spread evenly, that hold about ``count`` leads of the product together."""
    parts = chunks(product_id, size=count // 10)
    return [(part.low, part.high) for part in parts[:: max(len(parts) // 10, 1)][:10]]


def changed(ids: Sequence[int], now: Callable[[], datetime], *, times: int) -> float:
    """The median seconds from "these leads changed" to their scores being committed."""
    LeadChange.objects.all().delete()
    taken = []
    for _ in range(times):
        at = now()
        mark_changed(list(ids), at)
        taken.append(timed(partial(score_due, at=at, limit=len(ids))))
    return statistics.median(taken)


def some_leads(count: int) -> list[int]:
    """Ids of ``count`` leads, spread evenly over all."""
    ids = list(Lead.objects.order_by("pk").values_list("pk", flat=True))
    return ids[:: max(len(ids) // count, 1)][:count]
