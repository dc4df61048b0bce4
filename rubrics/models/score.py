from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from leads.models import Lead
from rubrics.models.rubric import Rubric, RubricVersion


class ScoreQuerySet(models.QuerySet["Score"]):
    def due(self, at: datetime) -> ScoreQuerySet:
        """Scores that the clock alone may have changed by ``at``; longest due first."""
        return self.filter(due_at__lte=at).order_by("due_at", "pk")


class Score(models.Model):
    """What one lead is worth by one rubric at the moment ``at``.

    ``measures`` holds one number per measured column of the version (null: unknown), ``points``
    one value per criterion; zipped with the version they are the breakdown. ``due_at`` is the next
    moment at which the same facts give another result. ``revision`` grows with every write.
    """

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="scores", db_index=False)
    rubric = models.ForeignKey(
        Rubric, on_delete=models.CASCADE, related_name="scores", db_index=False
    )
    version = models.ForeignKey(
        RubricVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(help_text="The moment scored for.")
    due_at = models.DateTimeField(null=True)
    fit = models.SmallIntegerField()
    fit_low = models.SmallIntegerField(help_text="Fit if every unknown turned out worst.")
    fit_high = models.SmallIntegerField(help_text="Fit if every unknown turned out best.")
    behavior = models.SmallIntegerField()
    total = models.SmallIntegerField()
    is_pql = models.BooleanField()
    last_activity_at = models.DateTimeField()
    measures = ArrayField(models.FloatField(null=True))
    points = ArrayField(models.SmallIntegerField())
    revision = models.BigIntegerField(default=1)
    # By the database's clock, not the moment scored for: readers who ask for what changed since
    # their last call must not miss what a long rescore writes late.
    changed_at = models.DateTimeField(help_text="When a result other than before was written.")

    objects = ScoreQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "rubric"], name="one_score_per_rubric"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="score_due"
            ),
            models.Index(fields=["changed_at", "id"], name="score_changed"),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}: {self.fit} + {self.behavior} = {self.total}"


class ScoreChangeQuerySet(models.QuerySet["ScoreChange"]):
    def unrouted(self) -> ScoreChangeQuerySet:
        """Crossings of the threshold that routing has not looked at yet; oldest first."""
        return self.filter(crossed=True, routed_at=None).order_by("pk")


class ScoreChange(models.Model):
    """A score that came out different: the history that charts and routing read."""

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="score_changes", db_index=False
    )
    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(
        RubricVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    fit = models.SmallIntegerField()
    behavior = models.SmallIntegerField()
    total = models.SmallIntegerField()
    is_pql = models.BooleanField()
    crossed = models.BooleanField(
        default=False, help_text="Became a PQL here: was none before, or had no score."
    )
    routed_at = models.DateTimeField(null=True, blank=True)

    objects = ScoreChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lead", "rubric", "at"], name="score_change_history"),
            models.Index(
                fields=["id"],
                condition=models.Q(crossed=True, routed_at=None),
                name="score_change_unrouted",
            ),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}: {self.total} at {self.at:%Y-%m-%d %H:%M}"
