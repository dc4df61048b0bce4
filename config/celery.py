"""The Celery application and its beat schedule.

Celery carries wake-ups, never data: every task asks the database what there is to do, so a
lost message costs one beat period and nothing else (docs/adr/0002).
"""

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("ripeline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery's current app is per thread; without this, threads publish through an app of no settings.
app.set_default()

# Scoring waits in a queue of its own, so that a door can ask whether a ring waits already.
# So does sending: a receiver that is slow must hold up no score, so a worker of its own, the
# sender, takes from that queue (docs/adr/0019). And so do jobs, which take seconds at a time: a
# preview must not keep a rep from being told (docs/adr/0002). One without -Q takes from all.
WORKER_QUEUES = ("celery", "scoring")
JOBS_QUEUES = ("jobs",)
SENDER_QUEUES = ("outbound",)
QUEUES = (*WORKER_QUEUES, *JOBS_QUEUES, *SENDER_QUEUES)
JOBS = (
    "leads.tasks.count_events",
    "leads.tasks.remap_events",
    "rubrics.tasks.audit_data",
    "rubrics.tasks.prove_scores",
    "rubrics.tasks.publish_versions",
    "rubrics.tasks.run_backtests",
    "rubrics.tasks.run_previews",
    "routing.tasks.dry_run_plays",
    "routing.tasks.foretell",
    "routing.tasks.run_replays",
)
app.conf.task_queues = tuple(Queue(name) for name in QUEUES)
app.conf.task_routes = {
    **{name: {"queue": "jobs"} for name in JOBS},
    "rubrics.tasks.score_due_leads": {"queue": "scoring"},
    "integrations.tasks.follow_events": {"queue": "scoring"},
    "integrations.tasks.deliver": {"queue": "outbound"},
}

# Loaded by Celery's own programs only, unlike this file: the worker's sign of life.
app.conf.imports = ("config.liveness",)

# Static, intervals only, all UTC: a schedule in the database has more ways to stop silently than
# it has uses here (facts on django-celery-beat; docs/adr/0002).
app.conf.beat_schedule = {
    "score-due-leads": {"task": "rubrics.tasks.score_due_leads", "schedule": 5.0},
    "publish-versions": {"task": "rubrics.tasks.publish_versions", "schedule": 2.0},
    "prove-scores": {"task": "rubrics.tasks.prove_scores", "schedule": 15.0},
    "run-backtests": {"task": "rubrics.tasks.run_backtests", "schedule": 5.0},
    "run-previews": {"task": "rubrics.tasks.run_previews", "schedule": 2.0},
    "audit-data": {"task": "rubrics.tasks.audit_data", "schedule": 15.0},
    "open-qualifications": {"task": "routing.tasks.open_qualifications", "schedule": 5.0},
    "make-alerts": {"task": "routing.tasks.make_alerts", "schedule": 5.0},
    "remind-of-tasks": {"task": "routing.tasks.remind_of_tasks", "schedule": 15.0},
    "run-plays": {"task": "routing.tasks.run_plays", "schedule": 2.0},
    "dry-run-plays": {"task": "routing.tasks.dry_run_plays", "schedule": 2.0},
    "forget-play-runs": {"task": "routing.tasks.forget_play_runs", "schedule": 3600.0},
    "ask-pilots": {"task": "routing.tasks.ask_pilots", "schedule": 60.0},
    "tell-managers": {"task": "routing.tasks.tell_managers", "schedule": 300.0},
    "drop-old-alerts": {"task": "routing.tasks.drop_old_alerts", "schedule": 3600.0},
    "run-replays": {"task": "routing.tasks.run_replays", "schedule": 2.0},
    "let-come-back": {"task": "routing.tasks.let_come_back", "schedule": 60.0},
    "wake-snoozed": {"task": "routing.tasks.wake_snoozed", "schedule": 60.0},
    "expire-quiet": {"task": "routing.tasks.expire_quiet", "schedule": 300.0},
    "deliver": {"task": "integrations.tasks.deliver", "schedule": 2.0},
    "watch-slas": {"task": "routing.tasks.watch_slas", "schedule": 10.0},
    "watch-reviews": {"task": "routing.tasks.watch_reviews", "schedule": 5.0},
    "foretell": {"task": "routing.tasks.foretell", "schedule": 30.0},
    "close-by-outcomes": {"task": "routing.tasks.close_by_outcomes", "schedule": 10.0},
    "remap-events": {"task": "leads.tasks.remap_events", "schedule": 5.0},
    "count-events": {"task": "leads.tasks.count_events", "schedule": 10.0},
    "ensure-event-partitions": {"task": "leads.tasks.ensure_event_partitions", "schedule": 3600.0},
}
