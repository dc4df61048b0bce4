from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from leads.models.product import Product


class SourceQuerySet(models.QuerySet["Source"]):
    def with_key_hash(self, key_hash: str, *, at: datetime) -> SourceQuerySet:
        """Active sources this hashed write key opens: the current key, or the one just rotated."""
        return self.filter(
            Q(key_hash=key_hash) | Q(previous_key_hash=key_hash, previous_key_until__gt=at),
            is_active=True,
        )


class Source(models.Model):
    """Where events come from. Its write key is shown once and kept only as a SHA-256 hash."""

    name = models.CharField(max_length=120, unique=True)
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sources",
        help_text="Whoever this source names is trying this product. Empty: only its hits tell.",
    )
    namespace = models.CharField(
        max_length=40,
        blank=True,
        default="",
        help_text="Leave empty unless this source's user ids mean other people than those of "
        "your other sources.",
    )
    key_hash = models.CharField(max_length=64, unique=True, null=True, editable=False)
    key_prefix = models.CharField(max_length=12, blank=True, editable=False)
    previous_key_hash = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    previous_key_until = models.DateTimeField(null=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_synthetic = models.BooleanField(
        default=False, help_text="Sends made-up demo data; leads it creates are marked so."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(previous_key_hash="", previous_key_until=None)
                | (~Q(previous_key_hash="") & Q(previous_key_until__isnull=False)),
                name="source_previous_key_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return self.name
