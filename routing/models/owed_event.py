from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models import Lead


class OwedEventQuerySet(models.QuerySet["OwedEvent"]):
    def undelivered(self) -> OwedEventQuerySet:
        """Those that no deliveries were made of yet; oldest first."""
        return self.filter(delivered_at=None).order_by("pk")


class OwedEvent(models.Model):
    """Something the outside world is to be told by webhook. ``content`` is what it is told.

    ``delivered_at`` says when its deliveries were made; whether they arrived, each says itself.
    ``destination_key`` names the one destination meant; empty means all that take events.
    """

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60, help_text="The event's type, e.g. play.fired")
    destination_key = models.CharField(max_length=60, blank=True)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    content = models.JSONField()
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = OwedEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], condition=Q(delivered_at=None), name="owed_event_undelivered"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
