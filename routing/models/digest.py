from __future__ import annotations

from django.conf import settings
from django.db import models

from rubrics.models import Publication


class DigestSeen(models.Model):
    """Somebody has seen what a version that went live did to their queue, and put it away."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "digests seen"
        constraints = [
            models.UniqueConstraint(fields=["publication", "user"], name="digest_seen_once"),
        ]

    def __str__(self) -> str:
        return f"Digest of publication {self.publication_id} seen"
