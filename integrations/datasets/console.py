"""What the commands about data sets share: progress bars, and rejected lines."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from integrations.datasets.loader import OnFile
from integrations.datasets.rows import RowProblem

SHOWN_PROBLEMS = 5


def progress_bar(*, quiet: bool = False) -> Progress:
    """A bar on standard error; nothing where that is no terminal."""
    return Progress(
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=quiet or not Console(stderr=True).is_terminal,
    )


@contextmanager
def file_progress(*, quiet: bool = False) -> Iterator[OnFile]:
    """Show how far each file is read, in bytes as stored."""
    with progress_bar(quiet=quiet) as bar:
        yield file_tasks(bar)


def file_tasks(bar: Progress) -> OnFile:
    """One line of a bar for each file."""

    def start(path: Path) -> Callable[[int], None]:
        task = bar.add_task(path.name, total=path.stat().st_size)
        return lambda done: bar.update(task, completed=done)

    return start


@dataclass(slots=True)
class Problems:
    """Lines that could not be used: shown (the first few), counted, and written to a file."""

    out: OutputWrapper
    path: Path | None = None
    count: int = 0
    _file: TextIO | None = None

    def add(self, problem: RowProblem) -> None:
        """Note one line."""
        self.count += 1
        if self.count <= SHOWN_PROBLEMS:
            field = f"{problem.field}: " if problem.field else ""
            self.out.write(f"{problem.file}, line {problem.line}: {field}{problem.reason}")
        if self.path is not None:
            if self._file is None:
                self._file = self.path.open("w", encoding="utf-8", newline="")
                csv.writer(self._file).writerow(("file", "line", "field", "reason"))
            csv.writer(self._file).writerow(
                (problem.file, problem.line, problem.field, problem.reason)
            )

    def report(self) -> None:
        """Say how many lines were left out, and where they are listed."""
        if self._file is not None:
            self._file.close()
        if self.count:
            where = f"; all of them with reasons: {self.path}" if self.path else ""
            self.out.write(f"{self.count:,} lines could not be used{where}")
