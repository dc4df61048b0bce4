"""Doorbells of routing: rung after scoring and by beat; harmless twice, the services claim rows."""

from celery import shared_task
from django.utils import timezone

from routing import services, sla

BATCH = 200
MAX_BATCHES = 50
# Each may be dealt anew under lock of its team's reps, which live dealing waits for.
SLA_BATCH = 20


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


@shared_task(ignore_result=True, soft_time_limit=60)
def watch_slas() -> None:
    """Set the clocks of what was assigned, do what is due, and deal again to reps who acted."""
    sla.resume_who_acted()
    for _ in range(MAX_BATCHES):
        if sla.set_clocks(at=timezone.now(), limit=BATCH) < BATCH:
            break
    for _ in range(MAX_BATCHES):
        if sla.take_steps(at=timezone.now(), limit=SLA_BATCH) < SLA_BATCH:
            break
