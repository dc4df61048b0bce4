from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from leads.models import Job, JobQuerySet, Product
from rubrics.models.rubric import RubricVersion, Subject
from rubrics.scoring import types as scoring


class PublicationKind(models.TextChoices):
    PUBLISH = "publish", "Publish"
    ROLLBACK = "rollback", "Roll back"


class PublicationQuerySet(JobQuerySet["Publication"]):
    def flipped(self) -> Self:
        """Those whose version went live, newest first."""
        return self.filter(flipped_at__isnull=False).order_by("-flipped_at", "-pk")


class Publication(Job):
    """A version on its way to scoring everybody (docs/adr/0014).

    Everybody is scored by it into a buffer (:class:`~rubrics.models.NextScore`), which scoring
    keeps fresh meanwhile; then, at ``flipped_at``, the buffer becomes the scores at once. ``part``
    and ``after`` are how far the buffer is filled: everybody up to the id ``after`` is in it.
    """

    kind = models.CharField(max_length=8, choices=PublicationKind)
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(
        RubricVersion, on_delete=models.CASCADE, related_name="publications"
    )
    replaces = models.ForeignKey(
        RubricVersion,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The version that scored before; empty: none of this rubric did.",
    )
    reason = models.CharField(max_length=500, blank=True)
    part = models.CharField(max_length=7, choices=Subject, default=Subject.LEAD)
    after = models.BigIntegerField(default=0, help_text="Id of the last one done of this part.")
    skipped = models.PositiveIntegerField(
        default=0, help_text="Leads and accounts that the version could not score."
    )
    flipped_at = models.DateTimeField(null=True, help_text="When the version went live.")
    entered = models.PositiveIntegerField(default=0, help_text="Leads that became PQLs by it.")
    left = models.PositiveIntegerField(default=0, help_text="PQLs that are none any more by it.")

    objects = PublicationQuerySet.as_manager()

    class Meta(Job.Meta):
        constraints = [
            *Job.Meta.constraints,
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(state="running"),
                name="one_running_publication_per_product",
            ),
            models.CheckConstraint(
                condition=Q(state="done", flipped_at__isnull=False)
                | (~Q(state="done") & Q(flipped_at=None)),
                name="publication_done_has_flipped",
            ),
        ]
        indexes = [models.Index(fields=["-flipped_at"], name="publication_flipped")]

    def __str__(self) -> str:
        return f"{self.version} live" if self.flipped_at else f"{self.version} going live"

    @property
    def subjects(self) -> list[scoring.Subject]:
        """Whose scores it moves; both kinds where the rubric changes from one to the other."""
        versions = [self.version, self.replaces]
        found = {one.subject for one in versions if one is not None}
        return [subject for subject in scoring.Subject if subject in found]

    @property
    def is_rollback(self) -> bool:
        """Whether the version had scored before."""
        return self.kind == PublicationKind.ROLLBACK
