from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.fields.json import KT
from django.db.models.functions import Lower, Upper

from leads.models.search import beginnings, words_of


class AccountQuerySet(models.QuerySet["Account"]):
    def search(self, words: str) -> AccountQuerySet:
        """Accounts in whose name or domain each of the ``words`` begins one."""
        wanted = beginnings(words)
        if wanted is None:
            return self.none()
        return self.alias(known_words=words_of("name", "domain")).filter(known_words=wanted)


class Account(models.Model):
    """A company. ``attributes`` is the newest value of each attribute known of it."""

    external_id = models.CharField(
        max_length=200, unique=True, null=True, blank=True, help_text="The sources' group id."
    )
    name = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=253, blank=True, db_index=True)
    attributes = models.JSONField(default=dict, blank=True)
    is_synthetic = models.BooleanField(default=False, help_text="Made up for a demo.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(Lower("name"), name="account_name_lower"),
            GinIndex(words_of("name", "domain"), name="account_words", fastupdate=False),
            # What lists are narrowed by most; and without it the planner guesses badly how few.
            models.Index(Upper(KT("attributes__country")), name="account_country"),
            models.Index(Upper(KT("attributes__industry")), name="account_industry"),
        ]

    def __str__(self) -> str:
        return self.name or self.domain or self.external_id or f"Account {self.pk}"
