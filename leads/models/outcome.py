from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models.lead import Lead
from leads.models.product import Product
from leads.moments import day_words


class OutcomeKind(models.TextChoices):
    OPPORTUNITY = "opportunity", "Opportunity"
    CLOSED_WON = "closed_won", "Closed won"
    CLOSED_LOST = "closed_lost", "Closed lost"
    CONVERTED = "converted", "Converted (self-serve)"
    CHURNED = "churned", "Churned"


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def unrouted(self) -> OutcomeQuerySet:
        """Those that routing has not looked at yet: they may end somebody's work; oldest first."""
        return self.filter(routed_at=None).order_by("pk")


class Outcome(models.Model):
    """What became of a lead, with time and amount."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="outcomes")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=11, choices=OutcomeKind)
    occurred_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    routed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "product", "kind", "occurred_at"],
                nulls_distinct=False,
                name="outcome_recorded_once",
            ),
            models.CheckConstraint(
                condition=Q(amount=None, currency="") | (Q(amount__isnull=False) & ~Q(currency="")),
                name="outcome_amount_has_currency",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(routed_at=None), name="outcome_unrouted"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {day_words(self.occurred_at)}"
