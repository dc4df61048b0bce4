"""`manage.py validate_rubric`: are these files rubrics?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from rubrics.files import read_rubric
from rubrics.measures import SpecError


class Command(BaseCommand):
    help = (
        "Check rubric files as publishing would, without the database. Every mistake is named by "
        "its line and field; the exit code is 1 if there is one."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE.yaml")

    def handle(self, *args: Any, files: list[str], **options: Any) -> None:
        wrong = 0
        for name in files:
            try:
                document = read_rubric(name)
            except SpecError as error:
                wrong += 1
                self.stderr.write(f"{name}: {error}")
            else:
                self.stdout.write(f"{name}: good, {len(document['criteria'])} criteria")
        if wrong:
            raise CommandError(f"{wrong} of {len(files)} files cannot be scored by.")
