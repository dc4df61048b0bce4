"""`manage.py backtest`: does a rubric predict the outcomes of a data set, or of stored leads?"""

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from integrations.datasets.backtest import AXES, backtest
from integrations.datasets.console import Problems, file_progress, progress_bar
from integrations.datasets.reader import DataSet, DataSetError
from leads.models import JobState
from leads.models.outcome import OutcomeKind
from rubrics.backtests.examples import CONVERSIONS, MomentKind
from rubrics.backtests.export import write_tables
from rubrics.backtests.running import backtest_some
from rubrics.backtests.starting import Asking, BacktestRefused, midnight, start_backtest
from rubrics.backtests.text import as_text
from rubrics.files import read_rubric
from rubrics.files.naming import chosen_version
from rubrics.measures import SpecError
from rubrics.models import Backtest, RubricVersion

SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Score past leads as of their own moments, nothing later seen, and compare with what "
        "became of them: those of a data set's snapshot, or those stored (docs/backtest.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, nargs="?", help="A data set's directory.")
        parser.add_argument("--rubric", help="A data set's: a rubric file, or a preset's name.")
        parser.add_argument("--axis", choices=AXES, default="total", help="Which score to judge.")
        parser.add_argument(
            "--rubric-version",
            metavar="VERSION",
            help="Stored leads: RUBRIC@NUMBER (standard@3), RUBRIC, or a version's id.",
        )
        parser.add_argument("--beside", metavar="VERSION", help="Another version, to compare with.")
        parser.add_argument("--since", type=parse_date, help="Signed up from (YYYY-MM-DD).")
        parser.add_argument("--until", type=parse_date, help="Signed up before (YYYY-MM-DD).")
        parser.add_argument("--moment", choices=list(MomentKind), default="after_sign_up")
        parser.add_argument("--days", type=int, help="After sign-up, or before the outcome.")
        parser.add_argument("--horizon", type=int, help="Days to wait for an outcome.")
        parser.add_argument(
            "--outcome", action="append", choices=list(OutcomeKind), help="Counts as conversion."
        )
        parser.add_argument("--reps", type=int, default=3)
        parser.add_argument("--each", type=int, default=40, help="PQLs a rep works in a week.")
        parser.add_argument("--csv", type=Path, help="Write every table into this directory.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object only.")

    def handle(self, *args: Any, directory: Path | None, csv: Path | None, **options: Any) -> None:
        try:
            report = self._of_files(directory, **options) if directory else self._stored(**options)
        except (DataSetError, SpecError, BacktestRefused) as error:
            raise CommandError(str(error)) from error
        if csv is not None:
            csv.mkdir(parents=True, exist_ok=True)
            write_tables(report, csv)
        if options["json"]:
            self.stdout.write(json.dumps(as_document(report)))
        else:
            self.stdout.write(as_text(report, reps=options["reps"], each=options["each"]))

    def _of_files(self, directory: Path, **options: Any) -> dict[str, Any]:
        if not options["rubric"]:
            raise CommandError("Give the rubric to try: --rubric FILE, or a preset's name.")
        problems = Problems(self.stderr)
        with file_progress(quiet=options["json"]) as on_file:
            report = backtest(
                DataSet(directory),
                read_rubric(options["rubric"]),
                axis=options["axis"],
                on_problem=problems.add,
                on_file=on_file,
            )
        problems.report()
        return report

    def _stored(self, **options: Any) -> dict[str, Any]:
        """Start it and work on it here; whichever worker comes by may help."""
        job = start_backtest(
            _version(options["rubric_version"]),
            beside=_version(options["beside"]) if options["beside"] else None,
            asking=Asking(
                since=midnight(options["since"]),
                until=midnight(options["until"]),
                moment=MomentKind(options["moment"]),
                days=options["days"],
                horizon_days=options["horizon"],
                kinds=options["outcome"] or CONVERSIONS,
            ),
            at=timezone.now(),
        )
        with progress_bar(quiet=options["json"]) as bar:
            task = bar.add_task("leads", total=100)
            while job.is_running:
                backtest_some(at=timezone.now(), seconds=SECONDS)
                job = Backtest.objects.get(pk=job.pk)
                bar.update(task, completed=job.percent)
        if job.state != JobState.DONE:
            raise CommandError(job.problem or "It was stopped.")
        results: dict[str, Any] = job.results
        return results


def _version(name: str | None) -> RubricVersion:
    """The version of this name; without one the only one that is published.

    Raises:
        SpecError: there is none of that name.
    """
    if name:
        return chosen_version(str(name))
    published = list(RubricVersion.objects.published().select_related("rubric").order_by("pk"))
    if len(published) > 1:
        known = ", ".join(f"{one.rubric.key}@{one.number}" for one in published)
        raise CommandError(f"Say which version: --rubric-version, one of {known}, or a draft.")
    if not published:
        raise CommandError("Give a directory, or publish a rubric.")
    return published[0]


def as_document(report: Mapping[str, Any]) -> dict[str, Any]:
    """One flat object for scripts (an interval ends in ``_low`` and ``_high``) of the version asked
    for, and the whole ``report``."""
    version = report["versions"][0]
    return {
        "n": report["leads"],
        "positives": report["positives"],
        **_flat("auc", version["auc"]),
        **_flat("base_rate", report["base_rate"]),
        "pqls": _flagged(version["pqls"]),
        "top_fifth": _flagged(version["top_fifth"]),
        "buckets": [
            {
                **{name: bucket[name] for name in ("label", "low", "high", "leads", "positives")},
                **_flat("conversion", bucket["conversion"]),
            }
            for bucket in version["buckets"]
        ],
        "warnings": [*version["warnings"], *report["warnings"]],
        "report": report,
    }


def _flagged(flagged: Mapping[str, Any]) -> dict[str, Any]:
    lift = flagged["lift"]
    return {
        "leads": flagged["leads"],
        "positives": flagged["positives"],
        **_flat("precision", flagged["precision"]),
        **_flat("recall", flagged["recall"]),
        **_flat("rest_conversion", flagged["rest_conversion"]),
        "lift": lift["value"] if isinstance(lift, Mapping) else lift,
    }


def _flat(name: str, estimate: Mapping[str, float] | None) -> dict[str, float | None]:
    ends = {name: "value", f"{name}_low": "low", f"{name}_high": "high"}
    return {key: estimate[end] if estimate else None for key, end in ends.items()}
