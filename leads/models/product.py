from django.db import models


class Product(models.Model):
    """What is being tried. Signals and rubrics belong to one product."""

    key = models.SlugField(max_length=60, unique=True, help_text="Used in files and the API.")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
