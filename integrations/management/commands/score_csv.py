"""`manage.py score_csv`: what a rubric file makes of a CSV of leads, or of their accounts."""

import csv
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from integrations.datasets.console import Problems, file_tasks, progress_bar
from integrations.datasets.parsing import BadLineError, read_moment
from integrations.datasets.reader import DataSetError
from integrations.datasets.score_file import score_file
from leads.spreadsheets import safe_cell
from rubrics.files.naming import HOW_TO_NAME, named_rubric
from rubrics.measures import SpecError


class Command(BaseCommand):
    help = (
        "Score a CSV of leads (columns as in docs/datasets.md) by a rubric, through the real "
        "engine; by one that scores accounts, the accounts they belong to. The database is left as "
        "it was. Lines that cannot be used are told with the fix."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("leads", type=Path, metavar="LEADS.csv")
        parser.add_argument("--rubric", required=True, help=HOW_TO_NAME)
        parser.add_argument(
            "--events",
            type=Path,
            help="Their events: JSON lines as in docs/datasets.md, or a CSV with external_id, "
            "event, occurred_at and a column a property.",
        )
        parser.add_argument("--at", help="Score as of then (ISO 8601 with a zone); default: now.")
        parser.add_argument("--out", type=Path, help="Write the CSV here instead of printing it.")
        parser.add_argument("--rejects", type=Path, help="List lines that cannot be used here.")

    def handle(
        self,
        *args: Any,
        leads: Path,
        rubric: str,
        events: Path | None,
        at: str | None,
        out: Path | None,
        rejects: Path | None,
        **options: Any,
    ) -> None:
        problems = Problems(self.stderr, rejects)
        try:
            document = named_rubric(rubric).document
            with progress_bar() as bar:
                task = bar.add_task("scoring", total=None)
                rows = score_file(
                    document,
                    leads,
                    events,
                    at=_moment(at),
                    on_problem=problems.add,
                    on_file=file_tasks(bar),
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
                head = next(rows)  # what is refused is refused here, before anything is written
                count = 0
                with _target(out, self.stdout) as target:
                    writer = csv.writer(target)
                    writer.writerow(head)
                    for row in rows:
                        writer.writerow([safe_cell(value) for value in row])
                        count += 1
        except (SpecError, DataSetError) as error:
            raise CommandError(str(error)) from error
        problems.report()
        if out is not None:
            who = "accounts" if head[0] == "account" else "leads"
            self.stdout.write(f"{count:,} {who} are scored in {out}")


def _moment(text: str | None) -> datetime:
    if text is None:
        return timezone.now()
    try:
        return read_moment(text, "--at")
    except BadLineError as error:
        raise CommandError(f"--at: {error.reason}") from error


@contextmanager
def _target(out: Path | None, stdout: Any) -> Iterator[TextIO]:
    if out is None:
        yield stdout if stdout is not None else sys.stdout
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise CommandError(f"Cannot write {out}: {error.strerror}") from error
