from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models import Account, Lead
from rubrics.models.rubric import Rubric, RubricVersion


class ProofReason(models.TextChoices):
    NIGHTLY = "nightly", "Nightly"
    ON_DEMAND = "on_demand", "On demand"


class ProofState(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class ProofPart(models.TextChoices):
    """What a proof goes through, in this order."""

    LEADS = "leads", "Leads"
    ACCOUNTS = "accounts", "Accounts"


class ProofQuerySet(models.QuerySet["Proof"]):
    def running(self) -> ProofQuerySet:
        """The proof under way; there is at most one."""
        return self.filter(state=ProofState.RUNNING)

    def finished(self) -> ProofQuerySet:
        """Proofs that went to the end, newest first."""
        return self.filter(state=ProofState.DONE).order_by("-finished_at", "-pk")

    def of_all(self) -> ProofQuerySet:
        """Proofs that look at every rubric's scores."""
        return self.filter(rubric=None)

    def started_before(self, at: datetime) -> ProofQuerySet:
        """Old ones, whatever became of them."""
        return self.filter(started_at__lt=at)


class Proof(models.Model):
    """One pass over the stored scores, each derived again from the facts (docs/adr/0009).

    ``part`` and ``after`` are how far it is: everybody up to the id ``after`` is done. A worker
    leases it with ``claimed_until``; when it is killed, the next one goes on from there.
    """

    reason = models.CharField(max_length=9, choices=ProofReason)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    rubric = models.ForeignKey(
        Rubric, on_delete=models.CASCADE, null=True, related_name="+", help_text="Empty: all."
    )
    state = models.CharField(max_length=7, choices=ProofState, default=ProofState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    part = models.CharField(max_length=8, choices=ProofPart, default=ProofPart.LEADS)
    after = models.BigIntegerField(default=0, help_text="Id of the last one done of this part.")
    claimed_until = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(default=0, help_text="Stored scores when it started.")
    checked = models.PositiveIntegerField(default=0, help_text="Scores derived again.")
    waiting = models.PositiveIntegerField(
        default=0,
        help_text="Scores left out: their lead just changed and is about to be scored.",
    )
    overdue = models.PositiveIntegerField(
        default=0, help_text="Scores that time should have changed by now. Checked as of their own."
    )
    mismatched = models.PositiveIntegerField(default=0)

    objects = ProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_running_proof"
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished_at=None)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
                name="proof_ended_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Proof of {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def result(self) -> str:
        """``0 of 12,345 mismatched (3 waiting)``."""
        waiting = f" ({self.waiting:,} waiting)" if self.waiting else ""
        return f"{self.mismatched:,} of {self.checked:,} mismatched{waiting}"

    @property
    def percent(self) -> int:
        """How far it is. Scores that came after it started never make it more than 99 while it
        runs."""
        if self.state == ProofState.DONE:
            return 100
        return min(100 * (self.checked + self.waiting) // max(self.total, 1), 99)


class MismatchKind(models.TextChoices):
    DIFFERS = "differs", "Differs from its own moment"
    OUTDATED = "outdated", "Time changed it, and nobody was due"
    VERSION = "version", "Not scored by the published version"
    MISSING = "missing", "No score"
    SUPERFLUOUS = "superfluous", "A score nobody should have"
    GIVEN_UP = "given_up", "Scoring gave up on it"
    UNDERIVABLE = "underivable", "Cannot be derived"


class ProofMismatch(models.Model):
    """One stored score that is not what the facts give, at the time of its proof.

    ``differences`` are rows of texts (what, stored, derived). Of a lead or of an account.
    """

    proof = models.ForeignKey(
        Proof, on_delete=models.CASCADE, related_name="mismatches", db_index=False
    )
    kind = models.CharField(max_length=11, choices=MismatchKind)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    rubric = models.ForeignKey(
        Rubric, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    version = models.ForeignKey(
        RubricVersion, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(null=True, help_text="The moment the stored score is of.")
    differences = models.JSONField(default=list)
    asked_again_at = models.DateTimeField(null=True, help_text="When a new score was asked for.")

    class Meta:
        verbose_name_plural = "proof mismatches"
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, account=None) | Q(lead=None, account__isnull=False),
                name="mismatch_of_a_lead_or_an_account",
            ),
        ]
        indexes = [models.Index(fields=["proof", "id"], name="mismatch_by_proof")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.lead or self.account}"
