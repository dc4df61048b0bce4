"""Doorbells of the judgement."""

from time import monotonic

from celery import shared_task
from django.utils import timezone

from rubrics import scores

BATCH = 500
SECONDS = 30.0
"""After that others get their turn (routing first of all), well before the time limit cuts in."""


@shared_task(ignore_result=True, soft_time_limit=60)
def score_due_leads() -> None:
    """Rung after ingest and by beat every 5 s. Harmless twice: the service claims its rows."""
    until = monotonic() + SECONDS
    while scores.score_due(at=timezone.now(), limit=BATCH) >= BATCH and monotonic() < until:
        pass
