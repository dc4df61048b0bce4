"""Where the processor time of a rescore goes, and how much would be left without its parts.

    python -m benchmarks.phases [--leads 200000] [--hits-per-lead 50]

Needs no idle machine: these are seconds of processor time. Two processes share them, so on two
cores no rescore takes less than half of them.
"""

import argparse
import gc
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from benchmarks.database import in_child
from benchmarks.filled import HITS_PER_LEAD, filled
from benchmarks.processor import Processor, Spent
from benchmarks.results import Row, keep

EVERY = 4
"""Parts of the measuring are timed on each so-manieth chunk."""
THREADS = 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--hits-per-lead", type=int, default=HITS_PER_LEAD)
    arguments = parser.parse_args()
    with filled(arguments.leads, arguments.hits_per_lead) as full:
        from benchmarks.passes import rescored
        from leads.models import Hit

        for _ in range(2):  # the first finds nothing there, the second makes room in the pages
            in_child(rescored, full.version_id, full.now(), THREADS)
        whole, parts = in_child(profile, full.version_id, full.now())
        hits = Hit.objects.count() / 1e6
    keep(
        "phases",
        f"Where a rescore's time goes: {arguments.leads:,} leads, {hits:.1f} million hits",
        _rows(whole, parts),
        notes=[
            "Seconds of processor time of Python and PostgreSQL together, where no side is named; "
            "the standard preset. The parts of measuring are what it takes less without them."
        ],
    )


def profile(version_id: int, at: datetime) -> tuple[Mapping[str, Spent], Mapping[str, Spent]]:
    """What the phases of a rescore spend; and what measuring does without some of its parts."""
    from rubrics.mappers import compiled
    from rubrics.scores import chunks

    # Each phase keeps its results for the next. The collector of cycles would look through them
    # all the time, which it need not where a rescore judges lead by lead.
    gc.disable()
    product_id = compiled(version_id).product_id
    whole, parts = Processor(), Processor()
    pieces = chunks(product_id)
    for piece in pieces:
        _rescore(whole, version_id, (piece.low, piece.high), at)
    for piece in pieces:
        _judge_stored(whole, version_id, (piece.low, piece.high), at + timedelta(seconds=1))
    for piece in pieces[::EVERY]:
        _measure_parts(parts, version_id, (piece.low, piece.high), at)
    scale = sum(piece.count for piece in pieces) / sum(piece.count for piece in pieces[::EVERY])
    return whole.spent, {name: spent.times(scale) for name, spent in parts.spent.items()}


def _rescore(processor: Processor, version_id: int, ends: tuple[int, int], at: datetime) -> None:
    """What ``rubrics.scores`` does with a chunk, phase after phase."""
    from django.db import transaction

    from rubrics import claims
    from rubrics.mappers import compiled
    from rubrics.measures.statement import measure
    from rubrics.measures.subjects import LeadRange
    from rubrics.scores import plan_for_bulk
    from rubrics.writing import row_of, write

    spec = compiled(version_id)
    spends = processor.spends
    whole = transaction.atomic()
    with spends("locks"):
        whole.__enter__()
        plan_for_bulk()
        claims.lock_range(claims.LEADS, *ends)
        claims.share_rubrics()
    with spends("measuring"):
        found = list(
            measure(
                spec.version, LeadRange(*ends, at), product_id=spec.product_id, names=spec.names
            )
        )
    with spends("judging"):
        judged = [spec.judge(measured) for _, measured in found]
    with spends("rows"):
        rows = [
            row_of(lead_id, measured, judgement, judgement.next_us)
            for (lead_id, measured), judgement in zip(found, judged, strict=True)
        ]
    with spends("writing"):
        write(spec, at, rows)
    with spends("locks"):
        whole.__exit__(None, None, None)


def _judge_stored(
    processor: Processor, version_id: int, ends: tuple[int, int], at: datetime
) -> None:
    """Read the numbers that the stored scores hold, as previews do."""
    from rubrics.mappers import compiled
    from rubrics.previews.known import reading_of
    from rubrics.previews.reading import read_lasting
    from rubrics.scoring.types import Subject

    spec = compiled(version_id)
    reading = reading_of(spec.version, spec.version)
    assert reading is not None
    with processor.spends("stored"):
        ids = range(ends[0], ends[1] + 1)
        for _, measures, idle_us, _ in read_lasting(Subject.LEAD, spec.product_id, ids, at=at):
            reading.later(measures, idle_us, 1_000_000)


def _measure_parts(
    processor: Processor, version_id: int, ends: tuple[int, int], at: datetime
) -> None:
    """Measure with everything, and without one kind of measure after the other."""
    from django.db import connection, transaction

    from rubrics.mappers import compiled
    from rubrics.measures import MEASURES, AttributeMeasure, Measure, NestedMeasure
    from rubrics.measures.bursts import Bursts
    from rubrics.measures.statement import measure
    from rubrics.measures.subjects import LeadRange
    from rubrics.scores import plan_for_bulk

    left_out: dict[str, tuple[type[Measure], ...]] = {
        "everything": (),
        "attributes": (AttributeMeasure,),
        "sessions": (NestedMeasure,),
        "bursts": (Bursts,),
    }
    spec = compiled(version_id)
    for name, kinds in left_out.items():
        columns = tuple(
            column
            for column in spec.version.columns
            if not isinstance(MEASURES[column.measure], kinds)
        )
        version = replace(spec.version, columns=columns)
        with transaction.atomic(), processor.spends(name):
            plan_for_bulk()
            for _ in measure(
                version, LeadRange(*ends, at), product_id=spec.product_id, names=spec.names
            ):
                pass
    with processor.spends("scan"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT lead_id, count(*), max(occurred_at) FROM leads_hit"
            " WHERE lead_id BETWEEN %s AND %s GROUP BY lead_id",
            ends,
        )


def _rows(whole: Mapping[str, Spent], parts: Mapping[str, Spent]) -> list[Row]:
    measuring, writing = whole["measuring"], whole["writing"]
    everything = sum((whole[name].whole for name in whole if name != "stored"), 0.0)
    stored = everything - measuring.whole + whole["stored"].whole

    def row(what: str, seconds: float) -> Row:
        return Row(what, f"{seconds:.1f} s")

    # The same measuring took another time when its parts were timed: told as shares of it.
    scale = measuring.server / parts["everything"].server

    def less(name: str) -> float:
        return scale * (parts["everything"].server - parts[name].server)

    return [
        row("Measuring: PostgreSQL", measuring.server),
        row("- what is known of the person and the company", less("attributes")),
        row("- sessions", less("sessions")),
        row("- bursts", less("bursts")),
        row("- one bare pass over the same hits, for comparison", scale * parts["scan"].server),
        row("Measuring: the statement, and reading the numbers, in Python", measuring.python),
        row("Judging: Python", whole["judging"].python),
        row("Rows as text: Python", whole["rows"].python + writing.python),
        row("Writing scores and history: PostgreSQL", writing.server),
        row("Locks and commits", whole["locks"].whole),
        row("All", everything),
        row("- half of it: the least that two cores can take", everything / 2),
        row("Measuring alone, nothing judged nor written", measuring.whole),
        row("Nothing measured: numbers read from the stored scores instead", stored),
        row("- half of it", stored / 2),
    ]


if __name__ == "__main__":
    main()
