from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from leads.models import Product
from rubrics.models.sections import WHOLE_SECTIONS


class Rubric(models.Model):
    """The scoring model of one product: a line of numbered versions, at most one published."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="rubrics")
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    needs_approval = models.BooleanField(
        "a second person approves",
        default=False,
        help_text="Somebody who did not work on a draft signs its thresholds before it goes live.",
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who keeps it and answers questions; named on its reference sheets.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VersionStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHING = "publishing", "Going live"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


class DecayMode(models.TextChoices):
    NONE = "none", "None"
    PERIODS = "periods", "Points for each full period"
    CONTINUOUS = "continuous", "Points, growing evenly"
    PERCENT = "percent", "A share of what is left, for each full period"
    HALF_LIFE = "half_life", "Halved each period, evenly"


class Silence(models.TextChoices):
    LARGER = "larger", "Only the larger of the two counts"
    BOTH = "both", "Both count"


class Subject(models.TextChoices):
    LEAD = "lead", "People"
    ACCOUNT = "account", "Accounts, from what their people did"


class Combination(models.TextChoices):
    SUM = "sum", "Fit and behavior added up"
    BLEND = "blend", "0 to 100, both axes weighted"


class RubricVersionQuerySet(models.QuerySet["RubricVersion"]):
    def published(self) -> RubricVersionQuerySet:
        """The versions that score now, one a rubric."""
        return self.filter(status=VersionStatus.PUBLISHED)

    def editable(self) -> RubricVersionQuerySet:
        """Drafts."""
        return self.filter(status=VersionStatus.DRAFT)


class RubricVersion(models.Model):
    """One numbered edition of a rubric. Publishing freezes it and all that it holds.

    While it is ``publishing`` everybody is scored by it out of sight, and the version before goes
    on scoring all that people see (:class:`~rubrics.models.Publication`).

    A section that a version goes without (a ceiling, a matrix, ...) has nulls in its columns.
    """

    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(editable=False)
    status = models.CharField(
        max_length=10, choices=VersionStatus, default=VersionStatus.DRAFT, editable=False
    )
    note = models.CharField(max_length=300, blank=True, help_text="What changed, and why.")
    source = models.CharField(max_length=300, blank=True, help_text="Where the numbers are from.")
    # Who it scores.
    subject = models.CharField(max_length=7, choices=Subject, default=Subject.LEAD)
    segment_name = models.CharField(
        "segment",
        max_length=60,
        blank=True,
        help_text="E.g. Enterprise. Without a segment this is the product's default rubric.",
    )
    segment_order = models.PositiveSmallIntegerField(
        "order",
        default=10,
        help_text="Segments are tried from the lowest; the first that fits counts.",
    )
    segment_conditions = models.JSONField(
        "conditions",
        default=list,
        blank=True,
        help_text="Attributes that the segment's leads all have.",
    )
    # Thresholds: all three must be met.
    min_total = models.PositiveSmallIntegerField(default=80, help_text="Points, 0-150")
    min_fit = models.PositiveSmallIntegerField(default=15, help_text="Points, 0-50")
    min_behavior = models.PositiveSmallIntegerField(default=40, help_text="Points, 0-100")
    # Caps.
    max_fit = models.PositiveSmallIntegerField(default=50)
    max_behavior = models.PositiveSmallIntegerField(default=100)
    velocity_exceeds_cap = models.BooleanField(
        default=False, help_text="Let the velocity bonus lift behavior above its cap."
    )
    # Combination.
    combination = models.CharField(max_length=5, choices=Combination, default=Combination.SUM)
    blend_behavior = models.PositiveSmallIntegerField(
        "share of behavior",
        null=True,
        blank=True,
        help_text="Percent. Usual: 60-70; low 50, high 80.",
    )
    blend_fit = models.PositiveSmallIntegerField(
        "share of fit", null=True, blank=True, help_text="Percent. Usual: 30-40; low 20, high 50."
    )
    # Silence.
    decay_mode = models.CharField(max_length=10, choices=DecayMode, default=DecayMode.PERIODS)
    decay_points = models.PositiveSmallIntegerField(
        default=10, help_text="Points lost a period. Usual: 10-15 a 30 days."
    )
    decay_percent = models.FloatField(
        null=True, blank=True, help_text="Percent lost a period, where a share is lost."
    )
    decay_period_days = models.PositiveSmallIntegerField(
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Days. Where behavior is halved: after so many.",
    )
    decay_grace_days = models.PositiveSmallIntegerField(
        default=0,
        help_text="Days of silence before decay begins. Usual: 14-21; short 7, long 30.",
    )
    floor = models.PositiveSmallIntegerField(
        default=5, help_text="Decay stops here. A floor never lifts a score. Usual: 5-10."
    )
    silence = models.CharField(
        max_length=6,
        choices=Silence,
        default=Silence.LARGER,
        help_text="Decay and a 'days without login' criterion punish the same silence.",
    )
    expired_points = models.PositiveSmallIntegerField(
        "points after the trial",
        null=True,
        blank=True,
        help_text="Points lost a period once the trial is over.",
    )
    expired_period_days = models.PositiveSmallIntegerField(
        "period after the trial",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Days",
    )
    # Ceiling.
    ceiling_behavior = models.PositiveSmallIntegerField(
        "most behavior",
        null=True,
        blank=True,
        help_text="Behavior is at most this while all conditions hold.",
    )
    ceiling_name = models.CharField(
        "name",
        max_length=120,
        blank=True,
        help_text="In a rep's words, e.g. Long on the free plan.",
    )
    ceiling_conditions = models.JSONField("conditions", default=list, blank=True)
    # Several products.
    cross_product_points = models.PositiveSmallIntegerField(
        "bonus", null=True, blank=True, help_text="Bonus on behavior. Usual: 10-15."
    )
    cross_product_days = models.PositiveSmallIntegerField(
        "within",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
        help_text="Active in each of them within so many days.",
    )
    cross_product_products = models.PositiveSmallIntegerField(
        "products",
        null=True,
        blank=True,
        validators=[MinValueValidator(2)],
        help_text="In so many products, 2 or more.",
    )
    # Matrix.
    matrix_fit = models.PositiveSmallIntegerField(
        "high fit from", null=True, blank=True, help_text="Fit is high from here on."
    )
    matrix_behavior = models.PositiveSmallIntegerField(
        "high behavior from", null=True, blank=True, help_text="Behavior is high from here on."
    )
    activity_signals = ArrayField(
        models.SlugField(max_length=60),
        default=list,
        blank=True,
        help_text="Keys of the signals that count as using the product.",
    )
    revision = models.PositiveIntegerField(
        default=1, editable=False, help_text="Grows with every edit of the draft."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = RubricVersionQuerySet.as_manager()

    class Meta:
        ordering = ["rubric", "-number"]
        permissions = [("approve_rubricversion", "Can approve rubric versions")]
        constraints = [
            models.UniqueConstraint(fields=["rubric", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["rubric"], condition=Q(status="published"), name="one_published_version"
            ),
            models.CheckConstraint(
                condition=Q(status="publishing")  # for the first time, or again
                | Q(status="draft", published_at=None)
                | (~Q(status="draft") & Q(published_at__isnull=False)),
                name="version_published_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(decay_period_days__gte=1), name="version_decay_period_a_day_or_more"
            ),
            *WHOLE_SECTIONS,
        ]

    def __str__(self) -> str:
        return f"{self.rubric} v{self.number}"

    @property
    def belongs_to(self) -> Rubric:
        """Its history is part of the rubric's."""
        return self.rubric

    @property
    def is_editable(self) -> bool:
        """Only drafts change."""
        return self.status == VersionStatus.DRAFT
