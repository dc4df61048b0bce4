"""Audit the data that a rubric needs, and say what is missing."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from leads.models import JobState
from rubrics import dataquality
from rubrics.dataquality import Report
from rubrics.dataquality.export import document_of_report
from rubrics.files.naming import chosen_version
from rubrics.measures import SpecError
from rubrics.models import DataAudit, RubricVersion

MARKS = {"red": "!!", "warning": " !", "info": "  "}


class Command(BaseCommand):
    help = (
        "Count what is known of leads and which events come; say for each published rubric version "
        "(or one) what is missing and what to instrument first. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--version-id",
            metavar="VERSION",
            help="Only for this version, e.g. a draft: RUBRIC@NUMBER (standard@3), or its id.",
        )
        parser.add_argument("--json", action="store_true", help="Everything, as JSON.")

    def handle(self, *args: Any, version_id: str | None, **options: Any) -> None:
        chosen = _chosen(version_id)
        audit = self._work(self._begin())
        if audit.state != JobState.DONE:
            raise CommandError(f"{audit.get_state_display()} at {audit.percent} %. {audit.problem}")
        try:
            reports = [dataquality.report_of(audit, version) for version in chosen]
        except SpecError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            documents = [document_of_report(report) for report in reports]
            self.stdout.write(json.dumps(documents, indent=2, default=str))
            return
        for report in reports:
            self._tell(report)

    @staticmethod
    def _begin() -> DataAudit:
        running = DataAudit.objects.running().first()
        if running is not None:
            return running
        try:
            return dataquality.start_audit(at=timezone.now())
        except dataquality.AuditRunning as error:
            raise CommandError(str(error)) from error

    @staticmethod
    def _work(audit: DataAudit) -> DataAudit:
        columns = (
            TextColumn("Auditing"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, transient=True, console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=max(audit.total, 1))
            return dataquality.audit_now(
                audit,
                at=timezone.now(),
                told=lambda audit: bar.update(task, completed=audit.done),
            )

    def _tell(self, report: Report) -> None:
        maturity = report.maturity
        self.stdout.write(f"{report.label}, as of {report.as_of:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(f"   {maturity.level}: {maturity.events} events. {maturity.meaning}")
        for found in report.findings:
            self.stdout.write(f"{MARKS[found.level]} {found.what} {found.why} {found.todo}")
        for number, one in enumerate(report.missing, 1):
            worth = f"{one.what} ({one.points} points)"
            self.stdout.write(f"   {number}. {worth}. {one.why} {one.todo}")


def _chosen(name: str | None) -> list[RubricVersion]:
    """The version of this name; without one all that are published."""
    if name:
        try:
            return [chosen_version(name)]
        except SpecError as error:
            raise CommandError(str(error)) from error
    published = RubricVersion.objects.published().select_related("rubric")
    if found := list(published.order_by("rubric__name", "pk")):
        return found
    raise CommandError("No version is published. Publish one, or name a draft: --version-id.")
