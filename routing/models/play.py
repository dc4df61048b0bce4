from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from leads.models import Product, Signal
from routing.models.alert import Severity


class TriggerKind(models.TextChoices):
    TOTAL_REACHED = "total_reached", "The total rises to a number"
    PQL_OPENED = "pql_opened", "A lead becomes a PQL"
    SIGNAL_HIT = "signal_hit", "A signal is hit"
    READY = "ready", "A signal is hit and the total is high, whichever comes last"
    SCORE_FELL = "score_fell", "The total falls"
    TRIAL_ENDING = "trial_ending", "A trial is about to end"
    STATE_CHANGED = "state_changed", "A PQL gets another state"


class PlayQuerySet(models.QuerySet["Play"]):
    def on(self) -> PlayQuerySet:
        """Those that act, the first ones first."""
        return self.filter(on_since__isnull=False).order_by("position", "pk")

    def telling(self, destination_key: str) -> PlayQuerySet:
        """Those with a webhook action that names this destination, on or off."""
        action = {"kind": "webhook", "destination": destination_key}
        return self.filter(actions__contains=[action])

    def waiting_for(self, signal: Signal) -> PlayQuerySet:
        """Those that a hit of this signal sets going, on or off."""
        of_product = Q(product=None) | Q(product=signal.product_id)
        return self.filter(of_product, trigger_params__signals__contains=[signal.key])


class Play(models.Model):
    """When something happens to a lead and conditions hold, then do this.

    ``trigger_params`` is what the trigger needs to know, by its kind (:mod:`routing.plays
    .triggers`); ``conditions`` is a list in the common language (:mod:`routing.dealing
    .conditions`); ``actions`` a list of ``{"kind": kind, ...}`` (:mod:`routing.plays.actions`),
    one of a kind. It acts on what happens from ``on_since`` on, never on the past.
    """

    name = models.CharField(max_length=120, unique=True)
    why = models.CharField(
        max_length=300, blank=True, help_text="What it is for, or where it comes from."
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: any product."
    )
    on_since = models.DateTimeField(null=True, blank=True, editable=False)
    position = models.PositiveSmallIntegerField(
        default=10, help_text="Plays go in this order, the lowest first."
    )
    severity = models.PositiveSmallIntegerField(
        choices=Severity, default=Severity.NORMAL, help_text="Of its alerts."
    )
    trigger = models.CharField(max_length=20, choices=TriggerKind)
    trigger_params = models.JSONField(default=dict, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    actions = models.JSONField(default=list, blank=True)
    limit_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text="Acts for the same lead once in so many days. Empty: every time.",
    )

    objects = PlayQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(limit_days=None) | Q(limit_days__gte=1),
                name="play_limit_is_a_day_or_more",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on(self) -> bool:
        """Whether it acts."""
        return self.on_since is not None

    @property
    def limit(self) -> timedelta | None:
        """How long it leaves a lead alone after it acted; None: not at all."""
        return None if self.limit_days is None else timedelta(days=self.limit_days)


class PlaySource(models.TextChoices):
    """What the causes of plays are found in."""

    CHANGES = "changes", "Score history"
    HITS = "hits", "Hits"
    STATES = "states", "PQLs' states"
    TRIALS = "trials", "Trials"


class PlayCursor(models.Model):
    """How far a table was searched for causes (:mod:`routing.plays.finding`).

    All rows up to ``complete_id`` were seen, and none will appear there any more. Those up to
    ``seen_id`` were looked at too, but some may have been in transactions still open: they are
    looked at again once the fence is behind (:mod:`leads.fences`).
    """

    source = models.CharField(max_length=7, choices=PlaySource, primary_key=True)
    complete_id = models.BigIntegerField(default=0)
    seen_id = models.BigIntegerField(default=0)
    fence_id = models.BigIntegerField(default=0)
    fence_xid = models.BigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.get_source_display()} up to {self.seen_id}"
