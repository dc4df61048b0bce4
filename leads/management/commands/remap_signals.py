"""Map past events anew, with a progress bar."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from leads.models import JobState, RemapJob, Signal
from leads.remapping import remap_now, start_remap


class Command(BaseCommand):
    help = (
        "Look at all stored events again with the mappings of some signals as they are now. Leads "
        "whose hits change are scored anew. Safe while events come in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("signals", nargs="*", metavar="PRODUCT/SIGNAL", help="By their keys.")
        parser.add_argument("--all", action="store_true", help="Every signal.")

    def handle(self, *args: Any, signals: list[str], **options: Any) -> None:
        if bool(signals) == bool(options["all"]):
            raise CommandError("Name the signals, e.g. app/teammate_invited, or say --all.")
        known = {
            f"{product}/{key}": pk
            for product, key, pk in Signal.objects.values_list("product__key", "key", "pk")
        }
        unknown = [name for name in signals if name not in known]
        if unknown:
            told = ", ".join(sorted(known)) or "none"
            raise CommandError(f"No signal {', '.join(unknown)}. Known are: {told}.")
        ids = [known[name] for name in signals] or list(known.values())
        job = self._work(start_remap(signal_ids=ids, at=timezone.now()))
        if job.state != JobState.DONE:
            raise CommandError(f"{job.get_state_display()} at {job.percent} %. {job.problem}")
        self.stdout.write(job.result)

    @staticmethod
    def _work(job: RemapJob) -> RemapJob:
        columns = (
            TextColumn("Remapping"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task("", total=None)
            return remap_now(
                job,
                at=timezone.now(),
                told=lambda job: bar.update(task, total=job.total or None, completed=job.done),
            )
