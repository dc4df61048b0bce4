from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models import Lead
from routing.models.qualification import Qualification


class DraftQuerySet(models.QuerySet["Draft"]):
    def open(self) -> DraftQuerySet:
        """Those nobody has used or put away yet; the newest first."""
        return self.filter(used_at=None).order_by("-pk")


class Draft(models.Model):
    """An e-mail that a play wrote for a rep to send. It is never sent by itself."""

    key = models.CharField(max_length=120, unique=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="drafts")
    qualification = models.ForeignKey(
        Qualification, on_delete=models.SET_NULL, null=True, blank=True, related_name="drafts"
    )
    subject = models.CharField(max_length=200)
    text = models.TextField(max_length=4000)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_by=None) | Q(used_at__isnull=False),
                name="draft_used_by_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
