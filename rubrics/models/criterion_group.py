from django.db import models
from django.db.models import F, Q

from rubrics.models.rubric import RubricVersion


class CriterionGroup(models.Model):
    """Criteria of one version whose sum is held between ``least`` and ``most``.

    Criteria name it by its key. Frozen with its version.
    """

    version = models.ForeignKey(RubricVersion, on_delete=models.CASCADE, related_name="groups")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=120, blank=True)
    most = models.SmallIntegerField(
        null=True, blank=True, help_text="Its criteria give no more together."
    )
    least = models.SmallIntegerField(
        null=True, blank=True, help_text="Its criteria take no more together, e.g. -20."
    )

    class Meta:
        verbose_name = "group"
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="group_key_once_per_version"),
            models.CheckConstraint(
                condition=Q(most__isnull=False) | Q(least__isnull=False),
                name="group_has_a_limit",
                violation_error_message="Give the most, the least, or both.",
            ),
            models.CheckConstraint(
                condition=Q(most=None) | Q(least=None) | Q(most__gte=F("least")),
                name="group_most_is_not_below_least",
                violation_error_message="The most is not below the least.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.key
