"""Doorbells of the edge: rung by doors and by beat; harmless twice."""

import time
from datetime import datetime

from celery import shared_task
from django.utils import timezone

from integrations import doorbell
from integrations.outbound import outbox, sending
from routing import plays
from routing import tasks as routing
from rubrics import scores

SEND_FOR_S = 5.0
BATCH = 200
MAX_BATCHES = 50
SCORED = 500
"""Leads scored before what that brings is dealt and told."""
FOLLOW_FOR_S = 30.0
"""After that others get their turn, well before the time limit cuts in."""
PLAY_FOR_S = 0.2
"""So long causes of plays are searched before alerts are made; beat goes on with the rest."""


@shared_task(ignore_result=True, soft_time_limit=60)
def follow_events() -> None:
    """Rung after ingest: whoever changed is scored; what that brings is dealt, told and acted on.

    One task, not one after another through the queue, where others would come between an event and
    its alert. Batch by batch, so that who is scored first does not wait for those behind.
    """
    until = time.monotonic() + FOLLOW_FOR_S
    more = True
    while more and time.monotonic() < until:
        more = scores.score_due(at=timezone.now(), limit=SCORED) >= SCORED
        routing.open_qualifications()
        # First, since an alert suggests the message that a play wrote; not for long, for it waits.
        plays.run_plays_at_once(at=timezone.now(), limit=BATCH, seconds=PLAY_FOR_S)
        routing.make_alerts()
        doorbell.ring_sender()


@shared_task(ignore_result=True, soft_time_limit=80)
def deliver() -> None:
    """Owe what there is to tell, and send what is due."""
    outbox.give_up_overdue(at=timezone.now())
    sending.send_due(at=timezone.now(), seconds=SEND_FOR_S, owe=_owe_all)


def _owe_all(at: datetime) -> None:
    for _ in range(MAX_BATCHES):
        if outbox.owe(at=at, limit=BATCH) < BATCH:
            break
