"""`manage.py backtest`: does a rubric predict the outcomes of a data set?"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from integrations.datasets.backtest import AXES, backtest
from integrations.datasets.console import Problems, file_progress
from integrations.datasets.reader import DataSet, DataSetError
from rubrics.measures import SpecError
from rubrics.presets import read_rubric
from rubrics.reports import Evaluation, Flagged
from rubrics.statistics import Estimate


class Command(BaseCommand):
    help = (
        "Score each lead of a data set's snapshot as of its moment, nothing later seen, and "
        "compare with what became of it. Leaves the database as it was (docs/backtest.md)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, help="The data set: docs/datasets.md.")
        parser.add_argument("--rubric", required=True, help="A rubric file, or a preset's name.")
        parser.add_argument("--axis", choices=AXES, default="total", help="Which score to judge.")
        parser.add_argument("--json", action="store_true", help="Print one JSON object only.")

    def handle(
        self, *args: Any, directory: Path, rubric: str, axis: str, json: bool, **options: Any
    ) -> None:
        problems = Problems(self.stderr)
        try:
            with file_progress(quiet=json) as on_file:
                result = backtest(
                    DataSet(directory),
                    read_rubric(rubric),
                    axis=axis,
                    on_problem=problems.add,
                    on_file=on_file,
                )
        except (DataSetError, SpecError) as error:
            raise CommandError(str(error)) from error
        problems.report()
        self.stdout.write(as_json(result) if json else as_text(result, axis))


def as_json(result: Evaluation) -> str:
    """The evaluation as one JSON object; a figure's interval ends in ``_low`` and ``_high``."""
    return json.dumps(
        {
            "n": result.leads,
            "positives": result.positives,
            **_flat("auc", result.auc),
            **_flat("base_rate", result.base_rate),
            "pqls": _flagged_document(result.pqls),
            "top_fifth": _flagged_document(result.top),
            "buckets": [
                {
                    "label": bucket.label,
                    "low": bucket.low,
                    "high": bucket.high,
                    "leads": bucket.leads,
                    "positives": bucket.positives,
                    **_flat("conversion", bucket.conversion),
                }
                for bucket in result.buckets
            ],
            "warnings": result.warnings,
        }
    )


def _flagged_document(flagged: Flagged) -> dict[str, Any]:
    return {
        "leads": flagged.leads,
        "positives": flagged.positives,
        **_flat("precision", flagged.precision),
        **_flat("recall", flagged.recall),
        **_flat("rest_conversion", flagged.rest_conversion),
        "lift": flagged.lift,
    }


def _flat(name: str, estimate: Estimate | None) -> dict[str, float | None]:
    figures = asdict(estimate) if estimate else {"value": None, "low": None, "high": None}
    return {name: figures["value"], f"{name}_low": figures["low"], f"{name}_high": figures["high"]}


def as_text(result: Evaluation, axis: str) -> str:
    """The evaluation as a report for people."""
    lines = [
        f"{result.leads:,} leads, {result.positives:,} converted ({_percent(result.base_rate)})",
        f"ROC AUC of {axis}: {_figure(result.auc)}",
        f"PQLs: {result.pqls.leads:,}, of which {_percent(result.pqls.precision)} converted; they "
        f"are {_percent(result.pqls.recall)} of all that converted; {_lift(result.pqls)}",
        f"Best fifth: {_percent(result.top.precision)} converted; {_lift(result.top)}",
        "",
        f"{'score':>9} {'leads':>8} {'converted':>10} {'conversion, 95 % interval':>28}",
    ]
    lines += [
        f"{bucket.label:>9} {bucket.leads:>8,} {bucket.positives:>10,} "
        f"{_percent(bucket.conversion):>28}"
        for bucket in result.buckets
    ]
    lines += ["", *(f"Note: {warning}" for warning in result.warnings)]
    return "\n".join(lines).rstrip()


def _figure(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none"
    return f"{estimate.value:.3f} (95 % interval {estimate.low:.3f} to {estimate.high:.3f})"


def _percent(estimate: Estimate | None) -> str:
    if estimate is None:
        return "none"
    return f"{estimate.value:.1%} ({estimate.low:.1%} to {estimate.high:.1%})"


def _lift(flagged: Flagged) -> str:
    return "no lift to tell" if flagged.lift is None else f"lift {flagged.lift:.2f} over the rest"
