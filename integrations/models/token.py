from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

PREFIX_LENGTH = 10


class Scope(models.TextChoices):
    INGEST = "ingest", "Record outcomes"
    READ_SCORES = "read:scores", "Read leads, accounts and scores"
    WORK_PQLS = "work:pqls", "Work PQLs"
    MANAGE_RUBRICS = "manage:rubrics", "Manage rubrics"


def hash_token(token: str) -> str:
    """The form a token is kept in. 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def usable(self, at: datetime) -> ApiTokenQuerySet:
        """Tokens that open something at ``at``: not revoked, not expired, of an active person."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=at), revoked_at=None, user__is_active=True
        )

    def usable_with(self, token: str) -> ApiToken | None:
        """The usable token whose secret this is, or None."""
        usable = self.usable(timezone.now()).select_related("user")
        return usable.filter(token_hash=hash_token(token)).first()

    def revoke(self, at: datetime) -> int:
        """Close these tokens from ``at`` on, for ever; return how many were open."""
        return self.filter(revoked_at=None).update(revoked_at=at)

    def issue(
        self, *, name: str, user_id: int, scopes: Sequence[str], expires_at: datetime | None = None
    ) -> tuple[ApiToken, str]:
        """Make a token; return it with its secret, which cannot be shown again."""
        secret = "rl_" + secrets.token_urlsafe(32)
        token = self.create(
            name=name,
            user_id=user_id,
            scopes=list(scopes),
            expires_at=expires_at,
            token_hash=hash_token(secret),
            prefix=secret[:PREFIX_LENGTH],
        )
        return token, secret


class ApiToken(models.Model):
    """A scoped key to the API. Kept as a SHA-256 hash; the secret is shown once."""

    name = models.CharField(max_length=120, help_text="What uses it, e.g. Warehouse sync")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=PREFIX_LENGTH, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
