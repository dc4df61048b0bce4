"""Doorbells of routing: rung after scoring and by beat; harmless twice, the services claim rows."""

from celery import shared_task
from django.utils import timezone

from routing import services

BATCH = 200
MAX_BATCHES = 50


@shared_task(ignore_result=True, soft_time_limit=60)
def open_qualifications() -> None:
    """Open and deal what crossed the threshold, once merged leads' PQLs are with their person.

    First come those who waited for a rep to be there.
    """
    services.follow_merges(at=timezone.now(), limit=BATCH)
    services.deal_waiting(at=timezone.now(), limit=BATCH)
    for _ in range(MAX_BATCHES):
        if services.open_qualifications(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def wake_snoozed() -> None:
    """Bring back PQLs whose snooze is over."""
    for _ in range(MAX_BATCHES):
        if services.wake_snoozed(at=timezone.now(), limit=BATCH) < BATCH:
            break
