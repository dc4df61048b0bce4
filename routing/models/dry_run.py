from __future__ import annotations

from django.db import models

from leads.models import Job, JobQuerySet
from routing.models.play import Play


class PlayDryRun(Job):
    """What a play would have done from ``since`` to ``until``, had it been on; nothing is done.

    ``days`` counts by date and outcome (``fired``, ``limit``, ``conditions``); ``leads`` are the
    first of those it would have acted for: ``{"lead", "name", "at", "checked"}``. ``after`` is the
    id of the last lead looked at.
    """

    play = models.ForeignKey(Play, on_delete=models.CASCADE, related_name="dry_runs")
    since = models.DateTimeField()
    until = models.DateTimeField()
    after = models.BigIntegerField(default=0)
    days = models.JSONField(default=dict)
    leads = models.JSONField(default=list)

    objects = JobQuerySet["PlayDryRun"].as_manager()

    class Meta(Job.Meta):
        verbose_name = "dry run"

    def __str__(self) -> str:
        return f"Dry run of {self.play}"
