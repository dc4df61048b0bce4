from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from leads.models import Account, Job, JobQuerySet, Lead
from leads.moments import moment_words
from rubrics.models.rubric import Rubric, RubricVersion


class ProofReason(models.TextChoices):
    NIGHTLY = "nightly", "Nightly"
    ON_DEMAND = "on_demand", "On demand"


class ProofPart(models.TextChoices):
    """What a proof goes through, in this order."""

    LEADS = "leads", "Leads"
    ACCOUNTS = "accounts", "Accounts"


class ProofQuerySet(JobQuerySet["Proof"]):
    def of_all(self) -> Self:
        """Proofs that look at every rubric's scores."""
        return self.filter(rubric=None)


class Proof(Job):
    """One pass over the stored scores, each derived again from the facts (docs/adr/0009).

    ``part`` and ``after`` are how far it is: everybody up to the id ``after`` is done. ``total``
    are the stored scores when it started; ``done`` counts those checked and those left waiting.
    """

    reason = models.CharField(max_length=9, choices=ProofReason)
    rubric = models.ForeignKey(
        Rubric, on_delete=models.CASCADE, null=True, related_name="+", help_text="Empty: all."
    )
    part = models.CharField(max_length=8, choices=ProofPart, default=ProofPart.LEADS)
    after = models.BigIntegerField(default=0, help_text="Id of the last one done of this part.")
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

    class Meta(Job.Meta):
        constraints = [
            *Job.Meta.constraints,
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_running_proof"
            ),
        ]

    def __str__(self) -> str:
        return f"Proof of {moment_words(self.started_at)}"

    @property
    def result(self) -> str:
        """``0 of 12,345 mismatched (3 waiting)``."""
        waiting = f" ({self.waiting:,} waiting)" if self.waiting else ""
        return f"{self.mismatched:,} of {self.checked:,} mismatched{waiting}"


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
