"""`manage.py diff_rubrics`: what is different between two rubrics, in words."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rubrics.comparing import compare_documents
from rubrics.files.naming import HOW_TO_NAME, named_rubric
from rubrics.measures import SpecError
from rubrics.rows import whole_document


class Command(BaseCommand):
    help = "Say in words what is different between two rubrics, each a version, a file or a preset."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("then", help=HOW_TO_NAME)
        parser.add_argument("now", help="The same.")
        parser.add_argument(
            "--exit-code", action="store_true", help="Exit with 1 if anything differs."
        )

    def handle(self, *args: Any, then: str, now: str, exit_code: bool, **options: Any) -> None:
        try:
            before, after = named_rubric(then), named_rubric(now)
            found = compare_documents(
                whole_document(before.document), whole_document(after.document)
            )
        except SpecError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"From {before.label} to {after.label}: {found.summary.lower()}")
        for group in found.groups:
            self.stdout.write(f"\n{group.title}")
            for change in group.changes:
                self.stdout.write(f"  {change.kind.label}: {change.text}")
        if exit_code and found.groups:
            raise SystemExit(1)
