"""Doorbells of the judgement."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from rubrics import dataquality, previews, proof, publishing, scores
from rubrics.backtests.running import backtest_some

BATCH = 500
SECONDS = 30.0
"""After that others get their turn (routing first of all), well before the time limit cuts in."""

PROOF_SECONDS = 2.0
"""The longest that one ring works; it gives way to scoring sooner (docs/adr/0009)."""
PREVIEW_SECONDS = 5.0
PREVIEW_THREADS = 2
"""PostgreSQL measures one chunk while Python judges another."""

PUBLISH_SECONDS = 5.0
"""The longest that one ring works on a publication; it gives way to scoring sooner."""

BACKTEST_SECONDS = 4.0
"""The longest that one ring works, but for the last step: weights take some seconds more."""


@shared_task(ignore_result=True, soft_time_limit=60)
def score_due_leads() -> None:
    """Rung after ingest and by beat every 5 s. Harmless twice: the service claims its rows."""
    until = monotonic() + SECONDS
    while scores.score_due(at=timezone.now(), limit=BATCH) >= BATCH and monotonic() < until:
        pass


@shared_task(ignore_result=True, soft_time_limit=85)
def publish_versions() -> None:
    """Rung by beat every 2 s: go on with the publications under way (docs/adr/0014).

    Scoring comes first, as with the proof. The limit is the flip's, which is one transaction: just
    below the hard one of all tasks.
    """
    publishing.publish_some(at=timezone.now(), seconds=PUBLISH_SECONDS, gives_way=True)
    publishing.sweep_buffers(seconds=PUBLISH_SECONDS)


@shared_task(ignore_result=True, soft_time_limit=60)
def prove_scores() -> None:
    """Rung by beat every 15 s: start tonight's proof, and go on with the one that runs.

    Scoring comes first: a ring does nothing while it is behind, and stops when it falls behind.
    """
    proof.start_nightly(at=timezone.now())
    proof.prove_some(at=timezone.now(), seconds=PROOF_SECONDS, gives_way=True)


@shared_task(ignore_result=True, soft_time_limit=60)
def run_backtests() -> None:
    """Rung by beat every 5 s, and when one is started. Scoring comes first."""
    backtest_some(at=timezone.now(), seconds=BACKTEST_SECONDS, gives_way=True)


@shared_task(ignore_result=True, soft_time_limit=60)
def run_previews() -> None:
    """Rung by beat every 2 s: go on with the preview that was started first.

    Somebody waits for it, so it works longer at a time than a proof; scoring still comes first.
    """
    previews.preview_some(
        at=timezone.now(), seconds=PREVIEW_SECONDS, threads=PREVIEW_THREADS, gives_way=True
    )


@shared_task(ignore_result=True, soft_time_limit=60)
def audit_data() -> None:
    """Rung by beat every 15 s: start tonight's data audit, and go on with the one that runs."""
    dataquality.start_nightly(at=timezone.now())
    dataquality.audit_some(at=timezone.now(), seconds=PROOF_SECONDS, gives_way=True)
