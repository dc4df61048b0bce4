"""The rows that a backtest keeps of those it looked at: written in bulk, read one by one."""

from collections.abc import Iterator, Sequence

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

from rubrics.backtests.examples import Asked
from rubrics.backtests.reading import Seen
from rubrics.claims import TABLES
from rubrics.models import Backtest
from rubrics.scoring.types import Measured, Subject

# Thousands of rows of arrays and JSON: as parameters they would take as long as the measuring.
_COPY = sql.SQL(
    "COPY rubrics_backtestlead (backtest_id, {}, at, is_positive, measures, idle_us, signals,"
    " attributes) FROM STDIN"
)


def keep(job: Backtest, several: Sequence[Seen]) -> None:
    """Store what was seen of a chunk, in its transaction."""
    key = sql.Identifier(TABLES[Subject(job.subject)].key)
    with connection.cursor() as cursor, cursor.copy(_COPY.format(key)) as copy:
        for seen in several:
            values = [value for measured in seen.measured for value in measured.values]
            copy.write_row(
                (
                    job.pk,
                    seen.asked.subject_id,
                    seen.asked.at,
                    seen.asked.is_positive,
                    [None if value is None else float(value) for value in values],
                    [measured.idle_us for measured in seen.measured],
                    list(seen.signals),
                    Jsonb(seen.attributes),
                )
            )


def kept(job: Backtest, widths: Sequence[int]) -> Iterator[Seen]:
    """Those stored, one after the other. ``widths``: how many numbers each version measures."""
    key = TABLES[Subject(job.subject)].key
    columns = (key, "at", "is_positive", "measures", "idle_us", "signals", "attributes")
    rows = job.leads.order_by(key).values_list(*columns)
    for subject_id, at, is_positive, measures, idle_us, signals, attributes in rows.iterator(
        chunk_size=2000
    ):
        measured, start = [], 0
        for width, idle in zip(widths, idle_us, strict=False):
            measured.append(Measured(tuple(measures[start : start + width]), idle))
            start += width
        asked = Asked(subject_id, at, is_positive)
        yield Seen(asked, tuple(measured), tuple(signals), attributes)
