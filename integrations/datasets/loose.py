"""Files of leads and events that stand alone, wherever they are and whatever they are called."""

from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

from integrations.datasets.parsing import (
    NUMBER,
    BadLineError,
    read_moment,
    require_known,
)
from integrations.datasets.reader import DataSet, DataSetError, Progress, csv_rows
from integrations.datasets.rows import EventRow, RowProblem

EVENT_COLUMNS = ("external_id", "event", "occurred_at")


class LooseFiles(DataSet):
    """A CSV of leads as of docs/datasets.md, and events as JSON lines or as a CSV."""

    def __init__(self, leads: Path, events: Path | None = None) -> None:
        self._files = {"leads.csv": leads} | ({"events.jsonl": events} if events else {})
        for path in self._files.values():
            if not path.is_file():
                raise DataSetError(f"there is no file {path}")

    def path(self, name: str) -> Path | None:
        """The file that stands for the one of this name."""
        return self._files.get(name)

    def events(
        self, known: Container[str] | None, progress: Progress | None = None
    ) -> Iterator[EventRow | RowProblem]:
        """Yield the events in the file's order; a CSV has a column a property."""
        path = self.require("events.jsonl")
        if ".csv" not in path.suffixes:
            yield from super().events(known, progress)
            return
        numbers = iter(range(1, 2**62))

        def read(cells: dict[str, str]) -> EventRow:
            event = _event(cells, f"line {next(numbers)}")
            require_known(event.user_id, "external_id", known)
            return event

        yield from csv_rows(path, EVENT_COLUMNS, read, progress)


def _event(cells: dict[str, str], message_id: str) -> EventRow:
    """An event of one line; values that are numbers are read as such, empty ones are missing."""
    for column in ("external_id", "event"):
        if not cells[column]:
            raise BadLineError(column, "missing")
    properties: dict[str, Any] = {
        name: float(value) if NUMBER.match(value) else value
        for name, value in cells.items()
        if value and name not in (*EVENT_COLUMNS, "message_id")
    }
    return EventRow(
        message_id=cells.get("message_id") or message_id,
        user_id=cells["external_id"],
        kind="track",
        name=cells["event"],
        occurred_at=read_moment(cells["occurred_at"], "occurred_at"),
        properties=properties,
        session=str(cells.get("session_id", "")),
    )
