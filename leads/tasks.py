"""Doorbells of the facts."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from leads import catalogue, partitions, remapping

SECONDS = 2.0
"""The longest that one ring works."""


@shared_task(ignore_result=True, soft_time_limit=60)
def ensure_event_partitions() -> None:
    """Make the coming months' parts of the event table and drop what retention ended."""
    at = timezone.now()
    partitions.ensure_event_partitions(at)
    partitions.drop_expired_event_partitions(at, keep_months=settings.EVENT_RETENTION_MONTHS)
    catalogue.trim_catalogue(at=at)


@shared_task(ignore_result=True, soft_time_limit=60)
def count_events() -> None:
    """Rung by beat every 10 s: count what was stored since into the catalogue."""
    catalogue.count_events(at=timezone.now(), seconds=SECONDS)


@shared_task(ignore_result=True, soft_time_limit=60)
def remap_events() -> None:
    """Rung by beat every 5 s: go on with the remapping whose turn it is; scoring comes first."""
    remapping.remap_some(at=timezone.now(), seconds=SECONDS, gives_way=True)
