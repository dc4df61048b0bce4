from __future__ import annotations

from django.conf import settings
from django.db import models


class SlackUser(models.Model):
    """Who somebody is in Slack: found by their e-mail address once, or set by hand.

    ``channel`` is the direct channel between them and the app, opened with the first message.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="slack"
    )
    slack_id = models.CharField(
        "Slack member id",
        max_length=40,
        unique=True,
        help_text="In Slack: their profile, ⋮, Copy member ID. Begins with U or W.",
    )
    channel = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = "Slack user"

    def __str__(self) -> str:
        return self.slack_id


class SlackAction(models.Model):
    """A click in Slack that was dealt with. Slack may tell of one twice."""

    slack_id = models.CharField(max_length=40)
    action_ts = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slack_id", "action_ts"], name="slack_action_once"),
        ]

    def __str__(self) -> str:
        return self.action_ts
