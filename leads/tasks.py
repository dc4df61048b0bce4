"""Doorbells of the facts."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from leads import partitions


@shared_task(ignore_result=True, soft_time_limit=60)
def ensure_event_partitions() -> None:
    """Make the coming months' parts of the event table and drop what retention ended."""
    at = timezone.now()
    partitions.ensure_event_partitions(at)
    partitions.drop_expired_event_partitions(at, keep_months=settings.EVENT_RETENTION_MONTHS)
