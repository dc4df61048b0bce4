"""`manage.py preview_rubric`: what a draft, or a rubric file, would do to everybody's score."""

import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from leads.models import JobState, Product
from rubrics import previews
from rubrics.files import read_rubric
from rubrics.files.naming import chosen_version
from rubrics.measures import SpecError
from rubrics.models import Preview, Rubric, RubricVersion
from rubrics.models.preview import Movement
from rubrics.presets import preset_names
from rubrics.previews.summary import Summary, summarize
from rubrics.previews.verdict import comparison

SECONDS = 1.0
THREADS = 2
SHOWN = 10


class Command(BaseCommand):
    help = (
        "Score everybody by a draft, write nothing that anybody sees, and say what would change: "
        "PQLs now and then, who enters and who leaves, and why."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "rubric",
            metavar="VERSION_OR_FILE",
            help="A version as RUBRIC@NUMBER (standard@3), a .yaml file, or a preset's name.",
        )
        parser.add_argument(
            "--into",
            metavar="RUBRIC",
            help="For a file: key of the rubric in whose place it stands; default: the file's own.",
        )
        parser.add_argument(
            "--product", metavar="KEY", help="For a file whose rubric does not exist yet."
        )
        parser.add_argument("--json", action="store_true", help="Print one JSON object only.")

    def handle(
        self,
        *args: Any,
        rubric: str,
        into: str | None,
        product: str | None,
        json: bool,
        **options: Any,
    ) -> None:
        at = timezone.now()
        try:
            if _is_file(rubric):
                preview = _start_file(rubric, into, product, at)
            else:
                preview = previews.start_preview(_version(rubric), at=at)
        except SpecError as error:
            raise CommandError(str(error)) from error
        except previews.PreviewRunning as running:
            preview = running.preview
        self._work(preview, quiet=json)
        if preview.state != JobState.DONE:
            state = preview.get_state_display().lower()
            raise CommandError(f"{state} at {preview.percent} %. {preview.problem}".capitalize())
        self.stdout.write(as_json(preview) if json else as_text(preview))

    @staticmethod
    def _work(preview: Preview, *, quiet: bool) -> None:
        columns = (TextColumn("Scoring"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, transient=True, disable=quiet) as bar:
            task = bar.add_task("", total=max(preview.total, 1))
            while preview.state == JobState.RUNNING:
                if not previews.preview_some(at=timezone.now(), seconds=SECONDS, threads=THREADS):
                    time.sleep(SECONDS / 4)  # a worker is at it; when it lets go, we go on
                preview.refresh_from_db()
                bar.update(task, completed=preview.done, total=max(preview.total, 1))


def _is_file(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or name in preset_names()


def _version(name: str) -> RubricVersion:
    if "@" in name or "/" in name:
        try:
            return chosen_version(name)
        except SpecError:
            pass  # what there is to preview says more
    drafts = RubricVersion.objects.select_related("rubric").editable().order_by("pk")
    told = ", ".join(f"{draft.rubric.key}@{draft.number}" for draft in drafts)
    raise CommandError(f"No version, file or preset {name!r}. Drafts are: {told or 'none'}.")


def _start_file(name: str, into: str | None, product: str | None, at: Any) -> Preview:
    """Of a file, in the place of a rubric's published version or beside the others."""
    document = read_rubric(name)
    key = into or str(document.get("rubric") or "")
    rubric = Rubric.objects.select_related("product").filter(key=key).first()
    if rubric is None and (into or product is None):
        known = ", ".join(Rubric.objects.order_by("key").values_list("key", flat=True)) or "none"
        raise CommandError(
            f"No rubric {key!r}. Name one with --into (there are: {known}), or the product that "
            "gets a new one with --product."
        )
    owner = rubric.product if rubric else Product.objects.filter(key=product).first()
    if owner is None:
        raise CommandError(f"No product {product!r}.")
    return previews.start_preview_of_file(
        document, product=owner, rubric=rubric, label=Path(name).name, at=at
    )


def as_json(preview: Preview) -> str:
    """All that the preview found, and who enters and leaves."""
    rows = preview.leads.exclude(movement=Movement.MOVED).order_by("-weight", "pk")
    named = [
        {
            "movement": row.movement,
            "lead": row.lead_id,
            "account": row.account_id,
            "now": row.now_total,
            "then": row.then_total,
            "why": row.why,
        }
        for row in rows.iterator()
    ]
    told = {
        "label": preview.label,
        "at": preview.at,
        "results": asdict(summarize(preview)),
        "tallies": preview.tallies,
        "outcomes": comparison(preview),
        "leads": named,
    }
    return json.dumps(told, default=str)


def as_text(preview: Preview) -> str:
    """The preview as a report for people."""
    found = summarize(preview)
    told = comparison(preview)
    return "\n".join(
        [
            f"{preview.label}: {found.pqls.now:,} PQLs now, {found.pqls.then:,} then "
            f"({found.net:+,}), of {found.seen:,}",
            f"{found.entered:,} enter, {found.left:,} leave, {found.stayed:,} stay",
            *_shares(found),
            *_crossing(preview, Movement.ENTERED, "Enter"),
            *_crossing(preview, Movement.LEFT, "Leave"),
            f"Past outcomes: {told['verdict'] if told else 'none that can be judged yet.'}",
        ]
    )


def _shares(found: Summary) -> list[str]:
    return [
        f"{share.label}: {share.now_percent:.1f} % now, {share.then_percent:.1f} % then of "
        f"{share.sign_ups:,}. {share.verdict}"
        for share in found.shares
        if share.now_percent is not None and share.then_percent is not None
    ]


def _crossing(preview: Preview, movement: Movement, word: str) -> list[str]:
    """Who moves most, by id: a terminal's history is no place for names."""
    rows = preview.leads.filter(movement=movement).order_by("-weight", "pk")[:SHOWN]
    return [
        f"{word}: {'lead' if row.lead_id else 'account'} {row.lead_id or row.account_id}, "
        f"{_total(row.now_total)} to {_total(row.then_total)}. {row.why or 'Other thresholds'}"
        for row in rows
    ]


def _total(total: int | None) -> str:
    return "no score" if total is None else str(total)
