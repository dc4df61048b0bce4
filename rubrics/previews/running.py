"""The life of a preview: started, worked on a few seconds at a time, done. Kill it anywhere."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from leads import jobs
from leads.jobs import JobFailed
from leads.models import JobState, Product
from rubrics.backtests.examples import Question
from rubrics.documents import fingerprint_of
from rubrics.measures import SpecError
from rubrics.models import Preview, PreviewLead, Rubric, RubricVersion
from rubrics.models.preview import PreviewStage
from rubrics.previews.keeping import room_left, trim
from rubrics.previews.looking import Found, look
from rubrics.previews.past import (
    PastFound,
    ask_past,
    asked,
    evaluate_both,
    look_past,
    past_document,
    published_panel,
    question_in,
)
from rubrics.previews.plan import (
    Document,
    Plan,
    compile_draft,
    plan_of,
    published_of,
)
from rubrics.previews.tallies import add, as_json, new_tallies
from rubrics.proof.reading import is_scoring_behind
from rubrics.rows import document_of
from rubrics.scores import Chunk, chunks, count_trying

KEPT = timedelta(days=90)
MOST_PREVIEWS = 20
"""Of one version."""
AHEAD = 20
"""Chunks that are looked up at a time: all of them is work for every ring that goes on."""
PATIENCE = timedelta(seconds=1)
"""A change that waits longer than this for its score goes before a preview."""


class PreviewRunning(Exception):
    """A preview of the same draft, as it is, is under way already: ``preview``."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("A preview of this draft is running already. Wait for its end.")
        self.preview = preview


@transaction.atomic
def start_preview(
    version: RubricVersion, *, at: datetime, by: AbstractBaseUser | None = None
) -> Preview:
    """Start to look what a draft would do; forget old previews of it.

    One of an earlier state of the draft that still runs is stopped.

    Raises:
        SpecError: the draft cannot be scored, or does not fit beside the other rubrics.
        PreviewRunning: one of the same state is under way.
    """
    rubric = version.rubric
    document = document_of(version)
    compile_draft(
        document, product_id=rubric.product_id, version_id=version.pk, rubric_id=rubric.pk
    )
    preview = Preview(
        version=version,
        rubric=rubric,
        product_id=rubric.product_id,
        label=str(version),
        document=document,
        fingerprint=fingerprint_of(document),
    )
    for running in version.previews.running():
        if running.fingerprint == preview.fingerprint:
            raise PreviewRunning(running)
        jobs.stop(running, at=at)
    return _start(preview, at=at, by=by)


@transaction.atomic
def start_preview_of_file(
    document: Document,
    *,
    product: Product,
    rubric: Rubric | None,
    label: str,
    at: datetime,
    by: AbstractBaseUser | None = None,
) -> Preview:
    """The same of a document that is no version yet: in the place of ``rubric``'s published one.

    Raises:
        SpecError: it cannot be scored, or does not fit beside the other rubrics.
    """
    rubric_id = rubric.pk if rubric else 0
    compile_draft(document, product_id=product.pk, rubric_id=rubric_id)
    preview = Preview(
        rubric=rubric,
        product=product,
        label=label[:200],
        document=document,
        fingerprint=fingerprint_of(document),
    )
    return _start(preview, at=at, by=by)


def _start(preview: Preview, *, at: datetime, by: AbstractBaseUser | None) -> Preview:
    preview.asked_by_id = by.pk if by else None
    preview.started_at = at
    preview.beside = published_of(preview.product_id)
    _forget_old(preview, at)
    try:
        with transaction.atomic():
            preview.save(force_insert=True)
    except IntegrityError as error:  # another one of the version began this very moment
        running = Preview.objects.of_same_origin(preview).running().get()
        raise PreviewRunning(running) from error
    return preview


def _forget_old(preview: Preview, at: datetime) -> None:
    Preview.objects.started_before(at - KEPT).delete()
    earlier = Preview.objects.of_same_origin(preview).exclude(state=JobState.RUNNING)
    beyond = earlier.newest_first().values_list("pk", flat=True)[MOST_PREVIEWS - 1 :]
    Preview.objects.filter(pk__in=list(beyond)).delete()


def is_outdated(preview: Preview) -> bool:
    """Whether the draft was edited since, so that the preview is of an earlier state."""
    version = preview.version
    return version is not None and fingerprint_of(document_of(version)) != preview.fingerprint


def preview_some(
    *, at: datetime, seconds: float, threads: int = 1, gives_way: bool = False
) -> bool:
    """Work on the oldest free preview for about so long; False if there was nothing to work on.

    Args:
        threads: more than one share the chunks by connections of their own, so that PostgreSQL
            measures one while Python judges another. Not within a transaction: they would not
            see what it has written.
        gives_way: do nothing, and stop between two chunks, while scoring is behind.
    """
    return jobs.work_on(
        Preview.objects.running(),
        _Step(threads),
        at=at,
        seconds=seconds,
        gives_way=_is_scoring_behind if gives_way else None,
    )


