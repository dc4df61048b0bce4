from __future__ import annotations

from datetime import datetime

from django.db import models

from leads.models.lead import Lead


class LeadChangeQuerySet(models.QuerySet["LeadChange"]):
    def open(self, at: datetime) -> LeadChangeQuerySet:
        """Changes nobody works on at ``at``: unclaimed, or whose lease ran out; oldest first."""
        return self.filter(models.Q(claimed_until=None) | models.Q(claimed_until__lt=at)).order_by(
            "changed_at"
        )


class LeadChange(models.Model):
    """A lead changed: the one row that asks for a new score.

    Written in the transaction that changed the lead. ``generation`` grows with every change, so
    that a worker removes the row only if nothing came after what it saw. Claimed with a lease.
    """

    lead = models.OneToOneField(
        Lead, on_delete=models.CASCADE, primary_key=True, related_name="change", db_constraint=False
    )
    generation = models.BigIntegerField(default=1)
    changed_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    claimed_generation = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = LeadChangeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["changed_at"], name="lead_change_oldest")]

    def __str__(self) -> str:
        return f"Lead {self.lead_id} changed"
