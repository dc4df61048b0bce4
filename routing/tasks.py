"""Doorbells of routing: rung after scoring and by beat; harmless twice, the services claim rows."""

import time
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from routing import pilots, plays, services, simulating, sla
from routing.alerts import make_alerts as make_alerts_of_changes
from routing.alerts import remind_of_tasks as remind_of_tasks_due
from routing.alerts import tell_of_tasks
from routing.alerts.inbox import drop_old
from routing.alerts.summaries import tell_managers as tell_managers_of_teams
from rubrics.proof.reading import is_scoring_behind

BATCH = 200
MAX_BATCHES = 50
# Each may be dealt anew under lock of its team's reps, which live dealing waits for.
SLA_BATCH = 20
FORETELLING_S = 10
BEHIND = timedelta(seconds=2)
DRY_RUN_SECONDS = 10.0
REPLAY_S = 5


@shared_task(ignore_result=True, soft_time_limit=60)
def open_qualifications() -> None:
    """Open and deal what crossed the threshold, once merged leads' PQLs are with their person.

    First come those who waited for a rep to be there.
    """
    services.follow_merges(at=timezone.now(), limit=BATCH)
    for _ in range(MAX_BATCHES):
        if services.deal_waiting(at=timezone.now(), limit=BATCH) < BATCH:
            break
    for _ in range(MAX_BATCHES):
        if services.open_qualifications(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def let_come_back() -> None:
    """Open PQLs again of leads that stayed above the thresholds, once they have rested."""
    for _ in range(MAX_BATCHES):
        if services.let_come_back(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def wake_snoozed() -> None:
    """Bring back PQLs whose snooze is over."""
    for _ in range(MAX_BATCHES):
        if services.wake_snoozed(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def close_by_outcomes() -> None:
    """Let outcomes from elsewhere move the work they decide."""
    for _ in range(MAX_BATCHES):
        if services.close_by_outcomes(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def expire_quiet() -> None:
    """Let go of PQLs that are none any more and that nobody has begun."""
    for _ in range(MAX_BATCHES):
        if services.expire_quiet(at=timezone.now(), limit=BATCH) < BATCH:
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


@shared_task(ignore_result=True, soft_time_limit=60)
def watch_reviews() -> None:
    """Tell reviewers what waits for them, and again if it waits on."""
    for _ in range(MAX_BATCHES):
        if sla.tell_reviewers(at=timezone.now(), limit=BATCH) < BATCH:
            break
    for _ in range(MAX_BATCHES):
        if sla.take_review_steps(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def foretell() -> None:
    """Make forecasts anew for some seconds; live scoring comes first."""
    ends = time.monotonic() + FORETELLING_S
    asked = 0.0

    def may_go_on() -> bool:
        nonlocal asked
        now = time.monotonic()
        if now - asked > 1:
            asked = now
            if is_scoring_behind(timezone.now() - BEHIND):
                return False
        return now < ends

    services.foretell(at=timezone.now(), limit=BATCH * MAX_BATCHES, may_go_on=may_go_on)


@shared_task(ignore_result=True, soft_time_limit=60)
def make_alerts() -> None:
    """Tell reps what became theirs, right after it did: PQLs first, and then tasks."""
    for _ in range(MAX_BATCHES):
        if make_alerts_of_changes(at=timezone.now(), limit=BATCH) < BATCH:
            break
    for _ in range(MAX_BATCHES):
        if tell_of_tasks(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def remind_of_tasks() -> None:
    """Tell whoever has a task that it is due."""
    for _ in range(MAX_BATCHES):
        if remind_of_tasks_due(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def run_plays() -> None:
    """Find what plays wait for, and act on it."""
    for _ in range(MAX_BATCHES):
        if plays.run_plays(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def forget_play_runs() -> None:
    """Drop what plays left out a month ago."""
    for _ in range(MAX_BATCHES):
        if plays.forget_runs(at=timezone.now(), limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def drop_old_alerts() -> None:
    """Drop what nobody looks at any more."""
    for _ in range(MAX_BATCHES):
        days = settings.ALERT_RETENTION_DAYS
        if drop_old(at=timezone.now(), days=days, limit=BATCH) < BATCH:
            break


@shared_task(ignore_result=True, soft_time_limit=60)
def tell_managers() -> None:
    """Tell managers of their teams' day, at the time they chose."""
    tell_managers_of_teams(at=timezone.now())


@shared_task(ignore_result=True, soft_time_limit=60)
def ask_pilots() -> None:
    """Ask the reps of pilots, at the end of their day, whether its PQLs were good."""
    pilots.ask_reps(at=timezone.now())


@shared_task(ignore_result=True, soft_time_limit=60)
def dry_run_plays() -> None:
    """Go on with what somebody tries before switching it on."""
    plays.dry_run_some(at=timezone.now(), seconds=DRY_RUN_SECONDS)


@shared_task(ignore_result=True, soft_time_limit=60)
def run_replays() -> None:
    """Go on with the replay that was started first; live scoring comes first."""
    simulating.replay_some(at=timezone.now(), seconds=REPLAY_S)
