from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from leads.models import Product


class Rubric(models.Model):
    """The scoring model of one product: a line of numbered versions, at most one published."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="rubrics")
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class VersionStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
    RETIRED = "retired", "Retired"


class DecayMode(models.TextChoices):
    NONE = "none", "None"
    PERIODS = "periods", "Points for each full period"
    CONTINUOUS = "continuous", "Points, growing evenly"


class Silence(models.TextChoices):
    LARGER = "larger", "Only the larger of the two counts"
    BOTH = "both", "Both count"


class RubricVersionQuerySet(models.QuerySet["RubricVersion"]):
    def published(self) -> RubricVersionQuerySet:
        """The versions that score now, one a rubric."""
        return self.filter(status=VersionStatus.PUBLISHED)

    def editable(self) -> RubricVersionQuerySet:
        """Drafts."""
        return self.filter(status=VersionStatus.DRAFT)


class RubricVersion(models.Model):
    """One numbered edition of a rubric. Publishing freezes it, its criteria and its lists."""

    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(editable=False)
    status = models.CharField(
        max_length=9, choices=VersionStatus, default=VersionStatus.DRAFT, editable=False
    )
    note = models.CharField(max_length=300, blank=True, help_text="What changed, and why.")
    source = models.CharField(max_length=300, blank=True, help_text="Where the numbers are from.")
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
    # Silence.
    decay_mode = models.CharField(max_length=10, choices=DecayMode, default=DecayMode.PERIODS)
    decay_points = models.PositiveSmallIntegerField(default=10, help_text="Points lost a period")
    decay_period_days = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(3650)]
    )
    decay_grace_days = models.PositiveSmallIntegerField(
        default=0, help_text="Days of silence before decay begins"
    )
    floor = models.PositiveSmallIntegerField(
        default=5, help_text="Decay stops here. A floor never lifts a score."
    )
    silence = models.CharField(
        max_length=6,
        choices=Silence,
        default=Silence.LARGER,
        help_text="Decay and a 'days without login' criterion punish the same silence.",
    )
    activity_signals = ArrayField(
        models.SlugField(max_length=60),
        default=list,
        blank=True,
        help_text="Keys of the signals that count as using the product.",
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
        constraints = [
            models.UniqueConstraint(fields=["rubric", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["rubric"], condition=Q(status="published"), name="one_published_version"
            ),
            models.CheckConstraint(
                condition=Q(status="draft", published_at=None)
                | (~Q(status="draft") & Q(published_at__isnull=False)),
                name="version_published_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(decay_period_days__gte=1), name="version_decay_period_a_day_or_more"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rubric} v{self.number}"

    @property
    def is_editable(self) -> bool:
        """Only drafts change."""
        return self.status == VersionStatus.DRAFT


class RubricList(models.Model):
    """A list that criteria of one version name: competitors, personal e-mail domains, and so on.

    Part of the version and frozen with it: changing a list changes scores, so it is a new
    version with its own preview (docs/adr/0006). A domain starting with a dot stands for every
    domain that ends so.
    """

    version = models.ForeignKey(RubricVersion, on_delete=models.CASCADE, related_name="lists")
    key = models.SlugField(max_length=60)
    values = ArrayField(models.CharField(max_length=200), default=list, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="list_key_once_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.key} ({len(self.values)})"
