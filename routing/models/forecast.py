from __future__ import annotations

from django.db import models

from routing.models.qualification import Qualification


class Forecast(models.Model):
    """What lists of open PQLs are cut and sorted by that takes more than a glance to know.

    Made of one write of the lead's score (``revision``) and good until ``due_at``; then made anew
    (:mod:`routing.services.foretelling`). A cache: delete all of it and it comes back.
    """

    qualification = models.OneToOneField(
        Qualification, on_delete=models.CASCADE, primary_key=True, related_name="forecast"
    )
    revision = models.BigIntegerField(help_text="Of the score that it was made of.")
    gain = models.SmallIntegerField(help_text="Points of total won in 7 days.")
    falls_at = models.DateTimeField(
        null=True,
        help_text="When it stops being a PQL if nothing happens; empty: not before it is due.",
    )
    because = models.CharField(max_length=200, blank=True, help_text="What then takes points.")
    due_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-gain", "qualification"], name="forecast_by_gain"),
            # With all that such a list is cut and sorted by. By its moments alone: were the PQLs
            # among its keys, the planner would look each up by going through all of a week.
            models.Index(
                fields=["falls_at"],
                include=["qualification", "gain"],
                condition=models.Q(falls_at__isnull=False),
                name="forecast_falling",
            ),
        ]

    def __str__(self) -> str:
        return f"PQL {self.qualification_id}: {self.gain:+} in 7 days"
