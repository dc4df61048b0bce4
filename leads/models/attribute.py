from django.db import models
from django.db.models import Q

from leads.models.account import Account
from leads.models.lead import Lead
from leads.moments import day_words


class AttributeChange(models.Model):
    """What was known of a lead or an account, and from when on.

    One row says: from ``known_at`` on the attribute ``name`` was ``value`` (JSON null: removed),
    and it was still stated so at ``confirmed_at``. The value as of a moment is that of the row with
    the latest ``known_at`` not after it. Rows are written by :mod:`leads.attributes` only, which
    makes the history independent of the order of arrival. The lead's account is kept here too,
    under the name ``$account`` (value: the account's id).
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="history")
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, related_name="history"
    )
    name = models.CharField(max_length=100)
    value = models.JSONField(null=True)
    known_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(lead=None, account__isnull=False) | Q(lead__isnull=False, account=None),
                name="attribute_of_lead_or_account",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__gte=models.F("known_at")),
                name="attribute_confirmed_after_known",
            ),
            models.UniqueConstraint(
                fields=["lead", "name", "known_at"],
                condition=Q(lead__isnull=False),
                name="lead_attribute_once_per_moment",
            ),
            models.UniqueConstraint(
                fields=["account", "name", "known_at"],
                condition=Q(account__isnull=False),
                name="account_attribute_once_per_moment",
            ),
        ]
        indexes = [
            # An account's members as of a moment.
            models.Index(fields=["value"], condition=Q(name="$account"), name="attribute_account"),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {day_words(self.known_at)}"
