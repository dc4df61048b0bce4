from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from rubrics.models.rubric import RubricVersion
from rubrics.scoring.types import Axis, Mode, Role


class Criterion(models.Model):
    """One line of a rubric version: what is measured, and what it is worth.

    ``params`` are the measure's (signals, window, attribute, …). A criterion keeps its ``key``
    across versions, so that histories and differences can follow it.
    """

    version = models.ForeignKey(RubricVersion, on_delete=models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120)
    axis = models.CharField(max_length=8, choices=[(axis.value, axis.label) for axis in Axis])
    role = models.CharField(
        max_length=8, choices=[(role.value, role.label) for role in Role], default=Role.ACTION.value
    )
    measure = models.CharField(max_length=30)
    params = models.JSONField(default=dict, blank=True)
    mode = models.CharField(
        max_length=10, choices=[(mode.value, mode.label) for mode in Mode], default=Mode.TIERS.value
    )
    points_each = models.SmallIntegerField(
        null=True, blank=True, help_text="Points per unit, period or burst."
    )
    share_of_base = models.FloatField(
        null=True, blank=True, help_text="Velocity: bonus as a share of the points before it."
    )
    unit_size = models.FloatField(
        null=True, blank=True, help_text="Per period: its length, e.g. 14 (days)."
    )
    max_units = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="At most so many units, periods or bursts count."
    )
    group = models.SlugField(
        max_length=60, blank=True, help_text="Key of a group of the version that it counts in."
    )
    proxy_for = models.CharField(
        max_length=120,
        blank=True,
        help_text="What it stands in for, as that is not tracked. Every explanation says so.",
    )
    recency_hours = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(87_600)],
        help_text="While the last hit is younger than so many hours. Usual: 48-72; 24 to 168.",
    )
    recency_factor = models.FloatField(
        null=True, blank=True, help_text="The points count so many times, e.g. 1.5."
    )
    source = models.CharField(max_length=300, blank=True, help_text="Where the number is from.")

    class Meta:
        verbose_name_plural = "criteria"
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "key"], name="criterion_key_once_per_version"
            ),
            models.CheckConstraint(
                condition=Q(axis="behavior") | Q(axis="fit", role="action"),
                name="criterion_fit_has_no_role",
            ),
            models.CheckConstraint(
                condition=Q(recency_factor=None) | Q(recency_factor__range=(0, 100)),
                name="criterion_recency_factor_0_to_100",
                violation_error_message="The factor is between 0 and 100, e.g. 1.5.",
            ),
            models.CheckConstraint(
                condition=Q(recency_hours=None, recency_factor=None)
                | Q(recency_hours__isnull=False, recency_factor__isnull=False),
                name="criterion_recency_whole",
                violation_error_message="Recency: give both the hours and the factor, or neither.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def section_of(criterion: Criterion) -> str:
    """Where people look for it: ``fit``, ``behavior``, ``velocity`` or ``silence``."""
    return criterion.axis if criterion.role == Role.ACTION else criterion.role


class Tier(models.Model):
    """Threshold -> points inside a criterion.

    ``params`` overrides the criterion's for this tier alone: an alternative (pricing seen signed
    in: 10; anonymously: 3) of which the best counts.
    """

    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="tiers")
    position = models.PositiveSmallIntegerField(default=0)
    threshold = models.FloatField(default=1, help_text="Reached at this value or above.")
    points = models.SmallIntegerField()
    params = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=120, blank=True, help_text="In a rep's words.")

    class Meta:
        ordering = ["criterion", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.threshold:g} or more: {self.points:+d}"
