from __future__ import annotations

from django.conf import settings
from django.db import models

from routing.models.qualification import Qualification


class Note(models.Model):
    """What somebody wrote about a PQL; of nobody: what became known from elsewhere."""

    qualification = models.ForeignKey(Qualification, on_delete=models.CASCADE, related_name="notes")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"Note {self.pk} on PQL {self.qualification_id}"
