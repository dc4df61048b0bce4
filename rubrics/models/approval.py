from __future__ import annotations

from django.conf import settings
from django.db import models

from leads.moments import moment_words
from rubrics.models.rubric import RubricVersion


class ApprovalStep(models.TextChoices):
    ASKED = "asked", "Asked for approval"
    APPROVED = "approved", "Approved"
    SENT_BACK = "sent_back", "Sent back"


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def newest_first(self) -> ApprovalQuerySet:
        """What was done last comes first; that is what counts of a version."""
        return self.order_by("-at", "-pk")


class Approval(models.Model):
    """One step of getting a draft approved: asked for, approved, or sent back.

    Rows are added, never changed. ``thresholds`` and ``fingerprint`` are what the person saw: of a
    draft that was edited since, the fingerprint is another one, and the approval is void.
    """

    version = models.ForeignKey(RubricVersion, on_delete=models.CASCADE, related_name="approvals")
    step = models.CharField(max_length=9, choices=ApprovalStep)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    thresholds = models.JSONField(help_text="Total, fit and behavior, as signed.")
    fingerprint = models.CharField(max_length=64, help_text="Of all in the draft that counts.")

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {moment_words(self.at)}"
