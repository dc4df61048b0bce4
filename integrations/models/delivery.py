from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from integrations.models.destination import MOST_IN_FLIGHT, Destination, DestinationKind
from leads.models import Lead
from routing.models import Alert

LEASE = timedelta(seconds=60)
"""How long a killed sender keeps others from its deliveries: above all that one may take."""
PACE = {DestinationKind.SLACK.value: timedelta(seconds=1)}
"""The pause between two messages of one lane: Slack takes about one a second and channel."""


LIFE = timedelta(days=4)
"""So long something is owed: a little longer than ten attempts take."""


class DeliveryKind(models.TextChoices):
    ALERT = "alert", "Alert"
    UPDATE = "update", "Update of a message"
    EVENT = "event", "Event"
    TEST = "test", "Test"


class DeliveryState(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENT = "sent", "Sent"
    MAYBE_SENT = "maybe_sent", "Perhaps sent"
    GIVEN_UP = "given_up", "Given up"
    CANCELLED = "cancelled", "Cancelled"
    FOLDED = "folded", "In a digest"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def undelivered(self) -> DeliveryQuerySet:
        """What is still owed, whenever it may be sent."""
        return self.filter(state=DeliveryState.QUEUED)

    def due(self, at: datetime) -> DeliveryQuerySet:
        """What is to be sent now and that nobody is sending; longest due first."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=at)
        return self.undelivered().filter(free, not_before__lte=at).order_by("not_before", "pk")

    def telling_of(self, qualification_ids: Collection[int]) -> DeliveryQuerySet:
        """Messages in Slack about these PQLs that are there, or may be any moment."""
        return self._begun_in_slack().filter(alert__qualification__in=qualification_ids)

    def asking_for(self, task_ids: Collection[int]) -> DeliveryQuerySet:
        """Messages in Slack that ask for these tasks, likewise."""
        return self._begun_in_slack().filter(alert__task__in=task_ids)

    def digests_of(self, alert_ids: Collection[int]) -> DeliveryQuerySet:
        """Messages in Slack that tell several things, these among them, likewise."""
        return self._begun_in_slack().filter(alert=None, alert_ids__overlap=alert_ids)

    def _begun_in_slack(self) -> DeliveryQuerySet:
        begun = Q(state__in=(DeliveryState.SENT, DeliveryState.MAYBE_SENT)) | Q(
            state=DeliveryState.QUEUED, claimed_until__isnull=False
        )
        return self.filter(begun, kind=DeliveryKind.ALERT, destination__kind=DestinationKind.SLACK)

    def foldable(self, destination: Destination, at: datetime) -> DeliveryQuerySet:
        """Single alerts that are due, that nobody is sending, and that are surely not there yet."""
        return self.undelivered().filter(
            destination=destination,
            kind=DeliveryKind.ALERT,
            alert__isnull=False,
            not_before__lte=at,
            claimed_until=None,
            doubted_at=None,
        )

    def overdue(self, at: datetime) -> DeliveryQuerySet:
        """What is owed for too long, and that nobody is sending at this moment."""
        free = Q(claimed_until=None) | Q(claimed_until__lte=at)
        return self.undelivered().filter(free, not_after__lt=at)

    def in_flight(self, at: datetime) -> DeliveryQuerySet:
        """Those that somebody is sending."""
        return self.undelivered().filter(claimed_until__gt=at)

    def in_busy_lanes(self, at: datetime, pace: timedelta) -> DeliveryQuerySet:
        """Those whose lane has to wait for them: under way, or sent less than ``pace`` ago.

        What was sent in the future, by a clock that has been set back since, blocks nobody.
        """
        flying = Q(state=DeliveryState.QUEUED, claimed_until__gt=at)
        just_sent = Q(sent_at__gt=at - pace, sent_at__lt=at + LEASE)
        return self.exclude(lane="").filter(flying | just_sent)

    def first_of_each_lane(self) -> DeliveryQuerySet:
        """The longest due of each lane; without a lane, all."""
        lanes = self.exclude(lane="").order_by("lane", "not_before", "pk").distinct("lane")
        return self.filter(Q(lane="") | Q(pk__in=lanes.values("pk")))

    def claim(self, destination: Destination, *, at: datetime, limit: int) -> list[Delivery]:
        """Lease up to ``limit`` due deliveries of ``destination``, whose row the caller has locked.

        One that is taken over from a sender that was killed is in doubt: it may have got through.
        """
        mine = self.filter(destination=destination)
        room = min(limit, MOST_IN_FLIGHT - mine.in_flight(at).count())
        if room < 1:
            return []
        due = mine.due(at)
        if pace := PACE.get(destination.kind):
            busy = mine.in_busy_lanes(at, pace).values("lane")
            due = due.exclude(lane__in=list(busy.values_list("lane", flat=True).distinct()))
            due = due.first_of_each_lane()
        wanted = list(due.values_list("pk", flat=True)[:room])
        if not wanted:
            return []
        # Of somebody who cancels one at this moment, it is left.
        found = list(self.filter(pk__in=wanted).due(at).select_for_update(skip_locked=True))
        for delivery in found:
            if delivery.claimed_until is not None and delivery.doubted_at is None:
                delivery.doubted_at = delivery.claimed_until - LEASE
                delivery.doubts += 1
            delivery.destination = destination
            delivery.attempts += 1
            delivery.claimed_until = at + LEASE
        self.bulk_update(found, ["doubted_at", "doubts", "attempts", "claimed_until"])
        return found


class Delivery(models.Model):
    """One message owed to one destination. Written in the transaction of its cause, never twice:
    ``key`` names the cause.

    A sender leases it with ``claimed_until``. ``doubted_at`` is when an attempt began whose answer
    never came, and ``doubts`` how many there were: the message may be there. What a message says is
    read from the rows it is about when it is sent; ``payload`` holds what would be gone by then.
    One that is ``folded`` is not sent: ``into`` is the digest that tells it.
    """

    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=6, choices=DeliveryKind)
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    alert = models.ForeignKey(
        Alert,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="deliveries",
        help_text="What it tells; empty where it tells several at once, or none.",
    )
    alert_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Whom it is for; nobody in particular where it is empty.",
    )
    original = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="update_of_it",
        help_text="The message that it brings up to date.",
    )
    into = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="folded",
        db_index=False,
        verbose_name="told in",
        help_text="The digest that tells it instead, where too many waited at once.",
    )
    lane = models.CharField(
        max_length=80,
        blank=True,
        help_text="What takes messages one at a time: a channel, or a person.",
    )
    payload = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField(help_text="What is still owed then is given up.")
    claimed_until = models.DateTimeField(null=True, blank=True)
    doubted_at = models.DateTimeField(null=True, blank=True)
    doubts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    remote_id = models.CharField(
        max_length=120, blank=True, help_text="What the destination calls it; Slack's ts."
    )
    remote_channel = models.CharField(max_length=80, blank=True)
    shown_change = models.BigIntegerField(
        null=True, blank=True, help_text="The newest change of state that the message tells."
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["destination", "key"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(state="queued") | Q(claimed_until=None),
                name="delivery_ended_is_nobodys",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=("sent", "maybe_sent"), sent_at__isnull=False))
                | (~Q(state__in=("sent", "maybe_sent")) & Q(sent_at=None)),
                name="delivery_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="given_up") | ~Q(problem=""),
                name="delivery_given_up_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="folded", into__isnull=False)
                | (~Q(state="folded") & Q(into=None)),
                name="delivery_folded_is_in_a_digest",
            ),
        ]
        indexes = [
            models.Index(
                fields=["destination", "not_before", "id"],
                condition=Q(state="queued"),
                name="delivery_queued",
            ),
            models.Index(
                fields=["not_after"], condition=Q(state="queued"), name="delivery_overdue"
            ),
            models.Index(
                fields=["destination", "-sent_at"],
                include=["lane"],
                condition=Q(sent_at__isnull=False),
                name="delivery_sent",
            ),
            GinIndex(
                fields=["alert_ids"],
                condition=Q(alert=None, kind="alert"),
                name="delivery_digests",
            ),
            models.Index(fields=["into"], condition=Q(into__isnull=False), name="delivery_folded"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

    @property
    def message_key(self) -> str:
        """What the message is known by outside, the same at every attempt."""
        return f"rl-{int(self.created_at.timestamp() * 1000):x}-{self.pk}"