def _is_scoring_behind(now: datetime) -> bool:
    return is_scoring_behind(now - PATIENCE)


class _Step:
    """Goes a little further; what is the same for all chunks is made once a ring."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self.plan: Plan | None = None
        self.parts: Iterator[Sequence[Chunk]] = iter(())
        self.question: Question | None = None

    def __call__(self, preview: Preview, now: datetime) -> bool:
        if self.plan is None:
            self.plan = self._begin(preview, now)
        if published_of(preview.product_id) != preview.beside:
            raise JobFailed("Another version was published meanwhile. Start the preview again.")
        if preview.stage == PreviewStage.NOW:
            return self._look_now(preview, self.plan)
        return self._look_past(preview, self.plan, now)

    def _begin(self, preview: Preview, now: datetime) -> Plan:
        """Make the plan; of a preview that nobody worked on yet, set its moment and its size."""
        try:
            plan = plan_of(preview)
        except SpecError as error:
            raise JobFailed(f"The draft cannot be scored any more. {error}") from error
        is_new = preview.at is None
        preview.at = preview.at or now
        subject = plan.panel.subject
        if "asked" not in preview.examples:
            past = ask_past(preview.product_id, at=preview.at, subject=subject)
            preview.examples["asked"] = past_document(past)
            jobs.advance(preview, examples=preview.examples)
            if is_new:
                total = count_trying(preview.product_id, subject) + (past.count if past else 0)
                jobs.advance(preview, at=now, total=total)
        self.question = question_in(
            preview.examples["asked"], product_id=preview.product_id, subject=subject
        )
        return plan

    def _look_now(self, preview: Preview, plan: Plan) -> bool:
        assert preview.at is not None  # since it began
        parts = next(self.parts, ()) or self._next_parts(preview, plan)
        if not parts:
            preview.stage = PreviewStage.PAST
            preview.after = (preview.examples["asked"] or {}).get("after", 0)
            return jobs.advance(preview, stage=preview.stage, after=preview.after)
        work = partial(look, plan, at=preview.at, room=room_left(preview))
        found = [work(part) for part in parts] if len(parts) == 1 else _in_threads(work, parts)
        return _keep(preview, parts, found)

    def _next_parts(self, preview: Preview, plan: Plan) -> Sequence[Chunk]:
        """Look up as many chunks as a ring works on at most; return the first to work on."""
        parts = chunks(
            preview.product_id, subject=plan.panel.subject, after=preview.after, most=AHEAD
        )
        self.parts = batched(parts, self.threads)
        return next(self.parts, ())

    def _look_past(self, preview: Preview, plan: Plan, now: datetime) -> bool:
        before = published_panel(preview, plan)
        found = PastFound(None)
        if self.question is not None:
            found = look_past(before, plan.panel, self.question, after=preview.after)
        rows = preview.examples.setdefault("rows", [])
        if found.last_id is None:
            told = evaluate_both(rows, before, plan.panel)
            told |= {"left_out": preview.examples.get("left_out", {}), **asked(self.question)}
            jobs.finish(preview, at=now, evaluation=told, examples={})
            return False
        rows += found.rows
        left_out = Counter(preview.examples.get("left_out", {})) + Counter(found.left_out)
        preview.examples["left_out"] = dict(left_out)
        preview.after = found.last_id
        return jobs.advance(
            preview, done=found.count, after=preview.after, examples=preview.examples
        )


def batched(parts: Sequence[Chunk], size: int) -> Iterator[Sequence[Chunk]]:
    """The parts, so many at a time."""
    return (parts[start : start + size] for start in range(0, len(parts), size))


def _in_threads(work: partial[Found], parts: Sequence[Chunk]) -> list[Found]:
    def work_and_disconnect(part: Chunk) -> Found:
        try:
            return work(part)
        finally:
            connection.close()  # this thread's own

    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(work_and_disconnect, parts))


@transaction.atomic
def _keep(preview: Preview, parts: Sequence[Chunk], found: Sequence[Found]) -> bool:
    """Store what the chunks came to, and that they are done. False: somebody else goes on."""
    tallies = new_tallies(preview.tallies)
    for one in found:
        add(tallies, one.tallies)
    rows = trim([row for one in found for row in one.rows], room_left(preview))
    preview.tallies, preview.after = as_json(tallies), parts[-1].high
    moved = jobs.advance(
        preview,
        done=sum(part.count for part in parts),
        after=preview.after,
        tallies=preview.tallies,
        kept=F("kept") + len(rows),
    )
    if not moved:
        return False
    preview.kept += len(rows)
    for row in rows:
        row.preview = preview
    PreviewLead.objects.bulk_create(rows)
    return True
