from __future__ import annotations

from django.conf import settings
from django.db import models

from leads.models import Account, Lead
from rubrics.models.rubric import Rubric


class GoldenLeadQuerySet(models.QuerySet["GoldenLead"]):
    def active(self) -> GoldenLeadQuerySet:
        """Those that a version is checked against, in the order they were added."""
        return self.filter(is_active=True).order_by("pk")


class GoldenLead(models.Model):
    """A lead, or an account, that sales and RevOps agree on: what a rubric must make of it.

    ``facts`` and ``expect`` are those of a case of a golden file (docs/golden-leads.md); ages in
    the facts count back from ``at``. A version that makes something else of an active one is not
    published. The facts are its own: the real lead it was made from may change, or go.
    """

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="golden_leads")
    key = models.SlugField(max_length=60)
    name = models.CharField(
        max_length=120, help_text="In words, e.g. VP Marketing at a company of 120."
    )
    why = models.CharField(max_length=300, help_text="Why it must come out so.")
    expect = models.JSONField()
    facts = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField("moment", help_text="Ages count back from here.")
    is_active = models.BooleanField(
        default=True, help_text="Versions are checked against active ones only."
    )
    lead = models.ForeignKey(
        Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    account = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )

    objects = GoldenLeadQuerySet.as_manager()

    class Meta:
        ordering = ["rubric", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "key"], name="golden_lead_key_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def belongs_to(self) -> Rubric:
        """Its history is part of the rubric's."""
        return self.rubric
