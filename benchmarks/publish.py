"""How long it takes a version to go live, and what live scores and ingest feel of it.

    python -m benchmarks.publish [--leads 100000] [--hits 100]

Meanwhile one process scores the few leads that change every tenth of a second, and another takes
locks as ingest does when it describes a lead.
"""

import argparse
import random
import time
from concurrent.futures import Future
from multiprocessing import Manager
from typing import Any

from benchmarks.database import own_database, workers
from benchmarks.results import Row, keep, percentile, spread_ms

FEW = 5
EVERY_S = 0.1
SCORED_GOAL_S = 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--hits", type=int, default=100)
    arguments = parser.parse_args()
    with own_database():
        _publish(arguments.leads, arguments.hits)


def _publish(leads: int, hits: int) -> None:
    from django.utils import timezone

    from benchmarks.fill import fill
    from benchmarks.passes import some_leads
    from rubrics.models import Publication, Score
    from rubrics.publishing import publish_version, sweep_buffers
    from rubrics.publishing.filling import fill_chunk
    from rubrics.scores import rescore
    from rubrics.services import draft_version

    version = fill(leads, hits)
    rescore(version=version, at=timezone.now(), threads=2)
    draft = draft_version(version, by=None, at=timezone.now())
    type(draft).objects.filter(pk=draft.pk).update(min_total=draft.min_total - 10)
    with Manager() as manager, workers(2) as pool:
        stop = manager.Event()
        scoring: Future[Any] = pool.submit(_score_live, stop, some_leads(500))
        describing: Future[Any] = pool.submit(_describe, stop, some_leads(700))
        publication = publish_version(draft, by=None, at=timezone.now())
        publication = Publication.objects.select_related("version__rubric", "replaces").get(
            pk=publication.pk
        )
        began = flipping = time.perf_counter()
        while True:
            step = time.perf_counter()
            if not fill_chunk(publication, timezone.now()):
                flipping = step
                break
        ended = time.perf_counter()
        time.sleep(1)
        stop.set()
        scored, described = scoring.result(), describing.result()
    sweep_buffers(seconds=600)
    publication.refresh_from_db()
    assert publication.flipped_at is not None
    (scoring_by,) = set(Score.objects.values_list("version", flat=True))
    assert scoring_by == draft.pk
    _keep(leads, flipping - began, ended - flipping, scored, described)


def _score_live(stop: Any, ids: list[int]) -> list[float]:
    """Seconds from "these leads changed" to their scores being committed, until told to stop."""
    from django.utils import timezone

    from leads.merging import mark_changed
    from rubrics.scores import score_due

    chance, taken = random.Random(1), []
    while not stop.is_set():
        began = time.perf_counter()
        at = timezone.now()
        mark_changed(chance.sample(ids, FEW), at)
        score_due(at=at, limit=500)
        taken.append(time.perf_counter() - began)
        time.sleep(max(EVERY_S - taken[-1], 0))
    return taken


def _describe(stop: Any, ids: list[int]) -> list[float]:
    """Seconds that stating an attribute of a lead takes, until told to stop."""
    from django.utils import timezone

    from leads.models import Lead
    from leads.services import set_attributes

    chance, taken = random.Random(2), []
    while not stop.is_set():
        lead = Lead.objects.get(pk=chance.choice(ids))
        began = time.perf_counter()
        title = chance.choice(["VP Sales", "Engineer", "Buyer"])
        set_attributes(lead=lead, attributes={"title": title}, at=timezone.now())
        taken.append(time.perf_counter() - began)
        time.sleep(max(EVERY_S - taken[-1], 0))
    return taken


def _keep(
    leads: int, filling: float, flipping: float, scored: list[float], described: list[float]
) -> None:
    worst = max(scored)
    keep(
        "publish",
        f"A version goes live for {leads:,} leads",
        [
            Row("Everybody scored out of sight", f"{filling:.1f} s"),
            Row("- leads/s", f"{leads / filling:,.0f}"),
            Row("The flip, in which no score is written", f"{flipping:.2f} s"),
            Row(f"{FEW} changed leads scored meanwhile, p50 / p95 / p99", spread_ms(scored)),
            Row("- p95", f"{percentile(scored, 0.95):.2f} s", f"< {SCORED_GOAL_S:g} s",
                percentile(scored, 0.95) < SCORED_GOAL_S),
            Row("- longest, across the flip", f"{worst:.2f} s"),
            Row("A lead described meanwhile, p50 / p95 / p99", spread_ms(described)),
            Row("- longest", f"{max(described):.2f} s"),
        ],
        notes=["Work does not give way here: these are the times of a machine with nothing else."],
    )  # fmt: skip


if __name__ == "__main__":
    main()
