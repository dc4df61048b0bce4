from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.core.cache import cache
from django.db import models
from django.db.models import QuerySet

from leads.models.account import Account
from leads.models.lookups import AnyOf
from leads.models.search import beginnings, words_of

FEW = 5_000
"""So many leads of a search are named by their ids."""
COMMON_FOR_S = 60


def _found(words: str) -> Any:
    """The ids of people and of companies' people, of whom one may come twice."""
    people = Lead.objects.alias(own_words=words_of("name", "email"))
    accounts = Account.objects.search(words).values("pk")
    of_accounts = Lead.objects.filter(account__in=accounts).values("pk")
    return people.filter(own_words=beginnings(words)).values("pk").union(of_accounts, all=True)


class LeadQuerySet(models.QuerySet["Lead"]):
    def living(self) -> LeadQuerySet:
        """Leads that were not merged into another one."""
        return self.filter(merged_into=None)

    def search(self, words: str) -> LeadQuerySet:
        """Leads in whose name and e-mail, or in whose account's name and domain, each of the
        ``words`` begins one.

        Each half by its own index; an ``OR`` of both would read every lead.
        """
        return self.filter(pk__in=_found(words)) if beginnings(words) else self.none()

    def search_ids(self, words: str, *, at_most: int) -> set[int] | None:
        """The ids of those that :meth:`search` finds; None where there are more than that."""
        if beginnings(words) is None:
            return set()
        ids = {row["pk"] for row in _found(words)[: 2 * at_most + 1]}  # one may be in both halves
        return ids if len(ids) <= at_most else None

    def matching(self, words: str) -> QuerySet[Lead, bool]:
        """Of each lead whether it is one that :meth:`search` finds, by looking at its words."""
        wanted = beginnings(words)
        own = self.alias(
            own_words=words_of("name", "email"),
            account_words=words_of("account__name", "account__domain"),
        )
        is_found = models.Q(own_words=wanted) | models.Q(account_words=wanted)
        found = models.Case(models.When(is_found, then=True), default=False)
        return own.annotate(is_found=found).values_list("is_found", flat=True)

    def search_few(self, words: str) -> set[int] | None:
        """The ids of those that :meth:`search` finds; None where they are more than a few.

        Of common words that is remembered for a while: it decides how is searched, never what is
        found, and to find it out takes half of what such a search takes.
        """
        key = f"common-words-{zlib.crc32(words.encode())}"
        if cache.get(key):
            return None
        few = self.search_ids(words, at_most=FEW)
        if few is None:
            cache.set(key, True, COMMON_FOR_S)
        return few

    def worded(self, words: str, *, lead: str = "pk") -> models.Q:
        """What narrows a list to those whose lead (the column ``lead``) :meth:`search` finds."""
        return self.worded_among(self.search_few(words), words, lead=lead)

    def worded_among(self, few: set[int] | None, words: str, *, lead: str) -> models.Q:
        """The same, where what :meth:`search_few` found is known.

        Where more than a few leads match, a list soon fills from those that come first in it: each
        is then looked at itself, by a subquery of its own that the planner cannot turn into a join
        of all.
        """
        if few is not None:
            return models.Q(AnyOf(models.F(lead), few))
        own = Lead.objects.filter(pk=models.OuterRef(lead)).matching(words)
        return models.Q(models.Subquery(own, output_field=models.BooleanField()))

    def known_as(self, kind: str, value: str) -> LeadQuerySet:
        """Leads that a source names so; e-mails are compared trimmed and lower-cased."""
        from leads.models import Identity

        value = value.strip().lower() if kind == "email" else value
        named = Identity.objects.filter(kind=kind, value=value)
        return self.filter(pk__in=named.values("lead"))

    def updated_since(self, at: datetime) -> LeadQuerySet:
        """Leads created, active or described since ``at``."""
        from leads.models import AttributeChange, Hit

        hits = Hit.objects.filter(lead=models.OuterRef("pk"), occurred_at__gte=at)
        told = AttributeChange.objects.filter(lead=models.OuterRef("pk"), confirmed_at__gte=at)
        return self.filter(models.Q(created_at__gte=at) | models.Exists(hits) | models.Exists(told))


class Lead(models.Model):
    """A person trying the product, belonging to at most one account.

    ``attributes`` is the newest value of each attribute known of the person; what was known when
    stands in :class:`AttributeChange`. ``email``, ``name`` and ``title`` repeat three of them for
    lists and search. A merged lead stays as a signpost (``merged_into``) and owns nothing.
    """

    account = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="leads"
    )
    email = models.CharField(max_length=254, blank=True, db_index=True)
    name = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged_from"
    )
    is_synthetic = models.BooleanField(default=False, help_text="Made up for a demo.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(merged_into=models.F("pk")), name="lead_not_merged_into_itself"
            ),
        ]
        indexes = [
            GinIndex(words_of("name", "email"), name="lead_words", fastupdate=False),
            # A new account looks for the leads of its domain that have no account yet.
            models.Index(
                models.Func("email", models.Value("@"), models.Value(2), function="split_part"),
                condition=models.Q(account=None),
                name="lead_without_account_by_domain",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or f"Lead {self.pk}"
