"""Doorbells of the judgement."""

from celery import shared_task
from django.utils import timezone

from rubrics import scores

BATCH = 500
MAX_BATCHES = 200


@shared_task(ignore_result=True, soft_time_limit=60)
def score_due_leads() -> None:
    """Rung after ingest and by beat every 5 s. Harmless twice: the service claims its rows."""
    for _ in range(MAX_BATCHES):
        if scores.score_due(at=timezone.now(), limit=BATCH) < BATCH:
            break
