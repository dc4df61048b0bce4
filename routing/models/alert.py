from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from leads.models import Lead
from routing.models.qualification import Qualification


class Severity(models.IntegerChoices):
    LOW = 1, "Low"
    NORMAL = 2, "Normal"
    HIGH = 3, "High"
    URGENT = 4, "Urgent"


class AlertKind(models.TextChoices):
    NEW_PQL = "new_pql", "New PQL"
    HANDED_PQL = "handed_pql", "PQL handed over"
    WOKEN_PQL = "woken_pql", "Snooze over"
    UNASSIGNED_PQL = "unassigned_pql", "Unassigned PQL"
    REVIEW = "review", "PQL to review"
    SLA_REMINDER = "sla_reminder", "SLA reminder"
    SLA_BREACH = "sla_breach", "SLA breach"
    TASK = "task", "Task"
    TASK_DUE = "task_due", "Task due"
    PLAY = "play", "Play"
    PILOT = "pilot", "Pilot"
    TEAM_SUMMARY = "team_summary", "Team's day"


class Channel(models.TextChoices):
    """Ways to a person outside of the application. The inbox has every alert."""

    SLACK = "slack", "Slack"
    EMAIL = "email", "E-mail"


def every_channel() -> list[str]:
    """For who has not chosen."""
    return list(Channel.values)


class AlertQuerySet(models.QuerySet["Alert"]):
    def undelivered(self, at: datetime) -> AlertQuerySet:
        """Those due by ``at`` of which no deliveries were made; the longest due first."""
        return self.filter(delivered_at=None, due_at__lte=at).order_by("due_at", "pk")

    def leading(self) -> AlertQuerySet:
        """Of undelivered ones: those that go alone, and the first of those that go together.

        Held back for the same person to the same moment is told together: locking the first of
        them locks them all.
        """
        earlier = Alert.objects.filter(
            user=OuterRef("user"),
            due_at=OuterRef("due_at"),
            due_at__gt=F("created_at"),
            delivered_at=None,
            pk__lt=OuterRef("pk"),
        )
        return self.filter(Q(due_at=F("created_at")) | ~Exists(earlier))

    def going_with(self, leader: Alert) -> AlertQuerySet:
        """What is told together with this one; of one that goes alone, itself."""
        if not leader.was_held:
            return self.filter(pk=leader.pk)
        return self.filter(
            user=leader.user_id,
            due_at=leader.due_at,
            due_at__gt=F("created_at"),
            delivered_at=None,
        ).order_by("-severity", "pk")

    def of_user(self, user_id: int) -> AlertQuerySet:
        """A person's inbox, newest first."""
        return self.filter(user=user_id).order_by("-created_at", "-pk")

    def unread(self) -> AlertQuerySet:
        """Neither opened nor put away."""
        return self.filter(read_at=None)

    def about(self, subject: str) -> AlertQuerySet:
        """Those whose key begins with this subject: ``review:12``, ``pilot:3:7:2026-03-10``."""
        return self.filter(key__startswith=f"{subject}:")

    def settle(self, at: datetime) -> None:
        """What they ask for is done: they count as read, and what was held back goes out no
        more."""
        self.filter(delivered_at=None).update(channels=[])
        self.unread().update(read_at=at)


class Alert(models.Model):
    """Something one person is told, once. ``key`` names its cause: no cause makes it twice.

    What it says (``title``, ``content``) is frozen when it is made, see
    :class:`routing.alerts.content.Content`. It is in the person's inbox at once. ``due_at`` is when
    it goes out by ``channels`` (none: it stays in the inbox), and ``delivered_at`` when its
    deliveries were made; whether they arrived, each says itself.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=20, choices=AlertKind)
    severity = models.PositiveSmallIntegerField(choices=Severity, default=Severity.NORMAL)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="alerts",
        db_index=False,
        verbose_name="recipient",
    )
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    qualification = models.ForeignKey(
        Qualification, on_delete=models.CASCADE, null=True, blank=True, related_name="alerts"
    )
    task = models.ForeignKey(
        "routing.Task",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="alerts",
        db_index=False,
        help_text="What it asks its recipient to do.",
    )
    title = models.CharField(max_length=200, help_text="One line of plain text.")
    content = models.JSONField()
    channels = ArrayField(
        models.CharField(max_length=5, choices=Channel), default=every_channel, blank=True
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(due_at__gte=F("created_at")), name="alert_due_once_it_is_made"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "user"],
                condition=Q(delivered_at=None),
                name="alert_undelivered",
            ),
            models.Index(fields=["user", "-created_at"], name="alert_inbox"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="alert_unread"),
            models.Index(fields=["created_at"], name="alert_by_age"),
            models.Index(fields=["task"], condition=Q(task__isnull=False), name="alert_of_task"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def asks_for_review(self) -> bool:
        """Whether it tells that a PQL waits for its review (:mod:`routing.sla.reviews`)."""
        return self.key.startswith("review:")

    @property
    def was_held(self) -> bool:
        """Whether quiet hours or a digest put it off."""
        return self.due_at > self.created_at
