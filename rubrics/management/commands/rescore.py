"""Score every lead of a product anew, with a progress bar."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from rubrics import scores
from rubrics.models import RubricVersion

# One chunk is measured by PostgreSQL while another is judged here.
THREADS = 2


class Command(BaseCommand):
    help = "Score all leads by the published versions (or one of them). Safe while scoring runs."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Every Django command has a --version that prints Django's; here it means ours.
        return super().create_parser(
            prog_name, subcommand, **{**kwargs, "conflict_handler": "resolve"}
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--version",
            metavar="V",
            help="Only this published version: its id, or a rubric's key as in `standard`.",
        )
        parser.add_argument(
            "--after", type=int, default=0, help="Only leads with a higher id: resumes a run."
        )

    def handle(self, *args: Any, version: str | None, after: int, **options: Any) -> None:
        versions = RubricVersion.objects.published().select_related("rubric").order_by("pk")
        if version is not None:
            wanted = Q(pk=int(version)) if version.isdecimal() else Q(rubric__key=version)
            versions = versions.filter(wanted)
        if not versions:
            known = RubricVersion.objects.published().values_list("rubric__key", flat=True)
            raise CommandError(
                f"No published version {f'{version!r} ' if version else ''}to score by."
                f" Published now: {', '.join(known) or 'none'}."
            )
        for row in versions:
            self._rescore(row, after)

    def _rescore(self, version: RubricVersion, after: int) -> None:
        started = time.monotonic()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task(f"Scoring by {version}", total=None)
            count = scores.rescore(
                version=version,
                at=timezone.now(),
                after=after,
                threads=THREADS,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        seconds = time.monotonic() - started
        self.stdout.write(
            f"{version}: {count:,} leads scored in {seconds:.1f} s"
            f" ({count / max(seconds, 0.001):,.0f} leads/s)"
        )
