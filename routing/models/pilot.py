from __future__ import annotations

from datetime import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from leads.models import Product
from routing.dealing.conditions import read_conditions
from routing.dealing.pilots import Arm, PilotTerms, Place
from routing.models.conditions import validate_conditions
from routing.models.qualification import Qualification
from routing.models.rep import Rep

MOST_SHARE = 50


class PilotQuerySet(models.QuerySet["Pilot"]):
    def running(self, at: datetime) -> PilotQuerySet:
        """Those that take PQLs now, the one that began first coming first."""
        return self.filter(starts_at__lte=at, ends_at__gt=at).order_by("starts_at", "pk")

    def terms(self) -> tuple[PilotTerms, ...]:
        """Each as the dealing takes it; two queries, one where there is none."""
        return tuple(
            pilot.terms for pilot in self.select_related("product").prefetch_related("reps")
        )


class Pilot(models.Model):
    """A trial of working PQLs: some go to a few chosen reps alone, the others stay as before.

    A share of the leads, drawn at random but the same for good, is the comparison group: they are
    dealt as they would be without the pilot, to everybody but its reps (docs/adr/0023).
    """

    name = models.CharField(max_length=120, unique=True)
    product = models.ForeignKey(
        Product,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Empty: every product.",
    )
    conditions = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_conditions],
        help_text="All must hold when the PQL opens. None: every PQL.",
    )
    reps = models.ManyToManyField(
        Rep, related_name="pilots", help_text="Two or three who tell what they find."
    )
    starts_at = models.DateTimeField("starts")
    ends_at = models.DateTimeField("ends")
    share = models.PositiveSmallIntegerField(
        "comparison group",
        default=20,
        validators=[MaxValueValidator(MOST_SHARE)],
        help_text="Per cent of the leads that others work as before. 0 to 50.",
    )

    objects = PilotQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="pilot_ends_after_it_starts",
                violation_error_message="The end is before the start. Swap them.",
            ),
            models.CheckConstraint(
                condition=Q(share__lte=MOST_SHARE), name="pilot_share_up_to_half"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def terms(self) -> PilotTerms:
        """As the dealing takes it. Asks for the product and the reps."""
        return PilotTerms(
            pilot_id=self.pk,
            name=self.name,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            reps=frozenset(rep.pk for rep in self.reps.all()),
            product=self.product.key if self.product else "",
            conditions=read_conditions(self.conditions),
            share=self.share,
        )


class PilotCaseQuerySet(models.QuerySet["PilotCase"]):
    def places(self, at: datetime) -> dict[int, Place]:
        """Where these PQLs have their place, by PQL id; a pilot that is over has none any more."""
        return self._places(Pilot.objects.running(at))

    def places_then(self) -> dict[int, Place]:
        """Where these PQLs had their place when they opened, by PQL id."""
        return self._places(Pilot.objects.filter(cases__in=self).distinct())

    def _places(self, pilots: PilotQuerySet) -> dict[int, Place]:
        terms = {one.pilot_id: one for one in pilots.terms()}
        found = self.filter(pilot__in=terms).values_list("qualification", "pilot", "arm")
        return {pk: Place(terms[pilot], Arm(arm)) for pk, pilot, arm in found}


class PilotCase(models.Model):
    """A PQL of a pilot, and its arm: kept when it opens, in the same transaction."""

    pilot = models.ForeignKey(Pilot, on_delete=models.CASCADE, related_name="cases")
    qualification = models.OneToOneField(
        Qualification, on_delete=models.CASCADE, related_name="pilot_case"
    )
    arm = models.CharField(
        max_length=10,
        choices=[(Arm.PILOT.value, "Pilot"), (Arm.COMPARISON.value, "Comparison")],
    )

    objects = PilotCaseQuerySet.as_manager()

    class Meta:
        verbose_name = "PQL of a pilot"
        verbose_name_plural = "PQLs of pilots"

    def __str__(self) -> str:
        return f"PQL {self.qualification_id}: {self.get_arm_display()}"


class Verdict(models.TextChoices):
    GOOD = "good", "Good"
    MIXED = "mixed", "Mixed"
    POOR = "poor", "Poor"


class PilotVerdict(models.Model):
    """What a rep of a pilot said of one day's PQLs, with the range of their scores that day."""

    pilot = models.ForeignKey(
        Pilot, on_delete=models.CASCADE, related_name="verdicts", db_index=False
    )
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="+")
    day = models.DateField(help_text="Of the rep's own time zone.")
    verdict = models.CharField(max_length=5, choices=Verdict)
    count = models.PositiveSmallIntegerField("PQLs")
    lowest = models.SmallIntegerField("lowest total")
    highest = models.SmallIntegerField("highest total")
    average = models.FloatField("average total")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pilot", "rep", "day"], name="one_verdict_a_rep_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} on {self.day:%-d %b %Y}"
