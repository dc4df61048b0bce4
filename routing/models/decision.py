from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from routing.models.qualification import Qualification
from routing.models.rep import Rep
from routing.models.rule import RuleSet


class Trigger(models.TextChoices):
    OPENED = "opened", "It opened"
    WAITING = "waiting", "It waited for a rep"
    SLA = "sla", "Nobody took it up in time"
    MANUAL = "manual", "By hand"


class RoutingDecisionQuerySet(models.QuerySet["RoutingDecision"]):
    def waiting_at(self, at: datetime, rule_set_id: int | None) -> RoutingDecisionQuerySet:
        """Those that want their PQL dealt later than ``at``, by the rules that are live."""
        return self.filter(waits_until__gt=at, rule_set=rule_set_id)


class RoutingDecision(models.Model):
    """How one PQL was dealt: the rules tried in order, and who got it, or why nobody did.

    ``steps`` are documents of :class:`routing.dealing.decisions.Step`; ``facts`` what was known of
    the lead, so that a replay asks other rules about the same moment.
    """

    qualification = models.ForeignKey(
        Qualification, on_delete=models.CASCADE, related_name="decisions"
    )
    at = models.DateTimeField()
    trigger = models.CharField(max_length=7, choices=Trigger)
    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    rule_key = models.CharField(max_length=40)
    rule_name = models.CharField("rule", max_length=120)
    rep = models.ForeignKey(
        Rep, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=300)
    waits_until = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(default=list)
    facts = models.JSONField(default=dict)

    objects = RoutingDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["at"], name="routing_decision_by_time"),
            models.Index(fields=["rep", "-id"], name="routing_decision_by_rep"),
            models.Index(fields=["rule_key", "-id"], name="routing_decision_by_rule"),
        ]

    def __str__(self) -> str:
        return f"PQL {self.qualification_id}: {self.reason}"

    @property
    def chosen_name(self) -> str:
        """The rep's name as it was; empty for nobody."""
        last: dict[str, Any] = self.steps[-1] if self.steps else {}
        return next((one["name"] for one in last.get("candidates", ()) if one["next"]), "")
