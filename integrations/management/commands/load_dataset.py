"""`manage.py load_dataset`: history in bulk, the way a data set is published or exported."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.text import slugify

from integrations.datasets.console import Problems, file_progress, progress_bar
from integrations.datasets.load import Load
from integrations.datasets.loader import LoadReport, load_data_set
from integrations.datasets.reader import DataSet, DataSetError
from integrations.datasets.scoring import (
    map_earlier_events,
    publish_document,
    score_changed,
    signal_ids,
    tidy_tables,
)
from integrations.demo import workspace
from leads.models import Product, Source
from leads.partitions import ensure_event_partitions
from rubrics.errors import VersionNotPublishable
from rubrics.files import read_rubric
from rubrics.measures import SpecError


class Command(BaseCommand):
    help = (
        "Load leads, events and outcomes from a directory in the interchange format. Each event "
        "counts once: loading again, or after an interruption, goes on (docs/datasets.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path)
        parser.add_argument("--product", help="Its key; default: the directory's name.")
        parser.add_argument("--source", help="Where it is from; default: the directory's name.")
        parser.add_argument("--rubric", help="A rubric file or preset to publish and score by.")
        parser.add_argument(
            "--with-staff",
            action="store_true",
            help="Also make the demo's staff (RevOps, manager, reps), to sign in and look around.",
        )
        parser.add_argument(
            "--rejects", type=Path, help="Where lines that cannot be used are listed."
        )

    def handle(
        self,
        *args: Any,
        directory: Path,
        product: str | None,
        source: str | None,
        rubric: str | None,
        rejects: Path | None,
        with_staff: bool,
        **options: Any,
    ) -> None:
        problems = Problems(self.stderr, rejects or Path(f"{directory.resolve().name}-rejects.csv"))
        try:
            data = DataSet(directory)
            document = read_rubric(rubric) if rubric else None
            name = self._load(data, product, source, document, problems)
            if with_staff and not workspace.has_credentials(name):
                workspace.renew_credentials(at=timezone.now(), source_name=name)
        except (DataSetError, SpecError, VersionNotPublishable) as error:
            raise CommandError(str(error)) from error
        finally:
            problems.report()

    def _load(
        self,
        data: DataSet,
        product: str | None,
        source: str | None,
        document: dict[str, Any] | None,
        problems: Problems,
    ) -> str:
        """Load everything; return the name of its source."""
        load = load_for(product or data.name, source or data.name, document)
        ensure_event_partitions(load.at)
        before = signal_ids(load.product)
        if document is not None:
            # First, so that events find their signals.
            version, is_new = publish_document(document, product=load.product, at=load.at)
            self.stdout.write(f"{'Published' if is_new else 'Already published'}: {version}")
            map_earlier_events(load, before)
        started = time.perf_counter()
        with file_progress() as on_file:
            report = load_data_set(data, load, on_problem=problems.add, on_file=on_file)
        self._say(report, time.perf_counter() - started)
        if report.events.new:
            tidy_tables()
        self._score()
        return load.source.name

    def _score(self) -> None:
        started = time.perf_counter()
        with progress_bar() as bar:
            task = bar.add_task("Scoring")
            count = score_changed(
                at=timezone.now(),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )
        if count:
            seconds = time.perf_counter() - started
            self.stdout.write(f"{count:,} leads scored, {count / seconds:,.0f} a second")

    def _say(self, report: LoadReport, seconds: float) -> None:
        for name in ("leads", "events", "outcomes"):
            counted = getattr(report, name)
            self.stdout.write(f"{counted.rows:>9,} {name} read, {counted.new:,} new")
        pace = report.events.rows / seconds if seconds else 0
        self.stdout.write(f"{seconds:.1f} s, {pace:,.0f} events a second")


def load_for(product_key: str, source_name: str, document: dict[str, Any] | None) -> Load:
    """Find or make the product and the source of a load.

    Raises:
        CommandError: the source tells of another product.
    """
    key = slugify(product_key)[:60]
    if not key:
        raise CommandError(f"{product_key!r} is no product key: use letters, digits and dashes")
    named = (document or {}).get("product_name") or product_key
    product, _ = Product.objects.get_or_create(key=key, defaults={"name": str(named)[:120]})
    source, _ = Source.objects.get_or_create(name=source_name[:120], defaults={"product": product})
    if source.product_id != product.pk:
        raise CommandError(
            f"The source {source} tells of another product; give this load its own with --source."
        )
    return Load(source, product, at=timezone.now())
