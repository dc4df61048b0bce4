from __future__ import annotations

from django.conf import settings
from django.db import models

from routing.models.change import StateChange
from routing.models.qualification import Qualification


class TouchKind(models.TextChoices):
    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    MEETING = "meeting", "Meeting"
    LINKEDIN = "linkedin", "LinkedIn"
    OTHER = "other", "Something else (say what)"


class Touch(models.Model):
    """One time a rep reached out to a lead about a PQL.

    ``touched_at`` is when it was, ``change`` the entry of the history it made: undoing that takes
    the touch away.
    """

    qualification = models.ForeignKey(
        Qualification, on_delete=models.CASCADE, related_name="touches"
    )
    kind = models.CharField(max_length=8, choices=TouchKind)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    note = models.CharField(max_length=1000, blank=True)
    touched_at = models.DateTimeField()
    change = models.OneToOneField(StateChange, on_delete=models.CASCADE, related_name="touch")

    class Meta:
        verbose_name_plural = "touches"
        ordering = ["-touched_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on {self.touched_at:%Y-%m-%d}"
