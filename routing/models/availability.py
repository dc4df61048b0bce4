from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from routing.dealing.hours import DaysOff

if TYPE_CHECKING:
    from routing.models.rep import Rep


class DayOffQuerySet(models.QuerySet["DayOff"]):
    def until(self, day: date) -> DayOffQuerySet:
        """Those that begin on ``day`` or before."""
        return self.filter(first__lte=day)

    def since(self, day: date) -> DayOffQuerySet:
        """Those that end on ``day`` or later."""
        return self.filter(last__gte=day)

    def of_everybody(self) -> DayOffQuerySet:
        """Holidays of the company."""
        return self.filter(rep=None)

    def concerning(self, rep: Rep) -> DayOffQuerySet:
        """A rep's own and the company's."""
        return self.filter(Q(rep=rep) | Q(rep=None))


class DayOff(models.Model):
    """Days without work, the first and the last included: a rep's holiday, or the company's."""

    rep = models.ForeignKey(
        "routing.Rep",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="days_off",
        help_text="Empty: a holiday of everybody.",
    )
    first = models.DateField("first day")
    last = models.DateField("last day")
    note = models.CharField(max_length=120, blank=True, help_text="Such as “New Year”.")

    objects = DayOffQuerySet.as_manager()

    class Meta:
        verbose_name = "day off"
        verbose_name_plural = "days off"
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="day_off_ends_after_it_begins",
                violation_error_message="The last day is before the first. Swap them.",
            ),
        ]
        indexes = [models.Index(fields=["last"], name="day_off_by_its_end")]

    def __str__(self) -> str:
        days = f"{self.first:%-d %b %Y}"
        if self.last != self.first:
            days += f" to {self.last:%-d %b %Y}"
        return f"{days}: {self.note}" if self.note else days

    @property
    def days(self) -> DaysOff:
        return DaysOff(self.first, self.last)
