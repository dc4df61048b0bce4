from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from leads.models import Lead, Product
from leads.moments import moment_words
from rubrics.models.publication import Publication
from rubrics.models.rubric import Rubric, RubricVersion

PQL_ORDERS = {
    "total": "total",
    "behavior": "behavior",
    "fit": "fit",
    "recent": "last_activity_at",
}
# What lists of PQLs are cut, sorted and counted by. One of their indexes holds it all, so that a
# list of thousands is read without the wide rows of their scores.
PQL_FACTS = ["lead", "product", "fit", "behavior", "is_pql", "last_activity_at"]
ScoreT = TypeVar("ScoreT", bound="StoredScore")


class StoredScoreQuerySet(models.QuerySet[ScoreT]):
    def due(self, at: datetime) -> StoredScoreQuerySet[ScoreT]:
        """Scores that the clock alone may have changed by ``at``; longest due first."""
        return self.filter(due_at__lte=at).order_by("due_at", "pk")

    def headline_first(self) -> StoredScoreQuerySet[ScoreT]:
        """Of several products' scores the one that counts comes first.

        That is the one with the highest behavior, then the highest total: never a sum.
        """
        return self.order_by("-behavior", "-total", "pk")


class Result(models.Model):
    """What a score came out as: the columns that a score and its history share.

    ``product`` repeats the rubric's: a lead, or an account, has one score for each product, by
    whichever of the product's rubrics its segment picks.
    """

    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, related_name="+", db_index=False)
    version = models.ForeignKey(
        RubricVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField(help_text="The moment scored for.")
    fit = models.SmallIntegerField()
    behavior = models.SmallIntegerField()
    total = models.SmallIntegerField()
    is_pql = models.BooleanField()
    band = models.SmallIntegerField(
        null=True, blank=True, help_text="Place among the version's bands, from 0."
    )

    class Meta:
        abstract = True


class WholeResult(Result):
    """A score with the numbers that it is made of.

    ``measures`` holds one number per measured column of the version (null: unknown), ``points``
    one value per criterion; zipped with the version they are the breakdown. ``due_at`` is the next
    moment at which the same facts give another result.
    """

    due_at = models.DateTimeField(null=True)
    fit_low = models.SmallIntegerField(help_text="Fit if every unknown turned out worst.")
    fit_high = models.SmallIntegerField(help_text="Fit if every unknown turned out best.")
    tier = models.SmallIntegerField(
        null=True, blank=True, help_text="Place in the fit x behavior matrix, 1 to 4."
    )
    last_activity_at = models.DateTimeField()
    measures = ArrayField(models.FloatField(null=True))
    points = ArrayField(models.SmallIntegerField())

    class Meta:
        abstract = True


class StoredScore(WholeResult):
    """A newest score. ``revision`` grows with every write."""

    revision = models.BigIntegerField(default=1)
    # By the database's clock, not the moment scored for: readers who ask for what changed since
    # their last call must not miss what a long rescore writes late.
    changed_at = models.DateTimeField(help_text="When a result other than before was written.")

    class Meta:
        abstract = True


class Score(StoredScore):
    """What one lead is worth for one product at the moment ``at``."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="scores", db_index=False)
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="scores", db_index=False
    )

    objects = StoredScoreQuerySet["Score"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "product"], name="one_score_per_product"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=models.Q(due_at__isnull=False), name="score_due"
            ),
            models.Index(fields=["changed_at", "id"], name="score_changed"),
            # Long queues are read in these orders, a page at a time; PQLs only, so that scoring
            # everybody else does not pay for them (docs/adr/0020).
            *(
                models.Index(
                    fields=[f"-{column}", "id"],
                    include=PQL_FACTS if name == "total" else None,
                    condition=models.Q(is_pql=True),
                    name=f"score_pql_{name}",
                )
                for name, column in PQL_ORDERS.items()
            ),
            # Who is nearly a PQL: a version's highest totals among those who are none.
            models.Index(
                fields=["version", "-total", "id"],
                condition=models.Q(is_pql=False),
                name="score_near_miss",
            ),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}: {self.fit} + {self.behavior} = {self.total}"

    @property
    def subject_id(self) -> int:
        """Whose score it is, by the subject of its version."""
        return self.lead_id


class ScoreChangeQuerySet(models.QuerySet["ScoreChange"]):
    def unrouted(self) -> ScoreChangeQuerySet:
        """Crossings of the threshold that routing has not looked at yet; oldest first."""
        return self.filter(crossed=True, routed_at=None).order_by("pk")


class RecordedChange(Result):
    """A score that came out different: by another version, or with other numbers or labels."""

    crossed = models.BooleanField(
        default=False, help_text="Became a PQL here: was none before, or had no score."
    )
    lost = models.BooleanField(
        default=False, db_default=False, help_text="Was a PQL before, and is none from here."
    )
    publication = models.ForeignKey(
        Publication,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        help_text="The publication that brought it, with everybody's; empty: its own facts did.",
    )

    class Meta:
        abstract = True


class ScoreChange(RecordedChange):
    """A lead's score that came out different: the history that charts and routing read."""

    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="score_changes", db_index=False
    )
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    routed_at = models.DateTimeField(null=True, blank=True)

    objects = ScoreChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["lead", "product", "at"], name="score_change_history"),
            models.Index(
                fields=["id"],
                condition=models.Q(crossed=True, routed_at=None),
                name="score_change_unrouted",
            ),
            models.Index(
                fields=["publication", "lead"],
                condition=models.Q(publication__isnull=False)
                & (models.Q(crossed=True) | models.Q(lost=True)),
                name="score_change_by_publication",
            ),
        ]

    def __str__(self) -> str:
        return f"Lead {self.lead_id}: {self.total} at {moment_words(self.at)}"
