"""Read the files of a data set line by line: every line is a row or a problem, none is dropped.

Files may be plain or gzipped. A wrong header stops the reading; a wrong line becomes a
:class:`RowProblem` and the reading goes on.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO, TypeVar

import orjson

from integrations.datasets.rows import EventRow, LeadRow, OutcomeRow, RowProblem, SnapshotRow

ACCOUNT_PREFIX = "account."
LIST_COLUMNS = frozenset({"account.technologies"})
OUTCOMES = {
    "converted": "converted",
    "lost": "closed_lost",
    "won": "closed_won",
    "opportunity": "opportunity",
    "churned": "churned",
}
MAX_ID = 200
TEXT_LIMITS = {"email": 254, "name": 200, "title": 200}
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
# No leading zeros: "007" is a code, not a number.
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?\Z")

Row = TypeVar("Row")
# Called with how many bytes of the file (as stored) have been read so far.
Progress = Callable[[int], None]


class DataSetError(Exception):
    """The data set cannot be read at all: a file or a column is missing."""


class BadLineError(Exception):
    """One line cannot be used. Arguments: the field, the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


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

    def leads(self, progress: Progress | None = None) -> Iterator[LeadRow | RowProblem]:
        """Yield the leads. Attributes of a wholly numeric column are numbers, empty is missing."""
        path = self.require("leads.csv")
        numeric = numeric_columns(path)
        seen: set[str] = set()

        def read(cells: dict[str, str]) -> LeadRow:
            lead = _read_lead(cells, numeric)
            if lead.external_id in seen:
                raise BadLineError("external_id", f"{lead.external_id!r} stands in an earlier line")
            seen.add(lead.external_id)
            return lead

        return _csv_rows(path, ("external_id", "created_at"), read, progress)

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
                    _require_known(event.user_id, "userId", known)
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
            outcome = _read_outcome(cells)
            _require_known(outcome.external_id, "external_id", known)
            return outcome

        return _csv_rows(path, ("external_id", "outcome", "occurred_at"), read, progress)

    def snapshot(self) -> Iterator[SnapshotRow | RowProblem]:
        """Yield the fixed exam's questions."""
        path = self.require("snapshot.csv")
        return _csv_rows(path, ("external_id", "snapshot_at", "label"), _read_snapshot, None)


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


def read_event(text: bytes) -> EventRow:
    """Return the event of one JSON line; raise :class:`BadLineError` where it is not one."""
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadLineError("", f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise BadLineError("", "not a JSON object")
    kind = message.get("type", "track")
    if kind not in ("track", "page", "screen"):
        raise BadLineError("type", f"{kind!r} is none of track, page, screen")
    name = message.get("event" if kind == "track" else "name") or ""
    if kind == "track" and not name:
        raise BadLineError("event", "missing")
    properties = message.get("properties") or {}
    if not isinstance(properties, dict):
        raise BadLineError("properties", "not an object")
    if b"\\u0000" in text:
        raise BadLineError("properties", "contains the NUL character")
    return EventRow(
        message_id=_identifier(message, "messageId"),
        user_id=_identifier(message, "userId"),
        kind=kind,
        name=_short(name, "event"),
        occurred_at=read_moment(message.get("timestamp"), "timestamp"),
        properties=properties,
        session=_short(str(properties.get("session_id", "")), "session_id"),
    )


def read_moment(value: object, field: str) -> datetime:
    """Return an ISO 8601 time with its zone, of the years 2000 to 2099, in UTC."""
    if not isinstance(value, str) or not value:
        raise BadLineError(field, "missing")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadLineError(field, f"{value!r} is not an ISO 8601 time") from error
    if moment.tzinfo is None:
        raise BadLineError(field, f"{value!r} has no time zone (write UTC as Z)")
    if not EARLIEST <= moment < LATEST:
        raise BadLineError(field, f"{value!r} is not between the years 2000 and 2099")
    return moment.astimezone(UTC)


def _read_lead(cells: dict[str, str], numeric: frozenset[str]) -> LeadRow:
    attributes: dict[str, Any] = {}
    account: dict[str, Any] = {}
    for column, value in cells.items():
        if column in ("external_id", "created_at") or not value:
            continue
        typed: Any = _number(value) if column in numeric else value
        if column in LIST_COLUMNS:
            typed = [part.strip() for part in value.split(";") if part.strip()]
        if column.startswith(ACCOUNT_PREFIX):
            account[column.removeprefix(ACCOUNT_PREFIX)] = typed
        else:
            attributes[column] = typed
    if "email" in attributes:
        attributes["email"] = str(attributes["email"]).lower()
    for field, longest in TEXT_LIMITS.items():
        if len(str(attributes.get(field, ""))) > longest:
            raise BadLineError(field, f"longer than {longest} characters")
    if account and not any(account.get(key) for key in ("id", "domain", "name")):
        raise BadLineError(
            "account.domain", "an account needs account.id, account.domain or its name"
        )
    return LeadRow(
        external_id=_identifier(cells, "external_id"),
        created_at=read_moment(cells["created_at"], "created_at"),
        attributes=attributes,
        account=account,
    )


def _read_outcome(cells: dict[str, str]) -> OutcomeRow:
    kind = OUTCOMES.get(cells["outcome"])
    if kind is None:
        known = ", ".join(OUTCOMES)
        raise BadLineError("outcome", f"{cells['outcome']!r} is none of {known}")
    return OutcomeRow(
        _identifier(cells, "external_id"), kind, read_moment(cells["occurred_at"], "occurred_at")
    )


def _read_snapshot(cells: dict[str, str]) -> SnapshotRow:
    if cells["label"] not in ("0", "1"):
        raise BadLineError("label", f"{cells['label']!r} is neither 0 nor 1")
    at = read_moment(cells["snapshot_at"], "snapshot_at")
    return SnapshotRow(_identifier(cells, "external_id"), at, cells["label"] == "1")


def _csv_rows(
    path: Path,
    required: tuple[str, ...],
    read: Callable[[dict[str, str]], Row],
    progress: Progress | None,
) -> Iterator[Row | RowProblem]:
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


def _require_known(external_id: str, field: str, known: Container[str] | None) -> None:
    if known is not None and external_id not in known:
        raise BadLineError(field, f"no lead {external_id!r} in the leads file")


def _identifier(cells: Mapping[str, Any], field: str) -> str:
    value = cells.get(field)
    if value is None or value == "":
        raise BadLineError(field, "missing")
    return _short(str(value), field)


def _short(value: object, field: str) -> str:
    if not isinstance(value, str):
        raise BadLineError(field, "not text")
    if len(value) > MAX_ID:
        raise BadLineError(field, f"longer than {MAX_ID} characters")
    return value


def _number(value: str) -> int | float:
    return float(value) if "." in value else int(value)


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
