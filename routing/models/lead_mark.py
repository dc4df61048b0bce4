"""What plays, and people, write on a lead: its lifecycle stage, and tags."""

from __future__ import annotations

from collections.abc import Collection

from django.conf import settings
from django.db import models

from leads.models import Lead


class Stage(models.IntegerChoices):
    """How far somebody is from stranger to customer, in order."""

    SUBSCRIBER = 1, "Subscriber"
    LEAD = 2, "Lead"
    MQL = 3, "Marketing-qualified lead"
    PQL = 4, "Product-qualified lead"
    SQL = 5, "Sales-qualified lead"
    OPPORTUNITY = 6, "Opportunity"
    CUSTOMER = 7, "Customer"


class LeadStageQuerySet(models.QuerySet["LeadStage"]):
    def current(self, lead_ids: Collection[int]) -> dict[int, Stage]:
        """The stage each of these leads is in; those without one are left out."""
        newest = self.filter(lead__in=lead_ids).order_by("lead", "-pk").distinct("lead")
        return {row.lead_id: Stage(row.stage) for row in newest}


class LeadStage(models.Model):
    """A lead came into a stage; the newest row is the one it is in."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="stages", db_index=False)
    stage = models.PositiveSmallIntegerField(choices=Stage)
    since = models.DateTimeField()
    run = models.ForeignKey(
        "routing.PlayRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="stages"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = LeadStageQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["lead", "-id"], name="lead_stage_newest")]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} since {self.since:%Y-%m-%d}"


class LeadTag(models.Model):
    """A word on a lead, put there by a play (``run``) or by a person (``by``)."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=40)
    run = models.ForeignKey(
        "routing.PlayRun", on_delete=models.SET_NULL, null=True, blank=True, related_name="tags"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["lead", "name"], name="lead_tagged_once")]
        indexes = [models.Index(fields=["name", "lead"], name="lead_tag_by_name")]

    def __str__(self) -> str:
        return self.name
