"""Read the files of a data set line by line: every line is a row or a problem, none is dropped.

Files may be plain or gzipped. A wrong header stops the reading; a wrong line becomes a
:class:`RowProblem` and the reading goes on.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar

from integrations.datasets.parsing import (
    ACCOUNT_COLUMNS,
    NUMBER,
    BadLineError,
    read_event,
    read_lead,
    read_outcome,
    read_snapshot,
    require_known,
)
from integrations.datasets.rows import EventRow, LeadRow, OutcomeRow, RowProblem, SnapshotRow

Row = TypeVar("Row")
# Called with how many bytes of the file (as stored) have been read so far.
Progress = Callable[[int], None]


class DataSetError(Exception):
    """The data set cannot be read at all: a file or a column is missing."""


class DataSet:
    """The files of one directory. Files are found by name, with or without ``.gz``."""

    def __init__(self, directory: Path) -> None:
        if not directory.is_dir():
            raise DataSetError(f"{directory} is not a directory")
        self.directory = directory
        self.name = directory.resolve().name

    def path(self, name: str) -> Path | None:
        """Return the file's path, plain before gzipped, or None where there is none."""
        for candidate in (self.directory / name, self.directory / f"{name}.gz"):
            if candidate.is_file():
                return candidate
        return None

    def require(self, name: str) -> Path:
        """Like :meth:`path`, but a missing file is an error."""
        path = self.path(name)
        if path is None:
            raise DataSetError(f"{self.directory} has no {name} and no {name}.gz")
        return path

    def leads(
        self, progress: Progress | None = None, *, of_accounts: bool = False
    ) -> Iterator[LeadRow | RowProblem]:
        """Yield the leads. Attributes of a wholly numeric column are numbers, empty is missing.

        Args:
            of_accounts: each has to say to which account it belongs.
        """
        path = self.require("leads.csv")
        if of_accounts and not ACCOUNT_COLUMNS & set(columns_of(path)):
            raise DataSetError(
                f"{path.name} has no column account.id, account.domain or account.name: a rubric "
                "that scores accounts needs one of them to know whose leads are whose"
            )
        numeric = numeric_columns(path)
        seen: set[str] = set()

        def read(cells: dict[str, str]) -> LeadRow:
            lead = read_lead(cells, numeric)
            if of_accounts and not lead.account:
                raise BadLineError(
                    "account.domain",
                    "missing: give account.id, account.domain or account.name, accounts are scored",
                )
            if lead.external_id in seen:
                raise BadLineError("external_id", f"{lead.external_id!r} stands in an earlier line")
            seen.add(lead.external_id)
            return lead

        return csv_rows(path, ("external_id", "created_at"), read, progress)

    def events(
        self, known: Container[str] | None, progress: Progress | None = None
    ) -> Iterator[EventRow | RowProblem]:
        """Yield the events in the file's order; of none but the ``known`` leads, if given."""
        path = self.require("events.jsonl")
        with _open(path) as (stored, content):
            for line, text in enumerate(content, start=1):
                if text.isspace():
                    continue
                try:
                    event = read_event(text)
                    require_known(event.user_id, "userId", known)
                    yield event
                except BadLineError as bad:
                    yield RowProblem(path.name, line, bad.field, bad.reason)
                if progress and line % 1000 == 0:
                    progress(stored.tell())

    def outcomes(
        self, known: Container[str], progress: Progress | None = None
    ) -> Iterator[OutcomeRow | RowProblem]:
        """Yield the outcomes of the ``known`` leads; nothing where the set has no such file."""
        path = self.path("outcomes.csv")
        if path is None:
            return iter(())

        def read(cells: dict[str, str]) -> OutcomeRow:
            outcome = read_outcome(cells)
            require_known(outcome.external_id, "external_id", known)
            return outcome

        return csv_rows(path, ("external_id", "outcome", "occurred_at"), read, progress)

    def snapshot(self) -> Iterator[SnapshotRow | RowProblem]:
        """Yield the fixed exam's questions."""
        path = self.require("snapshot.csv")
        return csv_rows(path, ("external_id", "snapshot_at", "label"), read_snapshot, None)


def columns_of(path: Path) -> list[str]:
    """The header of a CSV file."""
    with _open(path) as (_, content):
        reader = csv.DictReader(_text(content))
        return list(reader.fieldnames or ())


def numeric_columns(path: Path) -> frozenset[str]:
    """Return the columns in which every value that is not empty is a number."""
    with _open(path) as (_, content):
        reader = csv.DictReader(_text(content))
        candidates = set(reader.fieldnames or ())
        filled = set()
        for cells in reader:
            for column in tuple(candidates):
                value = cells[column]
                if value and value.strip():
                    filled.add(column)
                    if not NUMBER.match(value.strip()):
                        candidates.remove(column)
    return frozenset(candidates & filled)


def csv_rows(
    path: Path,
    required: tuple[str, ...],
    read: Callable[[dict[str, str]], Row],
    progress: Progress | None,
) -> Iterator[Row | RowProblem]:
    """Yield each line of a CSV file as ``read`` makes it, or as a problem."""
    with _open(path) as (stored, content):
        reader = csv.DictReader(_text(content))
        columns = reader.fieldnames or []
        for column in required:
            if column not in columns:
                raise DataSetError(f"{path.name} has no column {column!r}, only {list(columns)}")
        while True:
            try:
                cells = next(reader, None)
                if cells is None:
                    return
                if None in cells or None in cells.values():
                    raise BadLineError("", f"not {len(columns)} columns as in the header")
                if any("\0" in value for value in cells.values()):
                    raise BadLineError("", "contains the NUL character")
                yield read({column: value.strip() for column, value in cells.items()})
            except BadLineError as bad:
                yield RowProblem(path.name, reader.line_num, bad.field, bad.reason)
            if progress and reader.line_num % 1000 == 0:
                progress(stored.tell())


@contextmanager
def _open(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Give the file as stored, whose position is the progress, and its unpacked content."""
    try:
        with path.open("rb") as stored:
            if path.suffix != ".gz":
                yield stored, stored
                return
            with gzip.open(stored) as unpacked:
                yield stored, io.BufferedReader(unpacked, 1 << 20)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise DataSetError(f"{path.name} cannot be read: {error}") from error


def _text(content: BinaryIO) -> TextIO:
    return io.TextIOWrapper(content, encoding="utf-8-sig", newline="")
