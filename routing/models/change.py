from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from leads.models import Outcome
from routing.models.qualification import Qualification, State
from routing.models.rep import Rep

UNDO_SPAN = timedelta(seconds=60)
"""How long a person can take back what they did to a PQL."""


class StateChangeQuerySet(models.QuerySet["StateChange"]):
    def unannounced(self) -> StateChangeQuerySet:
        """Changes that alerts have not been made of yet; oldest first."""
        return self.filter(announced_at=None).order_by("pk")

    def not_handed_on(self) -> StateChangeQuerySet:
        """Changes that the outside was not told of yet; oldest first."""
        return self.filter(handed_on_at=None).order_by("pk")

    def last_by(self, user_id: int) -> StateChange | None:
        """What this person did last that can be undone at all."""
        theirs = self.filter(by=user_id, before__isnull=False, undone_by=None)
        return theirs.order_by("-pk").first()


class StateChange(models.Model):
    """One change of a qualification's state: who, when, why. Alerts are made from these.

    ``before`` is what a person's change replaced: the qualification's other fields by name, as
    :func:`routing.services.moving.snapshot` keeps them. What the system did has none and cannot be
    undone. A change that undid another one names it; that is news of its own, but not the news
    that a PQL was given to somebody.
    """

    qualification = models.ForeignKey(
        Qualification, on_delete=models.CASCADE, related_name="changes"
    )
    from_state = models.CharField(max_length=11, choices=State, blank=True)
    to_state = models.CharField(max_length=11, choices=State)
    rep = models.ForeignKey(Rep, on_delete=models.SET_NULL, null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    reason = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    announced_at = models.DateTimeField(null=True, blank=True)
    handed_on_at = models.DateTimeField(
        null=True, blank=True, help_text="When webhooks, and messages sent before, were owed it."
    )
    before = models.JSONField(null=True, blank=True, editable=False)
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="undone_by"
    )
    outcome = models.ForeignKey(
        Outcome,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What it recorded of the lead; undoing withdraws it.",
    )

    objects = StateChangeQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undoes__isnull=True) | Q(before__isnull=True),
                name="state_change_undo_is_final",
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(announced_at=None), name="state_change_unannounced"
            ),
            models.Index(
                fields=["id"], condition=Q(handed_on_at=None), name="state_change_not_handed_on"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_state or 'opened'} to {self.to_state}"

    @property
    def undo_until(self) -> datetime | None:
        """Until when it can be undone, if nothing else happens; None: never."""
        return None if self.before is None else self.at + UNDO_SPAN
