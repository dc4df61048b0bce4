from __future__ import annotations

from django.db import models

from leads.models.lead import Lead
from leads.models.source import Source
from leads.moments import moment_words


class EventKey(models.Model):
    """The promise that an event counts once, for ever: (source, message id) is unique.

    Narrow on purpose and never dropped, while events go by monthly partitions. ``key`` is the
    first 128 bits of SHA-256 of the message id (docs/adr/0003).
    """

    pk = models.CompositePrimaryKey("source_id", "key")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False)
    key = models.UUIDField()

    class Meta:
        db_table = "leads_event_key"

    def __str__(self) -> str:
        return str(self.key)


class EventQuerySet(models.QuerySet["Event"]):
    def timeline(self, lead_id: int) -> EventQuerySet:
        """A lead's events, newest first."""
        return self.filter(lead_id=lead_id).order_by("-occurred_at", "-id")


class Event(models.Model):
    """Something a user did in the product, exactly as received; immutable.

    The table is partitioned by month of ``received_at`` (migration 0002), so that retention is a
    partition drop; its primary key in the database is (id, received_at).
    """

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    occurred_at = models.DateTimeField(help_text="When it happened, clock skew corrected.")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=8, help_text="track, identify, group, page, screen, alias")
    name = models.CharField(max_length=200, blank=True)
    message_id = models.CharField(max_length=200)
    session = models.CharField(max_length=200, blank=True)
    properties = models.JSONField(default=dict, help_text="Properties or traits, as received.")
    context = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.name or self.kind} at {moment_words(self.occurred_at)}"


class RejectedMessageQuerySet(models.QuerySet["RejectedMessage"]):
    def waiting(self) -> RejectedMessageQuerySet:
        """Messages set aside that nobody has replayed or dismissed."""
        return self.filter(resolved_at=None)


class RejectedMessage(models.Model):
    """A message that could not be kept, with its reason; replayable once the cause is mended."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT)
    received_at = models.DateTimeField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=40)
    field = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500)
    raw = models.TextField(help_text="The message as received, at most 32 KB; NUL as U+FFFD.")
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(
        max_length=9, blank=True, choices=[("replayed", "Replayed"), ("dismissed", "Dismissed")]
    )

    objects = RejectedMessageQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(resolved_at=None, resolution="")
                | (models.Q(resolved_at__isnull=False) & ~models.Q(resolution="")),
                name="rejected_message_resolution_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"[:120]
