"""Score the leads of a CSV file by a rubric file, by the real engine, leaving no trace."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from integrations.datasets.copying import copy_rows
from integrations.datasets.hits import HIT_COLUMNS, HitMaker, HitRow
from integrations.datasets.lead_writer import LeadWriter
from integrations.datasets.load import Load
from integrations.datasets.loader import OnFile, OnProblem, good_rows, load_leads
from integrations.datasets.loose import LooseFiles
from integrations.datasets.private_tables import analyze_private_tables, private_tables
from integrations.datasets.rows import EventRow
from leads.models import Hit, Product, Source, Trial
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.measures import SpecError
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Line, Measured, Subject
from rubrics.signals import ensure_signals

CHUNK = 2_000
TOP_REASONS = 3
HEAD = (
    "external_id", "fit", "fit_low", "fit_high", "behavior", "total", "is_pql", "band", "tier",
    "reasons",
)  # fmt: skip

Row = list[Any]


def score_file(
    document: Mapping[str, Any],
    leads: Path,
    events: Path | None,
    *,
    at: datetime,
    on_problem: OnProblem,
    on_file: OnFile,
    progress: Callable[[int, int], None],
) -> Iterator[Row]:
    """The head, then one row a lead, in the order of the file.

    All that is read goes into tables that this connection alone sees; 100,000 leads take the
    memory of their ids. While the rows are asked for, nothing else may use the connection.

    Raises:
        SpecError: the rubric is wrong, or scores accounts.
        DataSetError: a file or a column is missing.
    """
    version = parse_document(document)
    if version.subject is Subject.ACCOUNT:
        raise SpecError("subject", "is account; only rubrics that score leads score a CSV of leads")
    yield [*HEAD, *(criterion.key for criterion in version.criteria)]
    files = LooseFiles(leads, events)
    with private_tables():
        product = Product.objects.create(key="csv", name=leads.name[:120])
        source = Source.objects.create(name=leads.name[:120], product=product)
        load = Load(source, product, at=at)
        ensure_signals(_of_any_source(document), product=product)
        compiled = compile_for(version, product_id=product.pk)
        writer = LeadWriter(load)
        load_leads(good_rows(files.leads(on_file(leads)), on_problem), writer)
        if events is not None:
            told = good_rows(files.events(writer.ids, on_file(events)), on_problem)
            copy_rows(Hit, HIT_COLUMNS, _hits(told, writer.ids, HitMaker.for_load(load)))
        analyze_private_tables()
        names = iter(writer.ids.items())
        done = 0
        while chunk := list(islice(names, CHUNK)):
            yield from _scored(compiled, chunk, at)
            done += len(chunk)
            progress(done, len(writer.ids))


def _hits(events: Iterable[EventRow], ids: Mapping[str, int], hits: HitMaker) -> Iterator[HitRow]:
    """The hits of every event, each message once."""
    seen: set[int] = set()
    for event_id, row in enumerate(events, start=1):
        message = hash(row.message_id)  # of a process: a fifth of the texts' memory
        if message not in seen:
            seen.add(message)
            yield from hits.of(event_id, ids[row.user_id], row)


def _scored(compiled: Compiled, chunk: Sequence[tuple[str, int]], at: datetime) -> Iterator[Row]:
    version, ids = compiled.version, sorted({lead_id for _, lead_id in chunk})
    early = Trial.objects.filter(product=compiled.product_id, lead__in=ids, started_at__gt=at)
    not_yet = set(early.values_list("lead_id", flat=True))
    found = dict(
        measure(
            version,
            LeadIds(ids, at),
            product_id=compiled.product_id,
            names=compiled.names,
            as_of=True,
            looks_ahead=False,
        )
    )
    for name, lead_id in chunk:
        measured = found.get(lead_id)
        if measured is None or lead_id in not_yet:
            yield _without(name, f"Signed up after {at:%Y-%m-%d %H:%M}", compiled)
        elif version.segment is not None and not version.segment.met(measured.values):
            yield _without(name, f"Not in the segment {version.segment.name}", compiled)
        else:
            yield _row(name, compiled, measured)


def _row(name: str, compiled: Compiled, measured: Measured) -> Row:
    version = compiled.version
    judged = compiled.judge(measured)
    told = lines(version, measured, judged, compiled.describe)
    band = "" if judged.band is None else version.bands[judged.band].name
    return [
        name, judged.fit, judged.fit_low, judged.fit_high, judged.behavior, judged.total,
        "yes" if judged.is_pql else "no", band, judged.tier, _reasons(told), *judged.points,
    ]  # fmt: skip


def _reasons(told: Iterable[Line]) -> str:
    """The lines that count most, in words: ``Logged in ×6 (+10); Company size 50–500 (+15)``."""
    counting = sorted((line for line in told if line.points), key=lambda line: -abs(line.points))
    return "; ".join(f"{line.reason} ({line.points:+d})" for line in counting[:TOP_REASONS])


def _without(name: str, why: str, compiled: Compiled) -> Row:
    """A lead that the rubric does not score."""
    empty: list[Any] = [None] * (len(HEAD) - 2)
    return [name, *empty, why, *([None] * len(compiled.version.criteria))]


def _of_any_source(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document, its events taken from any source: a file has none but itself."""
    signals = {
        key: {
            **spec,
            "events": [
                {name: value for name, value in event.items() if name != "source"}
                for event in spec.get("events") or ()
            ],
        }
        for key, spec in (document.get("signals") or {}).items()
    }
    return {**document, "signals": signals}
