"""What a backtest keeps of each chunk while it runs: counted once, put together at its end."""

from collections.abc import Iterator, Sequence

from django.db.models import Sum

from rubrics.backtests.packing import add_packed, pack, pack_cases, sampled_cases
from rubrics.backtests.proposing import sampled_share
from rubrics.backtests.reading import Seen
from rubrics.backtests.report import Tally
from rubrics.backtests.weights import Case
from rubrics.mappers import Compiled
from rubrics.models import Backtest, BacktestChunk

READ = 20
"""Chunks that are read at a time: their columns are hundreds of kilobytes each."""


def keep(
    job: Backtest,
    several: Sequence[Seen],
    *,
    versions: Sequence[Compiled],
    outcomes: tuple[int, int],
) -> None:
    """Count those seen of a chunk, and store what was counted in its transaction.

    Args:
        outcomes: of those that converted, and how many of these were entered late.
    """
    tally = Tally(versions, job.document)
    for one in several:
        tally.add(one)
    counts, columns = pack(tally)
    BacktestChunk.objects.create(
        backtest=job,
        last_id=job.after,
        counts=counts,
        columns=columns,
        cases=pack_cases(several),
        outcomes=outcomes[0],
        late_outcomes=outcomes[1],
    )


def put_together(job: Backtest, tally: Tally) -> Iterator[int]:
    """Add all chunks to the tally, in their order; yield the number of each."""
    rows = job.chunks.order_by("last_id").values_list("counts", "columns")
    for number, (counts, columns) in enumerate(rows.iterator(chunk_size=READ), 1):
        add_packed(tally, counts, bytes(columns))
        yield number


def share_late(job: Backtest) -> float:
    """Of the outcomes of those that converted, the share that was entered late."""
    found = job.chunks.aggregate(all=Sum("outcomes"), late=Sum("late_outcomes"))
    return found["late"] / found["all"] if found["all"] else 0.0


def read_cases(job: Backtest, version: Compiled, *, many: int) -> Iterator[Case]:
    """Those that points are learnt from, of ``many`` looked at."""
    share = sampled_share(many)
    rows = job.chunks.order_by("last_id").values_list("cases", flat=True)
    for cases in rows.iterator(chunk_size=READ):
        yield from sampled_cases(version, bytes(cases), share=share)
