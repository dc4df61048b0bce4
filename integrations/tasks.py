"""Doorbells of the edge: rung after alerts are made and by beat; harmless twice."""

from celery import shared_task
from django.utils import timezone

from integrations.outbound import outbox, sending

SEND_FOR_S = 5.0
BATCH = 200
MAX_BATCHES = 50


@shared_task(ignore_result=True, soft_time_limit=80)
def deliver() -> None:
    """Owe what there is to tell, then send what is due."""
    for _ in range(MAX_BATCHES):
        if outbox.owe(at=timezone.now(), limit=BATCH) < BATCH:
            break
    outbox.give_up_overdue(at=timezone.now())
    sending.send_due(at=timezone.now(), seconds=SEND_FOR_S)
