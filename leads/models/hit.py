from __future__ import annotations

from django.db import models
from django.db.models import Index

from leads.models.lead import Lead
from leads.models.signal import Signal


class HitQuerySet(models.QuerySet["Hit"]):
    def of_lead(self, lead_id: int) -> HitQuerySet:
        """A lead's hits, newest first."""
        return self.filter(lead_id=lead_id).order_by("-occurred_at", "-id")


class Hit(models.Model):
    """One event's contribution to one signal: the narrow table that scoring reads.

    Fixed width: the value stands as a number (where it is one) and as a 64-bit hash for counting
    distinct ones; the words themselves stay in the event. No foreign key to the event, which may
    be dropped by retention while its hits stay (docs/adr/0003).
    """

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="hits", db_index=False, db_constraint=False
    )
    signal = models.ForeignKey(
        Signal, on_delete=models.CASCADE, db_index=False, db_constraint=False
    )
    occurred_at = models.DateTimeField()
    event_id = models.BigIntegerField()
    number = models.FloatField(null=True)
    value_key = models.BigIntegerField(null=True)
    session_key = models.BigIntegerField(null=True)

    objects = HitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event_id", "signal"], name="hit_once_per_event"),
        ]
        indexes = [
            Index(
                fields=["lead", "occurred_at"],
                include=["signal", "number", "value_key", "session_key"],
                name="hit_scoring",
            ),
        ]

    def __str__(self) -> str:
        return f"Hit of signal {self.signal_id} by lead {self.lead_id}"
