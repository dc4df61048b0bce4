from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def of(self, about: str, pk: int) -> AuditEntryQuerySet:
        """The history of one thing (``app.model`` and id), and of what is part of it."""
        itself = models.Q(about=about, about_id=pk)
        return self.filter(itself | models.Q(within=about, within_id=pk))


class AuditEntry(models.Model):
    """One change that somebody made to how leads are judged: who, when, what, from, to, why.

    Written by :mod:`leads.audit` in the transaction of the change, and never changed itself. What
    it is about may be gone since: ``about`` (``app.model``), ``about_id`` and ``label`` stay.
    ``field`` is a path such as ``criteria.invites.tiers``; empty where the whole thing is meant.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: a command, or somebody whose account is gone.",
    )
    action = models.CharField(max_length=40, help_text="E.g. edited, published, rolled back.")
    about = models.CharField(max_length=60)
    about_id = models.BigIntegerField()
    within = models.CharField(max_length=60, blank=True)
    within_id = models.BigIntegerField(null=True, blank=True)
    label = models.CharField(max_length=200)
    field = models.CharField(max_length=200, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["about", "about_id", "-at"], name="audit_about"),
            models.Index(fields=["within", "within_id", "-at"], name="audit_within"),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.field or self.action}"
