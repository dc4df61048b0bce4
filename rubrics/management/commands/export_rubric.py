"""`manage.py export_rubric`: a version as a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rubrics.files import rubric_text, schema_url
from rubrics.files.naming import HOW_TO_NAME, named_rubric
from rubrics.measures import SpecError


class Command(BaseCommand):
    help = (
        "Print a rubric as its canonical file: always the same text for the same rubric, to be "
        "edited, kept under version control and loaded again (docs/rubric-files.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("rubric", help=HOW_TO_NAME)
        parser.add_argument("--out", type=Path, metavar="FILE", help="Write it here instead.")

    def handle(self, *args: Any, rubric: str, out: Path | None, **options: Any) -> None:
        try:
            named = named_rubric(rubric)
            text = rubric_text(named.document, schema_url=schema_url())
        except SpecError as error:
            raise CommandError(str(error)) from error
        if out is None:
            self.stdout.write(text, ending="")
            return
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"Cannot write {out}: {error.strerror}") from error
        self.stdout.write(f"{named.label} is in {out}")
