from __future__ import annotations

from datetime import datetime

from django.db import models

from leads.models import Lead, Product
from routing.models.qualification import Qualification


class ForecastQuerySet(models.QuerySet["Forecast"]):
    def falling_by(self, moment: datetime) -> ForecastQuerySet:
        """Those foretold to be no PQL by then; whether each still is one, its score tells."""
        return self.filter(falls_at__lte=moment)

    def with_score(self) -> ForecastQuerySet:
        """Each with ``score``, as of :meth:`QualificationQuerySet.with_score`, but without a look
        at the PQL."""
        now = models.FilteredRelation(
            "product__scores", condition=models.Q(product__scores__lead=models.F("lead"))
        )
        return self.annotate(score=now)

    def of_closed(self, since: datetime) -> ForecastQuerySet:
        """Those of PQLs that were closed since then."""
        return self.filter(qualification__closed_at__gte=since)


class Forecast(models.Model):
    """What lists of open PQLs are cut and sorted by that takes more than a glance to know.

    Made of one write of the lead's score (``revision``) and good until ``due_at``; then made anew
    (:mod:`routing.services.foretelling`). A cache: delete all of it and it comes back.
    ``lead`` and ``product`` are those of the PQL: a score is found by them without reading it.
    """

    qualification = models.OneToOneField(
        Qualification, on_delete=models.CASCADE, primary_key=True, related_name="forecast"
    )
    # Without constraints of their own: the PQL has them, and goes with its lead.
    lead = models.ForeignKey(
        Lead,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Empty: made by a version that did not know it; it is soon made anew.",
    )
    product = models.ForeignKey(
        Product,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    revision = models.BigIntegerField(help_text="Of the score that it was made of.")
    gain = models.SmallIntegerField(help_text="Points of total won in 7 days.")
    falls_at = models.DateTimeField(
        null=True,
        help_text="When it stops being a PQL if nothing happens; empty: not before it is due.",
    )
    because = models.CharField(max_length=200, blank=True, help_text="What then takes points.")
    due_at = models.DateTimeField()

    objects = ForecastQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["-gain", "qualification"], name="forecast_by_gain"),
            # With all that such a list is cut and sorted by. By its moments alone: were the PQLs
            # among its keys, the planner would look each up by going through all of a week.
            models.Index(
                fields=["falls_at"],
                include=["qualification", "lead", "product", "gain"],
                condition=models.Q(falls_at__isnull=False),
                name="forecast_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"PQL {self.qualification_id}: {self.gain:+} in 7 days"
