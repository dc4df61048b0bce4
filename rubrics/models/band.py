from django.db import models

from rubrics.models.rubric import RubricVersion


class Band(models.Model):
    """A name for totals of ``at_least`` so much, up to the next band. A label, never an input.

    Frozen with its version.
    """

    version = models.ForeignKey(RubricVersion, on_delete=models.CASCADE, related_name="bands")
    at_least = models.PositiveSmallIntegerField(help_text="Total; the first band begins at 0.")
    name = models.CharField(max_length=60)
    meaning = models.CharField(
        max_length=200, blank=True, help_text="What to do, e.g. Nurture by e-mail."
    )

    class Meta:
        ordering = ["at_least"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "at_least"], name="band_begins_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} from {self.at_least}"
