from __future__ import annotations

from datetime import datetime, time

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from leads.models import Product
from routing.models.alert import AlertKind, Severity
from routing.models.rep import Team, validate_zone

NEVER = 5


class AlertsFrom(models.IntegerChoices):
    """How pressing an alert has to be to go by a channel."""

    LOW = Severity.LOW, "Every alert"
    NORMAL = Severity.NORMAL, "Normal and more pressing"
    HIGH = Severity.HIGH, "High and urgent"
    URGENT = Severity.URGENT, "Urgent ones only"
    NEVER = NEVER, "None"


class Rhythm(models.TextChoices):
    AT_ONCE = "at_once", "At once, one by one"
    HOURLY = "hourly", "Together, every full hour"
    DAILY = "daily", "Together, once a day"


class QuietHours(models.TextChoices):
    NONE = "none", "None: at any time"
    OFF_WORK = "off_work", "Whenever I am off work"
    OWN = "own", "Between the times below"


class AlertPreferenceQuerySet(models.QuerySet["AlertPreference"]):
    def concerning(self, user_id: int) -> AlertPreferenceQuerySet:
        """What a person chose, then what is chosen for their team."""
        return self.filter(Q(user=user_id) | Q(team__reps__user=user_id)).order_by(
            F("user").asc(nulls_last=True)
        )


class AlertPreference(models.Model):
    """When and how alerts leave the inbox: what a person chose, or what is chosen for a team.

    Who has not chosen goes by their team's; without one, by the defaults below. The inbox has every
    alert at once, whatever stands here.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alert_preference",
        verbose_name="person",
    )
    team = models.OneToOneField(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="alert_preference",
        help_text="For its reps who have not chosen for themselves.",
    )
    slack_from = models.PositiveSmallIntegerField(
        "Slack brings", choices=AlertsFrom, default=AlertsFrom.LOW
    )
    email_from = models.PositiveSmallIntegerField(
        "e-mail brings", choices=AlertsFrom, default=AlertsFrom.HIGH
    )
    rhythm = models.CharField("they come", max_length=7, choices=Rhythm, default=Rhythm.AT_ONCE)
    digest_time = models.TimeField("time of the daily message", default=time(9))
    quiet_hours = models.CharField(max_length=8, choices=QuietHours, default=QuietHours.NONE)
    quiet_from = models.TimeField("quiet from", default=time(19))
    quiet_until = models.TimeField("quiet until", default=time(8))
    urgent_at_once = models.BooleanField(
        "urgent alerts come at once",
        default=True,
        help_text="Even in quiet hours, and not in a message with others.",
    )
    time_zone = models.CharField(
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text="Such as Europe/Berlin. Empty: the rep's own, or the workspace's.",
    )
    muted_until = models.DateTimeField(null=True, blank=True)
    muted_kinds = ArrayField(
        models.CharField(max_length=20, choices=AlertKind), default=list, blank=True
    )

    objects = AlertPreferenceQuerySet.as_manager()

    class Meta:
        ordering = ["team", "user"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user=None, team__isnull=False) | Q(user__isnull=False, team=None),
                name="alert_preference_of_a_person_or_a_team",
                violation_error_message="Choose a person or a team, not both.",
            ),
            models.CheckConstraint(
                condition=~Q(quiet_from=F("quiet_until")) | ~Q(quiet_hours=QuietHours.OWN),
                name="alert_quiet_hours_have_an_end",
                violation_error_message="Quiet hours begin and end at the same time. Change one.",
            ),
        ]

    def __str__(self) -> str:
        return f"Alerts of {self.user or self.team}"

    def is_muted(self, at: datetime) -> bool:
        """Whether everything stays in the inbox for now."""
        return self.muted_until is not None and self.muted_until > at


class SeverityRuleQuerySet(models.QuerySet["SeverityRule"]):
    def in_order(self) -> SeverityRuleQuerySet:
        """Everybody's first, then each product's; the most severe first."""
        return self.select_related("product").order_by(
            F("product__name").asc(nulls_first=True), "-severity", "pk"
        )


class SeverityRule(models.Model):
    """Alerts about leads like this are so pressing. The most pressing rule that holds counts.

    A product with rules of its own goes by those alone. Where none holds the severity is low.
    """

    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Empty: every product without rules of its own.",
    )
    severity = models.PositiveSmallIntegerField(choices=Severity)
    at_least = models.PositiveSmallIntegerField(
        "total of at least", null=True, blank=True, help_text="Empty: any total."
    )
    tier = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        choices=[(number, f"Tier {number}") for number in (1, 2, 3, 4)],
        help_text="Place in the fit x behavior matrix. Empty: any.",
    )

    objects = SeverityRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(at_least__isnull=False) | Q(tier__isnull=False),
                name="severity_rule_asks_something",
                violation_error_message="Say from which total, or for which tier, the rule holds.",
            ),
        ]

    def __str__(self) -> str:
        asks = []
        if self.at_least is not None:
            asks.append(f"total of {self.at_least} or more")
        if self.tier is not None:
            asks.append(f"tier {self.tier}")
        return f"{self.get_severity_display()}: {' and '.join(asks)}"

    def clean(self) -> None:
        if self.at_least is None and self.tier is None:
            raise ValidationError({"at_least": "Give a total, a tier, or both."})
