from django.db import models
from django.db.models import F, Q

from leads.models.lead import Lead
from leads.models.product import Product


class Trial(models.Model):
    """One lead trying one product: since when (the sign-up), and until when if it is limited.

    The rubrics of a product score the leads that have a trial of it. ``started_at`` is the first
    time the lead was seen with the product, until a source states it (trait ``createdAt``).
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="trials")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="trials", db_index=False
    )
    started_at = models.DateTimeField(help_text="The sign-up.")
    start_is_stated = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: no limit known.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "lead"], name="one_trial_per_product"),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("started_at")),
                name="trial_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"Trial of product {self.product_id} by lead {self.lead_id}"
