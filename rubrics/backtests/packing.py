"""A tally as a row keeps it; and such rows put together again, exactly as if everybody had been
counted by one tally in the same order."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import isnan, nan
from typing import Any

from rubrics.backtests.proposing import is_sampled
from rubrics.backtests.reading import Seen
from rubrics.backtests.report import Tally
from rubrics.backtests.weights import Case
from rubrics.mappers import Compiled
from rubrics.scoring.types import Measured


def pack(tally: Tally) -> tuple[dict[str, Any], bytes]:
    """The tally as JSON, and its columns one after the other."""
    ends = [end.isoformat() for end in (tally.first, tally.last) if end is not None]
    counts = {
        "leads": len(tally.labels),
        "ends": ends,
        "calendar": tally.calendar.as_rows(),
        "features": tally.features.as_rows(),
        "numbers": [(name, len(values)) for name, values in tally.features.numbers.items()],
    }
    return counts, _joined(column for column, _ in _columns(tally, counts))


def add_packed(tally: Tally, counts: Mapping[str, Any], columns: bytes) -> None:
    """Count those that were packed, too. ``tally`` is of the same versions."""
    for end in map(datetime.fromisoformat, counts["ends"]):
        tally.first = min(tally.first or end, end)
        tally.last = max(tally.last or end, end)
    tally.calendar.add_rows(counts["calendar"])
    tally.features.add_rows(counts["features"])
    _split(columns, _columns(tally, counts))


def _columns(tally: Tally, counts: Mapping[str, Any]) -> Iterator[tuple["array[Any]", int]]:
    """The columns in their order, and how long each of them is packed."""
    leads = counts["leads"]
    yield tally.labels, leads
    for scores in tally.scores:
        for column in (scores.totals, scores.fits, scores.behaviors, scores.pqls):
            yield column, leads
    features = tally.features
    for name, many in counts["numbers"]:
        yield features.numbers.setdefault(name, array("d")), many
        yield features.number_labels.setdefault(name, array("B")), many


def pack_cases(several: Sequence[Seen]) -> bytes:
    """The numbers that the first version measured, of each: what points are learnt from."""
    rows = [one.measured[0] for one in several]
    return _joined(
        (
            array("q", [one.asked.subject_id for one in several]),
            array("q", [row.idle_us for row in rows]),
            array("d", [nan if v is None else v for row in rows for v in row.values]),
            array("B", [one.asked.is_positive for one in several]),
        )
    )


def sampled_cases(version: Compiled, cases: bytes, *, share: float) -> Iterator[Case]:
    """Those packed that are among a share of all."""
    width = len(version.version.columns)
    ids, idle_us, values, labels = array("q"), array("q"), array("d"), array("B")
    many = len(cases) // (8 * (2 + width) + 1)
    _split(cases, ((ids, many), (idle_us, many), (values, many * width), (labels, many)))
    for place, subject_id in enumerate(ids):
        if is_sampled(subject_id, share):
            found = values[place * width : (place + 1) * width]
            measured = Measured(tuple(None if isnan(v) else v for v in found), idle_us[place])
            points = version.judge(measured).points
            yield Case(subject_id, bool(labels[place]), measured, points)


def _joined(columns: "Iterable[array[Any]]") -> bytes:
    return b"".join(column.tobytes() for column in columns)


def _split(packed: bytes, columns: "Iterable[tuple[array[Any], int]]") -> None:
    """Append to each column as many values as are packed of it."""
    start = 0
    for column, many in columns:
        end = start + many * column.itemsize
        column.frombytes(packed[start:end])
        start = end
