from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from leads.models import Lead

ONE_VISIT = timedelta(minutes=30)
"""Looks no further apart than this are one visit: a reload does not make news old."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A moment somebody looked, and the totals they saw, by the product's id as text."""

    at: datetime
    totals: dict[str, int]


class LeadVisit(models.Model):
    """When somebody looked at a lead's page last, and what the lead was worth then.

    ``earlier_*`` are those of the visit before: while a visit lasts, news are told against that.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="visits")
    at = models.DateTimeField()
    totals = models.JSONField(default=dict)
    earlier_at = models.DateTimeField(null=True, blank=True)
    earlier_totals = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "lead"], name="lead_visit_once"),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id} seen {self.at:%Y-%m-%d %H:%M}"

    def before(self, at: datetime) -> Looked | None:
        """The visit before the one that a look at ``at`` is part of; None: that is the first."""
        if at - self.at > ONE_VISIT:
            return Looked(self.at, self.totals)
        return Looked(self.earlier_at, self.earlier_totals) if self.earlier_at else None
