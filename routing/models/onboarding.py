from __future__ import annotations

from django.conf import settings
from django.db import models


class OnboardingSeen(models.Model):
    """Somebody put away the hint that leads newcomers from the queue to the guide."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "onboarding seen"

    def __str__(self) -> str:
        return f"Guide put away by {self.user_id}"
