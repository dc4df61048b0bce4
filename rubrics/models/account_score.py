from __future__ import annotations

from django.db import models

from leads.models import Account, Product
from leads.moments import moment_words
from rubrics.models.score import RecordedChange, StoredScore, StoredScoreQuerySet


class AccountScore(StoredScore):
    """What one account is worth for one product at the moment ``at``, by all its leads' hits."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="scores", db_index=False
    )
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="account_scores", db_index=False
    )

    objects = StoredScoreQuerySet["AccountScore"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "product"], name="one_account_score_per_product"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="account_score_due",
            ),
            models.Index(fields=["changed_at", "id"], name="account_score_changed"),
        ]

    def __str__(self) -> str:
        return f"Account {self.account_id}: {self.fit} + {self.behavior} = {self.total}"

    @property
    def subject_id(self) -> int:
        """Whose score it is, by the subject of its version."""
        return self.account_id


class AccountScoreChange(RecordedChange):
    """An account's score that came out different."""

    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, related_name="score_changes", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        indexes = [
            models.Index(fields=["account", "product", "at"], name="account_score_change_history"),
        ]

    def __str__(self) -> str:
        return f"Account {self.account_id}: {self.total} at {moment_words(self.at)}"
