"""Score the leads of a CSV file, or their accounts, by a rubric file: by the real engine, without a
trace."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q

from integrations.datasets.copying import copy_rows
from integrations.datasets.hits import HIT_COLUMNS, HitMaker, HitRow
from integrations.datasets.lead_writer import LeadWriter
from integrations.datasets.load import Load
from integrations.datasets.loader import OnFile, OnProblem, good_rows, load_leads
from integrations.datasets.loose import LooseFiles
from integrations.datasets.private_tables import analyze_private_tables, private_tables
from integrations.datasets.rows import EventRow
from leads.models import Account, Hit, Product, Source, Trial
from rubrics.documents import parse_document
from rubrics.mappers import Compiled, compile_for
from rubrics.measures.statement import measure
from rubrics.measures.subjects import AccountIds, LeadIds
from rubrics.scoring.lines import lines
from rubrics.scoring.types import Line, Measured, Subject
from rubrics.signals import ensure_signals

CHUNK: Mapping[Subject, int] = {Subject.LEAD: 2_000, Subject.ACCOUNT: 500}
TOP_REASONS = 3
WHO: Mapping[Subject, tuple[str, ...]] = {
    Subject.LEAD: ("external_id",),
    Subject.ACCOUNT: ("account", "leads"),
}
"""The first columns: whose row it is; of an account also how many leads had signed up."""
SCORE = (
    "fit", "fit_low", "fit_high", "behavior", "total", "is_pql", "band", "tier", "reasons",
)  # fmt: skip

Row = list[Any]


class Listed(NamedTuple):
    """A lead, or account, of the file: its first cells, and why it has no score if it has none."""

    subject_id: int
    cells: Row
    without: str = ""


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
    """The head, then one row a lead in the order of the file; by a rubric that scores accounts one
    row an account, in the order in which their first leads stand there. The files are read before
    the head: what cannot be used gives nothing.

    All that is read goes into tables that this connection alone sees; 100,000 leads take the
    memory of their ids. While the rows are asked for, nothing else may use the connection.

    Raises:
        SpecError: the rubric is wrong.
        DataSetError: a file or a column is missing.
    """
    version = parse_document(document)
    of_accounts = version.subject is Subject.ACCOUNT
    files = LooseFiles(leads, events)
    with private_tables():
        product = Product.objects.create(key="csv", name=leads.name[:120])
        source = Source.objects.create(name=leads.name[:120], product=product)
        load = Load(source, product, at=at)
        ensure_signals(_of_any_source(document), product=product)
        compiled = compile_for(version, product_id=product.pk)
        writer = LeadWriter(load)
        rows = files.leads(on_file(leads), of_accounts=of_accounts)
        load_leads(good_rows(rows, on_problem), writer)
        if events is not None:
            told = good_rows(files.events(writer.ids, on_file(events)), on_problem)
            copy_rows(Hit, HIT_COLUMNS, _hits(told, writer.ids, HitMaker.for_load(load)))
        analyze_private_tables()
        yield [*WHO[version.subject], *SCORE, *(criterion.key for criterion in version.criteria)]
        listed = _accounts(at) if of_accounts else _leads(writer.ids, at)
        total = Account.objects.count() if of_accounts else len(writer.ids)
        done = 0
        while chunk := list(islice(listed, CHUNK[version.subject])):
            yield from _scored(compiled, chunk, at)
            done += len(chunk)
            progress(done, total)


def _leads(ids: Mapping[str, int], at: datetime) -> Iterator[Listed]:
    """The leads in the order of the file; the tables hold no others."""
    early = set(Trial.objects.filter(started_at__gt=at).values_list("lead_id", flat=True))
    for name, lead_id in ids.items():
        without = f"Signed up after {at:%Y-%m-%d %H:%M}" if lead_id in early else ""
        yield Listed(lead_id, [name], without)


def _accounts(at: datetime) -> Iterator[Listed]:
    """The accounts, each called what it is named by."""
    signed_up = Count("leads", filter=Q(leads__trials__started_at__lte=at))
    rows = Account.objects.annotate(first=Min("leads"), signed_up=signed_up).order_by("first")
    named = ("pk", "external_id", "domain", "name", "signed_up")
    for pk, external_id, domain, name, count in list(rows.values_list(*named)):
        without = "" if count else f"No lead had signed up by {at:%Y-%m-%d %H:%M}"
        yield Listed(pk, [external_id or domain or name, count], without)


def _hits(events: Iterable[EventRow], ids: Mapping[str, int], hits: HitMaker) -> Iterator[HitRow]:
    """The hits of every event, each message once."""
    seen: set[int] = set()
    for event_id, row in enumerate(events, start=1):
        message = hash(row.message_id)  # of a process: a fifth of the texts' memory
        if message not in seen:
            seen.add(message)
            yield from hits.of(event_id, ids[row.user_id], row)


def _scored(compiled: Compiled, chunk: Sequence[Listed], at: datetime) -> Iterator[Row]:
    version, ids = compiled.version, sorted({one.subject_id for one in chunk})
    found = dict(
        measure(
            version,
            LeadIds(ids, at) if version.subject is Subject.LEAD else AccountIds(ids, at),
            product_id=compiled.product_id,
            names=compiled.names,
            as_of=True,
            looks_ahead=False,
        )
    )
    for one in chunk:
        if one.without:
            yield _without(one, one.without, compiled)
        elif version.segment is not None and not version.segment.met(found[one.subject_id].values):
            yield _without(one, f"Not in the segment {version.segment.name}", compiled)
        else:
            yield _row(one, compiled, found[one.subject_id])


def _row(one: Listed, compiled: Compiled, measured: Measured) -> Row:
    version = compiled.version
    judged = compiled.judge(measured)
    told = lines(version, measured, judged, compiled.describe)
    band = "" if judged.band is None else version.bands[judged.band].name
    return [
        *one.cells, judged.fit, judged.fit_low, judged.fit_high, judged.behavior, judged.total,
        "yes" if judged.is_pql else "no", band, judged.tier, _reasons(told), *judged.points,
    ]  # fmt: skip


def _reasons(told: Iterable[Line]) -> str:
    """The lines that count most, in words: ``Logged in ×6 (+10); Company size 50–500 (+15)``."""
    counting = sorted((line for line in told if line.points), key=lambda line: -abs(line.points))
    return "; ".join(f"{line.reason} ({line.points:+d})" for line in counting[:TOP_REASONS])


def _without(one: Listed, why: str, compiled: Compiled) -> Row:
    """A lead, or account, that the rubric does not score."""
    empty: list[Any] = [None] * (len(SCORE) - 1)
    return [*one.cells, *empty, why, *([None] * len(compiled.version.criteria))]


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
