from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

JobT = TypeVar("JobT", bound="Job")


class JobState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"
    FAILED = "failed", "Failed"


class JobQuerySet(models.QuerySet[JobT]):
    def running(self) -> Self:
        """Jobs under way, or waiting for a worker; oldest first."""
        return self.filter(state=JobState.RUNNING).order_by("started_at", "pk")

    def finished(self) -> Self:
        """Jobs that went to the end, newest first."""
        return self.filter(state=JobState.DONE).order_by("-finished_at", "-pk")

    def started_before(self, at: datetime) -> Self:
        """Old ones, whatever became of them."""
        return self.filter(started_at__lt=at)


class Job(models.Model):
    """Work that outlasts a request, done by workers chunk by chunk (:mod:`leads.jobs`).

    A worker leases it with ``claimed_until``; what a chunk found and how far the job is are
    committed together, so that it can be killed anywhere and the next worker goes on from there.
    ``total`` and ``done`` count whatever the job goes through.
    """

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    state = models.CharField(max_length=7, choices=JobState, default=JobState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="Errors since the last chunk that went well."
    )
    problem = models.CharField(max_length=500, blank=True, help_text="Why it failed.")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                name="%(class)s_ended_has_its_time",
            ),
        ]

    @property
    def is_running(self) -> bool:
        """Whether there is more to come."""
        return self.state == JobState.RUNNING

    @property
    def percent(self) -> int:
        """How far it is. What came after it started never makes it more than 99 while it runs."""
        if self.state == JobState.DONE:
            return 100
        return min(100 * self.done // max(self.total, 1), 99)
