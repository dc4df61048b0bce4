from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from leads.models import Lead, LeadChange, Product
from routing.models.play import Play
from routing.models.qualification import Qualification
from rubrics.claims import MAX_ATTEMPTS


class RunState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    FIRED = "fired", "Acted"
    SKIPPED = "skipped", "Left out"
    FAILED = "failed", "Went wrong"


class SkipReason(models.TextChoices):
    CONDITIONS = "conditions", "Conditions did not hold"
    LIMIT = "limit", "Acted for this lead before"
    OFF = "off", "Play was switched off"
    UNDONE = "undone", "What happened was undone"


SCORED_WITHIN = timedelta(seconds=60)
"""How long a cause waits for the score that it leads to. Seconds usually; a lead that never rests
is judged by the score there is."""


class PlayRunQuerySet(models.QuerySet["PlayRun"]):
    def waiting(self, at: datetime) -> PlayRunQuerySet:
        """Causes to act on by ``at``, whose leads are scored as of them; the oldest first.

        One of a lead that was merged into another waits until it has followed.
        """
        unscored = LeadChange.objects.filter(lead=OuterRef("lead"), attempts__lt=MAX_ATTEMPTS)
        is_scored = ~Exists(unscored) | Q(found_at__lte=at - SCORED_WITHIN)
        due = self.filter(is_scored, state=RunState.WAITING, due_at__lte=at)
        return due.filter(lead__merged_into=None).order_by("due_at", "pk")

    def fired(self) -> PlayRunQuerySet:
        """Those that acted."""
        return self.filter(state=RunState.FIRED)

    def of_merged_leads(self) -> PlayRunQuerySet:
        """Those whose lead was merged into another one and that have not followed it yet."""
        return self.filter(lead__merged_into__isnull=False)

    def forgettable(self, at: datetime) -> PlayRunQuerySet:
        """Left out a month ago: nobody asks why any more. What acted stays."""
        return self.filter(state=RunState.SKIPPED, worked_at__lt=at - timedelta(days=30))


class PlayRun(models.Model):
    """One cause that a play found, and what became of it: exactly one row a play and cause.

    ``cause`` names what happened (``event:7``, ``change:8``, ``pql:9``, ``trial:10``,
    ``state:11``). ``checked`` is a list of ``{"words", "holds"}``; ``did`` is what was done, in
    words.
    """

    play = models.ForeignKey(Play, on_delete=models.CASCADE, related_name="runs")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="play_runs")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    qualification = models.ForeignKey(
        Qualification,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="play_runs",
        help_text="The PQL that was open when it acted.",
    )
    cause = models.CharField(max_length=60)
    occurred_at = models.DateTimeField()
    found_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=RunState, default=RunState.WAITING)
    skipped_for = models.CharField(max_length=10, choices=SkipReason, blank=True, default="")
    worked_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    checked = models.JSONField(default=list, blank=True)
    did = models.JSONField(default=list, blank=True)

    objects = PlayRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["play", "cause"], name="play_runs_once_per_cause"),
            models.CheckConstraint(
                condition=Q(state=RunState.WAITING, worked_at=None)
                | (~Q(state=RunState.WAITING) & Q(worked_at__isnull=False)),
                name="play_run_worked_has_its_time",
            ),
            models.CheckConstraint(
                condition=(Q(state=RunState.SKIPPED) & ~Q(skipped_for=""))
                | (~Q(state=RunState.SKIPPED) & Q(skipped_for="")),
                name="play_run_skipped_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state=RunState.WAITING),
                name="play_run_waiting",
            ),
            models.Index(
                fields=["lead", "play", "occurred_at"],
                condition=Q(state=RunState.FIRED),
                name="play_run_fired",
            ),
            models.Index(
                fields=["worked_at"], condition=Q(state=RunState.SKIPPED), name="play_run_skipped"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.play}, {self.lead}: {self.get_state_display().lower()}"

    def key_of(self, kind: str) -> str:
        """The key of what an action of this kind makes: it is made once a run."""
        return f"play:{self.pk}:{kind}"
