from django.db import models

from leads.models.lead import Lead


class IdentityKind(models.TextChoices):
    USER = "user", "User id"
    ANONYMOUS = "anonymous", "Anonymous id"
    EMAIL = "email", "E-mail"


class Identity(models.Model):
    """One way a source names a lead. E-mails are trimmed and lower-cased.

    ``namespace`` keeps apart the user ids of systems that count on their own (a billing system's
    `17` is not the product's `17`); e-mails always stand in the shared namespace, ''.
    """

    namespace = models.CharField(max_length=40, blank=True, default="")
    kind = models.CharField(max_length=9, choices=IdentityKind)
    value = models.CharField(max_length=254)
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="identities")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [
            models.UniqueConstraint(
                fields=["namespace", "kind", "value"], name="identity_names_one_lead"
            ),
            models.CheckConstraint(condition=~models.Q(value=""), name="identity_value_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class LeadMerge(models.Model):
    """The record of two leads becoming one: which, why, and what moved."""

    winner = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="merges_won")
    loser = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="merges_lost")
    reason = models.CharField(max_length=40)
    moved = models.JSONField(default=dict, help_text="Counts and ids of what moved.")
    merged_at = models.DateTimeField()

    class Meta:
        ordering = ["-merged_at"]

    def __str__(self) -> str:
        return f"Lead {self.loser_id} into {self.winner_id}"
