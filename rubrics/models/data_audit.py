from __future__ import annotations

from django.db import models
from django.db.models import Q

from leads.models import Job, JobQuerySet
from leads.moments import moment_words


class AuditReason(models.TextChoices):
    NIGHTLY = "nightly", "Nightly"
    ON_DEMAND = "on_demand", "On demand"


class AuditPart(models.TextChoices):
    """What a data audit goes through, in this order."""

    LEADS = "leads", "Leads"
    ACCOUNTS = "accounts", "Accounts"
    WHOLE = "whole", "The whole"


class DataAudit(Job):
    """One pass over the facts: what is known of leads, and which events come (rubrics/dataquality).

    ``facts`` are counts alone, added up chunk by chunk; what they mean for a version is worked out
    when somebody asks. ``after`` is the id of the last lead or account looked at.
    """

    reason = models.CharField(max_length=9, choices=AuditReason)
    part = models.CharField(max_length=8, choices=AuditPart, default=AuditPart.LEADS)
    after = models.BigIntegerField(default=0)
    facts = models.JSONField(default=dict)

    objects = JobQuerySet["DataAudit"].as_manager()

    class Meta(Job.Meta):
        verbose_name = "data audit"
        constraints = [
            *Job.Meta.constraints,
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_running_data_audit"
            ),
        ]

    def __str__(self) -> str:
        return f"Data audit of {moment_words(self.started_at)}"
