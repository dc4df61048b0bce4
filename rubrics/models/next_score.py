from __future__ import annotations

from django.db import models

from leads.models import Account, Lead
from rubrics.models.publication import Publication
from rubrics.models.rubric import RubricVersion
from rubrics.models.score import WholeResult


class BufferedScore(WholeResult):
    """A score that counts once its publication flips. Nobody sees it before."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    # A draft whose publication was given up may be deleted before its buffer is swept.
    version = models.ForeignKey(
        RubricVersion, on_delete=models.CASCADE, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class NextScore(BufferedScore):
    """What one lead will be worth for the product."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "publication"], name="one_next_score"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="next_score_due"
            ),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}: {self.fit} + {self.behavior} = {self.total} next"


class NextAccountScore(BufferedScore):
    """What one account will be worth for the product."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "publication"], name="one_next_account_score"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="next_account_score_due",
            ),
        ]

    def __str__(self) -> str:
        return f"Account {self.account_id}: {self.fit} + {self.behavior} = {self.total} next"
