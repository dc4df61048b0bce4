from django.contrib.postgres.fields import ArrayField
from django.db import models

from rubrics.models.rubric import RubricVersion


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
