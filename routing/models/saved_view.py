from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from routing.models.rep import Team

if TYPE_CHECKING:
    from routing.viewers import Viewer


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def for_viewer(self, viewer: Viewer) -> SavedViewQuerySet:
        """Their own, and those shared with their team; own ones first."""
        theirs = Q(owner=viewer.user_id)
        shared = Q(team__in=viewer.team_ids)
        own_first = models.Case(models.When(theirs, then=0), default=1)
        return self.filter(theirs | shared).order_by(own_first, "name", "pk")


class SavedView(models.Model):
    """A queue's tab, filters and order under a name; its address holds all of them."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, help_text="Of the queue's address.")
    is_default = models.BooleanField(default=False, help_text="What the owner's queue opens with.")
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who else sees it; empty: nobody.",
    )

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_named_once"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(is_default=True), name="one_default_view"
            ),
        ]

    def __str__(self) -> str:
        return self.name
