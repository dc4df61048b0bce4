from __future__ import annotations

from django.conf import settings
from django.db import models


class Team(models.Model):
    """A group of reps that PQLs are dealt among."""

    name = models.CharField(max_length=120, unique=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_teams",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RepQuerySet(models.QuerySet["Rep"]):
    def available(self) -> RepQuerySet:
        """Reps who may be dealt a PQL now: switched on, and their account is active."""
        return self.filter(is_available=True, user__is_active=True)


class Rep(models.Model):
    """A person who works PQLs. ``last_dealt_at`` is whose turn it is: the longest ago is next."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="rep"
    )
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="reps")
    is_available = models.BooleanField(
        default=True, help_text="Off: keeps what they have, gets nothing new."
    )
    last_dealt_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = RepQuerySet.as_manager()

    class Meta:
        ordering = ["team", "user__first_name", "pk"]

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()
