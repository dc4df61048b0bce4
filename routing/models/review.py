from __future__ import annotations

from django.db import models

from leads.models import Product
from routing.dealing.conditions import Condition, read_conditions
from routing.models.conditions import validate_conditions


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
