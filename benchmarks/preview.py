"""How fast a preview tells what a draft would do to everybody.

    python -m benchmarks.preview [--leads 100000] [--hits-per-lead 50]

The draft is then published: the PQLs must be exactly those promised.
"""

import argparse
from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks.database import in_child, own_database
from benchmarks.results import Row, keep

GOAL_SECONDS = 10.0
THREADS = 2
THRESHOLDS = {"total": 60, "fit": 10, "behavior": 30}
"""Made-up leads do little: by the preset's own thresholds hardly anybody would be a PQL."""


class Previewed(NamedTuple):
    """A preview that went to its end: how long its parts took, and what its process needed."""

    preview_id: int
    seconds: float
    past_seconds: float
    peak_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--hits-per-lead", type=int, default=50)
    arguments = parser.parse_args()
    with own_database():
        measure_all(arguments.leads, arguments.hits_per_lead)


def measure_all(leads: int, hits_per_lead: int) -> None:
    """Fill, score, preview, publish, compare, keep."""
    from django.utils import timezone

    from benchmarks.fill import fill
    from benchmarks.passes import bare_scan, rescored, timed
    from leads.models import Hit
    from rubrics.models import Preview, Score
    from rubrics.publishing import publish_now

    version = fill(leads, hits_per_lead, thresholds=THRESHOLDS)
    in_child(rescored, version.pk, timezone.now(), THREADS)
    draft, anew = _draft(version), _draft(version, measures_anew=True)
    bare = min(timed(bare_scan) for _ in range(3))
    found = [in_child(previewed, draft.pk, threads) for threads in (THREADS, THREADS, 1)]
    two, one = min(found[:2], key=lambda each: each.seconds), found[2]
    measured = in_child(previewed, anew.pk, THREADS)
    bare = min([bare, *(timed(bare_scan) for _ in range(3))])
    preview = Preview.objects.get(pk=two.preview_id)
    assert preview.at is not None
    publish_now(draft, by=None, at=preview.at)
    promised = preview.count("then.pqls", "all")
    assert Score.objects.filter(is_pql=True).count() == promised
    moves: Mapping[str, int] = preview.tallies["moves"]
    rows = [
        Row("Bare `SELECT count(*), max(occurred_at) ... GROUP BY lead_id`", f"{bare:.2f} s"),
        Row(
            "Preview, two threads",
            f"{two.seconds:.1f} s",
            f"< {GOAL_SECONDS:g} s",
            two.seconds < GOAL_SECONDS,
        ),
        Row("- of which past outcomes, both versions", f"{two.past_seconds:.1f} s"),
        Row("- times the bare pass", f"{two.seconds / bare:.1f}"),
        Row("Preview, one thread", f"{one.seconds:.1f} s"),
        Row(
            "Preview of a draft that also measures something new, two threads",
            f"{measured.seconds:.1f} s",
            f"< {GOAL_SECONDS:g} s",
            measured.seconds < GOAL_SECONDS,
        ),
        Row("Who enters, who leaves", f"{moves['entered']:,} / {moves['left']:,}"),
        Row("PQLs promised, and found after publishing", f"{promised:,}"),
        Row("Most memory of the previewing process", f"{two.peak_mib:,.0f} MiB"),
    ]
    keep(
        "preview",
        f"Preview of a draft: {leads:,} leads, {Hit.objects.count() / 1e6:.1f} million hits",
        rows,
        notes=["The standard preset; the draft changes points of six criteria and all thresholds."],
    )


def _draft(version: Any, *, measures_anew: bool = False) -> Any:
    """A draft that moves many over the line, both ways; by the same numbers, or by one more."""
    from django.utils import timezone

    from rubrics.rows import document_of
    from rubrics.services import load_rubric

    document = document_of(version)
    for criterion in document["criteria"][:6]:
        for tier in criterion.get("tiers", ()):
            tier["points"] += 3 if tier["points"] < 10 else -3
    if measures_anew:
        counted = next(c for c in document["criteria"] if c["measure"] == "count")
        counted["window"] = {"last": "45d"}
    document["thresholds"] = {"total": 58, "fit": 12, "behavior": 28}
    return load_rubric(document, product=version.rubric.product, by=None, at=timezone.now())


def previewed(version_id: int, threads: int) -> Previewed:
    """Preview a draft to its end, as the command does."""
    import time

    from django.utils import timezone

    from benchmarks.memory import own_peak_mib
    from rubrics.models import Preview, RubricVersion
    from rubrics.models.preview import PreviewStage
    from rubrics.previews import preview_some, start_preview

    version = RubricVersion.objects.select_related("rubric").get(pk=version_id)
    started = time.perf_counter()
    preview = start_preview(version, at=timezone.now())
    looked = 0.0
    while preview.is_running:
        preview_some(at=timezone.now(), seconds=0.5, threads=threads)
        preview = Preview.objects.get(pk=preview.pk)
        if not looked and preview.stage == PreviewStage.PAST:
            looked = time.perf_counter() - started
    seconds = time.perf_counter() - started
    assert preview.state == "done", preview.problem
    return Previewed(preview.pk, seconds, seconds - looked, own_peak_mib())


if __name__ == "__main__":
    main()
