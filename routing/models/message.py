from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Q

from leads.models import Product, Signal


class MessageTemplateQuerySet(models.QuerySet["MessageTemplate"]):
    def fitting(self, product_id: int, signal_ids: Collection[int]) -> MessageTemplateQuerySet:
        """Those for somebody who tries the product and lately gave these signals; the most
        special first: for a signal, for the product, then in the order of the list."""
        return self.filter(
            Q(product=None) | Q(product=product_id), Q(signal=None) | Q(signal__in=signal_ids)
        ).order_by(
            models.Case(models.When(signal=None, then=1), default=0),
            models.Case(models.When(product=None, then=1), default=0),
            "position",
            "pk",
        )


class MessageTemplate(models.Model):
    """A first message that reps are offered for a PQL. The fields in braces are filled in."""

    name = models.CharField(max_length=120, unique=True)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, null=True, blank=True, help_text="Empty: any product."
    )
    signal = models.ForeignKey(
        Signal,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        help_text="Only for leads who did this lately. Empty: for everybody.",
    )
    subject = models.CharField(max_length=150)
    text = models.TextField(max_length=4000)
    position = models.PositiveSmallIntegerField(
        default=0, help_text="Of several that fit, the lowest comes first."
    )

    objects = MessageTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
