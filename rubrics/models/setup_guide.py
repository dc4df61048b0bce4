from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from leads.models import Product
from leads.moments import day_words
from rubrics.models.rubric import RubricVersion


def _percent(help_text: str) -> models.DecimalField[float | None, float | None]:
    return models.DecimalField(
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=help_text,
    )


class SetupGuideQuerySet(models.QuerySet["SetupGuide"]):
    def newest_first(self) -> SetupGuideQuerySet:
        return self.order_by("-started_at", "-pk")

    def open(self) -> SetupGuideQuerySet:
        """Begun, and not yet answered to the end."""
        return self.filter(finished_at=None)

    def finished(self) -> SetupGuideQuerySet:
        """With a recommendation."""
        return self.exclude(finished_at=None)


class SetupGuide(models.Model):
    """The set-up guide, answered once for a product: answers, recommendation, objectives.

    ``answers`` is JSON by question (:class:`rubrics.guide.answers.Answers`); a null was left open
    on purpose. ``result`` is the recommendation as it was given (:mod:`rubrics.guide.advice`) and
    ``seen`` what the workspace measured then. Once ``draft`` was made or the objectives signed,
    answers and result change no more: the guide is answered again instead.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    step = models.PositiveSmallIntegerField(default=1, help_text="The page to go on with.")
    seen = models.JSONField(default=dict)
    result = models.JSONField(null=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    draft = models.ForeignKey(
        RubricVersion, on_delete=models.SET_NULL, null=True, related_name="guides"
    )
    has_drafted = models.BooleanField(default=False, help_text="Even where the draft is gone.")
    # Objectives and baselines, agreed on after the recommendation.
    baseline_trial_to_paid = _percent("Trials that paid before.")
    target_trial_to_paid = _percent("Trials that are to pay.")
    baseline_conversion = _percent("Qualified leads that became an opportunity before.")
    target_conversion = _percent("PQLs that are to become an opportunity.")
    goals = models.CharField(
        max_length=500, blank=True, help_text="What else is to be reached, e.g. less wasted time."
    )
    approver = models.CharField(max_length=120, blank=True, help_text="Who is to sign.")
    signed_by = models.CharField(max_length=120, blank=True)
    signed_on = models.DateField(null=True, blank=True)

    objects = SetupGuideQuerySet.as_manager()

    class Meta:
        verbose_name = "set-up guide"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None, result=None)
                | Q(finished_at__isnull=False, result__isnull=False),
                name="guide_finished_has_its_result",
            ),
            models.CheckConstraint(
                condition=Q(signed_by="", signed_on=None)
                | (~Q(signed_by="") & Q(signed_on__isnull=False)),
                name="guide_signature_dated",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=False) | Q(signed_on=None, has_drafted=False),
                name="guide_ends_before_it_is_used",
            ),
            models.CheckConstraint(
                condition=Q(changed_at__gte=F("started_at")), name="guide_changed_after_its_start"
            ),
        ]

    def __str__(self) -> str:
        return f"Set-up guide for {self.product}, {day_words(self.started_at)}"

    @property
    def is_closed(self) -> bool:
        """Whether something was made of it: then it stays as it is."""
        return self.has_drafted or self.signed_on is not None
