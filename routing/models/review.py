from __future__ import annotations

from datetime import datetime, timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from leads.models import Product
from routing.dealing.conditions import Condition, read_conditions
from routing.models.conditions import validate_conditions
from routing.models.qualification import Qualification
from routing.models.sla import MOST_MINUTES


class ReviewPolicyQuerySet(models.QuerySet["ReviewPolicy"]):
    def in_force(self) -> ReviewPolicyQuerySet:
        """Those switched on."""
        return self.filter(is_active=True).select_related("product").order_by("pk")


class ReviewPolicy(models.Model):
    """PQLs that somebody looks at before they are dealt: for few of them, or a new rubric."""

    name = models.CharField(max_length=120)
    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Empty: every product.",
    )
    conditions = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_conditions],
        help_text="All must hold when the PQL opens. None: every PQL.",
    )
    within_minutes = models.PositiveIntegerField(
        "reviewed within",
        null=True,
        blank=True,
        default=240,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text="Working minutes since it opened, on the clock of whichever reviewer is first; "
        "then all of them are reminded. Empty: never.",
    )
    tell_manager_after_minutes = models.PositiveIntegerField(
        "tell the manager after",
        null=True,
        blank=True,
        default=60,
        validators=[MaxValueValidator(MOST_MINUTES)],
        help_text="Working minutes after that; 0: at once. Empty: never.",
    )
    is_active = models.BooleanField("in force", default=True)

    objects = ReviewPolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "review policies"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def asks(self) -> tuple[Condition, ...]:
        return read_conditions(self.conditions)

    @property
    def within(self) -> timedelta | None:
        """How soon it promises a review, in working time."""
        return None if self.within_minutes is None else timedelta(minutes=self.within_minutes)

    @property
    def tell_manager_after(self) -> timedelta | None:
        """From the opening, in working time, until the manager is told."""
        if self.within is None or self.tell_manager_after_minutes is None:
            return None
        return self.within + timedelta(minutes=self.tell_manager_after_minutes)


class ReviewWaitQuerySet(models.QuerySet["ReviewWait"]):
    def due(self, at: datetime) -> ReviewWaitQuerySet:
        """Those about which there is something to say by now; longest due first."""
        return self.filter(next_at__lte=at).order_by("next_at", "pk")


class ReviewWait(models.Model):
    """A PQL that waits for its review, since its reviewers were told of it.

    ``due_at`` is when they are reminded, ``manager_at`` when their manager is told, ``next_at`` the
    earlier of these that is still to come. Who holds a PQL back knows nothing of this: one that
    waits and has no row is found, told, and gets one.
    """

    qualification = models.OneToOneField(
        Qualification, on_delete=models.CASCADE, related_name="review_wait"
    )
    policy = models.ForeignKey(ReviewPolicy, on_delete=models.SET_NULL, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    manager_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    objects = ReviewWaitQuerySet.as_manager()

    class Meta:
        verbose_name = "wait for a review"
        verbose_name_plural = "waits for reviews"
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="review_wait_due"
            ),
        ]

    def __str__(self) -> str:
        return f"PQL {self.qualification_id} waits for its review"
