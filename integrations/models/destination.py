from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from leads.models import Product
from routing.models import Team

BREAKS_AFTER = 3
"""So many failures in a row, and a destination rests."""
MOST_IN_FLIGHT = 4
"""Deliveries being sent to one destination at a time: a slow one holds up no more than these."""
SECRET_NAME = re.compile(r"^(SLACK|WEBHOOK_SECRET)_[A-Z0-9_]+$")


class DestinationKind(models.TextChoices):
    SLACK = "slack", "Slack"
    EMAIL = "email", "E-mail"
    WEBHOOK = "webhook", "Webhook"


class EventType(models.TextChoices):
    """What a webhook can be told."""

    OPENED = "pql.opened", "A PQL was opened"
    ASSIGNED = "pql.assigned", "A PQL was given to a rep"
    CHANGED = "pql.state_changed", "The state of a PQL changed"
    CLOSED = "pql.closed", "A PQL was closed: won, lost, rejected or expired"
    TASK = "task.given", "A rep was given a task"
    PLAY = "play.fired", "A play asked for it"


class DestinationQuerySet(models.QuerySet["Destination"]):
    def on(self) -> DestinationQuerySet:
        """Those that are switched on."""
        return self.filter(is_on=True)

    def of_kind(self, kind: str) -> DestinationQuerySet:
        """Those that results go to in this way."""
        return self.filter(kind=kind)

    def awake(self, at: datetime) -> DestinationQuerySet:
        """Those to send to now: on, and not resting after failures."""
        return self.on().filter(Q(rests_until=None) | Q(rests_until__lte=at))


class Destination(models.Model):
    """Where results go: a Slack workspace, a mail server, somebody's webhook.

    Secrets are in the environment; ``secret_name`` says in which variable. ``failures`` counts the
    failures in a row that are the destination's own. After a few of them it rests until
    ``rests_until``; then one delivery tries whether it is back (docs/adr/0019).
    """

    name = models.CharField(max_length=80, unique=True)
    key = models.SlugField(
        max_length=60,
        unique=True,
        help_text="What plays and files call it, e.g. crm. Small letters, digits, hyphens.",
    )
    kind = models.CharField(max_length=7, choices=DestinationKind)
    is_on = models.BooleanField(
        "on",
        default=True,
        help_text="Off: nothing new is owed to it, and what is owed waits.",
    )
    secret_name = models.CharField(
        "environment variable of its secret",
        max_length=80,
        blank=True,
        validators=[
            RegexValidator(
                SECRET_NAME, "Begin with SLACK_ or WEBHOOK_SECRET_; capitals, digits and _ only."
            )
        ],
        help_text="Slack: the variable with the bot token, usually SLACK_BOT_TOKEN. Webhook: "
        "WEBHOOK_SECRET_ and a name. The secret itself is never kept here.",
    )
    channel = models.CharField(
        max_length=80,
        blank=True,
        help_text="Slack: the id of a channel (C0123456789) that gets every alert. Empty: each "
        "alert is a direct message to the person it is for.",
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Slack channel: only what concerns this team’s PQLs. Empty: every team’s.",
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Slack channel: only what concerns this product. Empty: every product.",
    )
    url = models.CharField(
        "URL",
        max_length=500,
        blank=True,
        help_text="Webhook: where events are posted to. https, and no address of a private network "
        "unless WEBHOOK_ALLOWED_HOSTS names it.",
    )
    events = ArrayField(
        models.CharField(max_length=30, choices=EventType),
        default=list,
        blank=True,
        help_text="Webhook: what it is told. None chosen: everything.",
    )
    failures = models.PositiveIntegerField(default=0, editable=False)
    rests_until = models.DateTimeField(null=True, blank=True, editable=False)
    failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)

    objects = DestinationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="webhook", url__gt="") | (~Q(kind="webhook") & Q(url="")),
                name="destination_webhook_has_url",
                violation_error_message="A webhook needs a URL, and only a webhook has one.",
            ),
            models.CheckConstraint(
                condition=Q(kind="slack") | Q(channel=""),
                name="destination_channel_is_of_slack",
                violation_error_message="Only Slack has channels.",
            ),
            models.CheckConstraint(
                condition=~Q(channel="") | Q(team=None, product=None),
                name="destination_team_is_of_a_channel",
                violation_error_message="Only a Slack channel can be one team’s or one product’s.",
            ),
            models.CheckConstraint(
                condition=Q(secret_name="") | Q(secret_name__regex=SECRET_NAME.pattern),
                name="destination_secret_is_a_name",
                violation_error_message="Name the variable; never put the secret itself here.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_broken(self) -> bool:
        """Whether it failed so often in a row that it has to prove itself first."""
        return self.failures >= BREAKS_AFTER

    def takes(self, kind: str) -> bool:
        """Whether it is told of such events; a webhook that chose none is told of all."""
        return not self.events or kind in self.events

    def rests_at(self, at: datetime) -> bool:
        """Whether it is left alone at this moment."""
        return self.rests_until is not None and self.rests_until > at

    def rest(self) -> timedelta:
        """How long it is left alone after its last failure: longer each time, a minute at most."""
        if not self.is_broken:
            return timedelta(0)
        return timedelta(seconds=15 * 2 ** min(self.failures - BREAKS_AFTER, 2))
