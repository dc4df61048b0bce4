"""Score the leads of a fixed exam as of their own moments, by the real engine, leaving no trace."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from integrations.datasets.copying import copy_rows
from integrations.datasets.hits import HIT_COLUMNS, HitMaker, HitRow
from integrations.datasets.lead_writer import LeadWriter
from integrations.datasets.load import Load
from integrations.datasets.loader import OnFile, OnProblem, good_rows, load_leads
from integrations.datasets.private_tables import analyze_private_tables, private_tables
from integrations.datasets.reader import DataSet
from integrations.datasets.rows import EventRow, SnapshotRow
from leads.models import Hit, Product, Source
from rubrics.backtests.examples import JUST_BEFORE, Asked
from rubrics.backtests.reading import see_past
from rubrics.backtests.report import AXES, Report, Tally
from rubrics.backtests.warnings import Circumstances
from rubrics.documents import parse_document
from rubrics.mappers import compile_for
from rubrics.measures import SpecError
from rubrics.scoring.types import Subject
from rubrics.signals import ensure_signals

CHUNK = 2_000

__all__ = ["AXES", "backtest"]


def backtest(
    data: DataSet,
    document: Mapping[str, Any],
    *,
    axis: str = "total",
    on_problem: OnProblem,
    on_file: OnFile,
) -> Report:
    """Score each lead of the set's snapshot just before its moment; compare with its label.

    Works on the files alone: whether the set is loaded, and what else the database holds, makes
    no difference, and the database is left as it was. Events at or after a lead's moment are not
    even read in.

    Raises:
        SpecError: the rubric is wrong, or scores accounts: a snapshot is of leads.
        DataSetError: a file or a column is missing.
    """
    version = parse_document(document)
    if version.subject is Subject.ACCOUNT:
        raise SpecError(
            "subject",
            "is account, and a snapshot is of leads. Load the data set (manage.py load_dataset), "
            "make the file a version (manage.py load_rubric) and backtest that: manage.py backtest "
            "--rubric-version ID",
        )
    questions = {row.external_id: row for row in good_rows(data.snapshot(), on_problem)}
    with private_tables():
        load = _load_for(data.name)
        ensure_signals(document, product=load.product)
        compiled = compile_for(version, product_id=load.product.pk, label=version.rubric)
        ids = _write_leads(data, questions, load, on_problem, on_file)
        events = data.events(None, on_file(data.require("events.jsonl")))
        hits = _hits(good_rows(events, on_problem), questions, ids, HitMaker.for_load(load))
        copy_rows(Hit, HIT_COLUMNS, hits)
        analyze_private_tables()
        tally = Tally([compiled], document, expected=len(ids), axis=axis)
        asked = [
            Asked(lead_id, questions[name].at - JUST_BEFORE, questions[name].is_positive)
            for name, lead_id in ids.items()
        ]
        for start in range(0, len(asked), CHUNK):
            for seen in see_past([compiled], asked[start : start + CHUNK]):
                tally.add(seen)
    report = tally.report(None, Circumstances(left_out={}))
    report["weights"] = tally.weights()
    return report


def _load_for(name: str) -> Load:
    product = Product.objects.create(key="backtest", name=name[:120])
    source = Source.objects.create(name=name[:120], product=product)
    return Load(source, product, at=datetime.now(UTC))


def _write_leads(
    data: DataSet,
    questions: Mapping[str, SnapshotRow],
    load: Load,
    on_problem: OnProblem,
    on_file: OnFile,
) -> dict[str, int]:
    writer = LeadWriter(load)
    leads = good_rows(data.leads(on_file(data.require("leads.csv"))), on_problem)
    load_leads((row for row in leads if row.external_id in questions), writer)
    return writer.ids


def _hits(
    events: Iterable[EventRow],
    questions: Mapping[str, SnapshotRow],
    ids: Mapping[str, int],
    hits: HitMaker,
) -> Iterator[HitRow]:
    """The hits of every event before its lead's moment, each message once."""
    seen: set[str] = set()
    for event_id, row in enumerate(events, start=1):
        # Leads outside the exam are no problem of the file: only their events are left out.
        lead_id = ids.get(row.user_id)
        if lead_id is None or row.occurred_at >= questions[row.user_id].at:
            continue
        if row.message_id not in seen:
            seen.add(row.message_id)
            yield from hits.of(event_id, lead_id, row)
