"""Load a data set's directory in chunks, each committed: interrupted, a second load goes on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from integrations.datasets.event_writer import EventWriter
from integrations.datasets.hits import HitMaker
from integrations.datasets.lead_writer import LeadWriter
from integrations.datasets.load import Load
from integrations.datasets.outcome_writer import write_outcomes
from integrations.datasets.reader import DataSet, Progress
from integrations.datasets.rows import EventRow, LeadRow, OutcomeRow, RowProblem

LEADS_A_CHUNK = 5_000
EVENTS_A_CHUNK = 25_000

Row = TypeVar("Row")
OnProblem = Callable[[RowProblem], None]
# Told the file that is read next; gives who is told how far it is.
OnFile = Callable[[Path], Progress]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows a file had that could be used, and how many of them were new."""

    rows: int = 0
    new: int = 0


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load found and kept."""

    leads: Counted
    events: Counted
    outcomes: Counted


def load_data_set(
    data: DataSet, load: Load, *, on_problem: OnProblem, on_file: OnFile
) -> LoadReport:
    """Load all files of the set. What is kept already is passed over, however it came."""
    writer = LeadWriter(load)
    leads = data.leads(on_file(data.require("leads.csv")))
    lead_count = load_leads(good_rows(leads, on_problem), writer)
    known = writer.ids
    events = data.events(known, on_file(data.require("events.jsonl")))
    event_count = load_events(good_rows(events, on_problem), known, load)
    outcomes_file = data.path("outcomes.csv")
    outcome_count = Counted()
    if outcomes_file is not None:
        outcomes = data.outcomes(known, on_file(outcomes_file))
        outcome_count = load_outcomes(good_rows(outcomes, on_problem), known, load)
    return LoadReport(lead_count, event_count, outcome_count)


def load_leads(rows: Iterable[LeadRow], writer: LeadWriter) -> Counted:
    """Write the leads; the writer's ``ids`` then names them."""
    return _in_chunks(rows, LEADS_A_CHUNK, writer.write)


def load_events(rows: Iterable[EventRow], ids: dict[str, int], load: Load) -> Counted:
    """Write the events of the leads in ``ids``."""
    writer = EventWriter(load, HitMaker.for_load(load))
    told = ((ids[row.user_id], row) for row in rows)
    return _in_chunks(told, EVENTS_A_CHUNK, writer.write)


def load_outcomes(rows: Iterable[OutcomeRow], ids: dict[str, int], load: Load) -> Counted:
    """Write the outcomes of the leads in ``ids``."""
    told = ((ids[row.external_id], row) for row in rows)
    return _in_chunks(told, LEADS_A_CHUNK, lambda chunk: write_outcomes(chunk, load))


def good_rows(rows: Iterable[Row | RowProblem], on_problem: OnProblem) -> Iterator[Row]:
    """Yield the rows that can be used; hand the problems on."""
    for row in rows:
        if isinstance(row, RowProblem):
            on_problem(row)
        else:
            yield row


def _in_chunks(rows: Iterable[Row], size: int, write: Callable[[list[Row]], int]) -> Counted:
    stream = iter(rows)
    counted = Counted()
    while chunk := list(islice(stream, size)):
        counted = Counted(counted.rows + len(chunk), counted.new + write(chunk))
    return counted
