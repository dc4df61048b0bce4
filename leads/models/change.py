from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.db import models

from leads.models.account import Account
from leads.models.lead import Lead

ChangeT = TypeVar("ChangeT", bound="Change")


class ChangeQuerySet(models.QuerySet[ChangeT]):
    def open(self, at: datetime) -> ChangeQuerySet[ChangeT]:
        """Changes nobody works on at ``at``: unclaimed, or whose lease ran out; oldest first."""
        return self.filter(models.Q(claimed_until=None) | models.Q(claimed_until__lt=at)).order_by(
            "changed_at"
        )

    def waiting_since(self, at: datetime) -> ChangeQuerySet[ChangeT]:
        """Changes that were to be scored before ``at``, those that went wrong left out."""
        return self.filter(changed_at__lt=at, attempts=0)


class Change(models.Model):
    """Somebody changed: the one row that asks for a new score.

    Written in the transaction that changed them. ``generation`` grows with every change, so that a
    worker removes the row only if nothing came after what it saw. Claimed with a lease.
    """

    generation = models.BigIntegerField(default=1)
    changed_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    claimed_generation = models.BigIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class LeadChange(Change):
    """A lead changed: a hit, an attribute, a trial, or an attribute of its account."""

    lead = models.OneToOneField(
        Lead, on_delete=models.CASCADE, primary_key=True, related_name="change", db_constraint=False
    )

    objects = ChangeQuerySet["LeadChange"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["changed_at"], name="lead_change_oldest")]

    def __str__(self) -> str:
        return f"Lead {self.lead_id} changed"


class AccountChange(Change):
    """An account changed: one of its leads did, came or went."""

    account = models.OneToOneField(
        Account,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="change",
        db_constraint=False,
    )

    objects = ChangeQuerySet["AccountChange"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["changed_at"], name="account_change_oldest")]

    def __str__(self) -> str:
        return f"Account {self.account_id} changed"
