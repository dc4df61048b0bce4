"""Derive every stored score again from the facts, with a progress bar."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from leads import jobs
from leads.models import JobState
from rubrics import proof
from rubrics.models import Proof, ProofMismatch, Rubric

SECONDS = 1.0
SHOWN = 20


class Command(BaseCommand):
    help = (
        "Derive every stored score again from the facts; exit 1 if any differs. Goes on with a "
        "proof that is running. Safe while scoring runs."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rubric", metavar="KEY", help="Only the scores by this rubric.")
        parser.add_argument(
            "--fresh", action="store_true", help="Stop a proof that is running; begin at the start."
        )

    def handle(self, *args: Any, rubric: str | None, fresh: bool, **options: Any) -> None:
        run = self._begin(rubric, fresh=fresh)
        self._work(run)
        if run.state == JobState.STOPPED:
            raise CommandError(f"Stopped by somebody else at {run.percent} %.")
        if run.state == JobState.FAILED:
            raise CommandError(f"Failed at {run.percent} %. {run.problem}")
        for mismatch in run.mismatches.select_related("rubric").order_by("pk")[:SHOWN]:
            self.stdout.write(_words(mismatch))
        if run.mismatched > SHOWN:
            self.stdout.write(f"... and {run.mismatched - SHOWN:,} more")
        self.stdout.write(run.result)
        if run.mismatched:
            raise SystemExit(1)

    def _begin(self, key: str | None, *, fresh: bool) -> Proof:
        rubric = None
        if key is not None:
            rubric = Rubric.objects.filter(key=key).first()
            if rubric is None:
                known = ", ".join(Rubric.objects.values_list("key", flat=True)) or "none"
                raise CommandError(f"No rubric {key!r}. Known are: {known}.")
        running = Proof.objects.running().first()
        if running is not None and fresh:
            jobs.stop(running, at=timezone.now())
        elif running is not None:
            if running.rubric_id != (rubric.pk if rubric else None):
                raise CommandError("Another proof is running. Wait for it, or add --fresh.")
            self.stdout.write(
                f"Going on with the proof of {running.started_at:%Y-%m-%d %H:%M} UTC."
            )
            return running
        try:
            return proof.start_proof(at=timezone.now(), rubric=rubric)
        except proof.ProofRunning as error:
            raise CommandError(str(error)) from error

    @staticmethod
    def _work(run: Proof) -> None:
        columns = (
            TextColumn("Proving"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("", total=max(run.total, 1))
            while run.state == JobState.RUNNING:
                if not proof.prove_some(at=timezone.now(), seconds=SECONDS):
                    time.sleep(SECONDS)  # a worker is at it; when it lets go, we go on
                run.refresh_from_db()
                bar.update(task, completed=run.checked + run.waiting)


def _words(mismatch: ProofMismatch) -> str:
    """One line: who, what kind, and each difference."""
    who = f"lead {mismatch.lead_id}" if mismatch.lead_id else f"account {mismatch.account_id}"
    told = "; ".join(
        f"{what} is {stored}, should be {derived}" for what, stored, derived in mismatch.differences
    )
    rubric = f", {mismatch.rubric.key}" if mismatch.rubric else ""
    return f"{who}{rubric}: {mismatch.get_kind_display()}. {told}".rstrip(". ")
