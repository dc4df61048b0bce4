from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from routing.dealing.deadlines import Step, Terms, span_words
from routing.models.conditions import validate_conditions
from routing.models.rep import Rep, Team

# A month of working time; longer is no promise any more.
MOST_MINUTES = 160 * 60
STEP_LABELS = {
    Step.REMIND: "Reminded before it was due",
    Step.BREACH: "Not touched in time",
    Step.REMIND_LATE: "Reminded after it was due",
    Step.ESCALATE: "Told the manager",
    Step.REASSIGN: "Given to somebody else",
}


class SlaPolicyQuerySet(models.QuerySet["SlaPolicy"]):
    def in_force(self) -> SlaPolicyQuerySet:
        """Those switched on, in the order they are tried."""
        return self.filter(is_active=True).select_related("team").order_by("position", "pk")


def _minutes(
    label: str, help_text: str, *, least: int = 0
) -> models.PositiveIntegerField[int | None, int | None]:
    return models.PositiveIntegerField(
        label,
        null=True,
        blank=True,
        validators=[MinValueValidator(least), MaxValueValidator(MOST_MINUTES)],
        help_text=help_text,
    )


class SlaPolicy(models.Model):
    """How soon a rep has to touch a PQL, and what happens if they do not.

    The first policy in force whose team and conditions fit counts. All minutes are working time on
    the rep's clock: their hours without the company's holidays.
    """

    name = models.CharField(max_length=120)
    team = models.ForeignKey(
        Team,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="sla_policies",
        help_text="Empty: every team.",
    )
    conditions = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_conditions],
        help_text="All must hold when the PQL is assigned. None: every PQL.",
    )
    position = models.PositiveSmallIntegerField(
        default=1, help_text="Tried in this order: the first that fits counts."
    )
    is_active = models.BooleanField("in force", default=True)
    first_touch_minutes = models.PositiveIntegerField(
        "first touch within",
        validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)],
        help_text="Working minutes from assignment. 240 is half a working day.",
    )
    remind_before_minutes = _minutes(
        "remind before", "Working minutes before it is due. Empty: no reminder."
    )
    remind_after_minutes = _minutes(
        "remind again after", "Working minutes after it was due. Empty: no second reminder."
    )
    escalate_after_minutes = _minutes(
        "tell the manager after", "Working minutes after it was due; 0: at once. Empty: never."
    )
    reassign_after_minutes = _minutes(
        "give to somebody else after", "Working minutes after it was due. Empty: never."
    )
    most_reassignments = models.PositiveSmallIntegerField(
        "at most so often",
        default=1,
        help_text="How often one PQL is given to somebody else for this reason.",
    )
    silent_limit = models.PositiveSmallIntegerField(
        "pause a silent rep after",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="PQLs in a row that a rep let pass without doing anything: then they get nothing "
        "new until they act. Empty: never.",
    )

    objects = SlaPolicyQuerySet.as_manager()

    class Meta:
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_touch_minutes__gte=1), name="sla_first_touch_takes_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        before, within = self.remind_before_minutes, self.first_touch_minutes
        if before is not None and within is not None and before >= within:
            raise ValidationError(
                {
                    "remind_before_minutes": "The reminder would come before the PQL does. Use "
                    f"less than {within}."
                }
            )

    @property
    def terms(self) -> Terms:
        """What it promises, as the pure arithmetic takes it."""
        return Terms(
            timedelta(minutes=self.first_touch_minutes),
            *(
                None if minutes is None else timedelta(minutes=minutes)
                for minutes in (
                    self.remind_before_minutes,
                    self.remind_after_minutes,
                    self.escalate_after_minutes,
                    self.reassign_after_minutes,
                )
            ),
        )

    @property
    def words(self) -> str:
        """ "first touch within 4 working hours"."""
        return f"first touch within {span_words(self.terms.first_touch)}"


class SlaEventQuerySet(models.QuerySet["SlaEvent"]):
    def breaches(self) -> SlaEventQuerySet:
        """PQLs that were not touched in time, one for each assignment that was let pass."""
        return self.filter(step=Step.BREACH)


class SlaEvent(models.Model):
    """One step of an SLA that was taken: once for each assignment, whatever is retried."""

    qualification = models.ForeignKey(
        "routing.Qualification",
        on_delete=models.CASCADE,
        related_name="sla_events",
        db_index=False,  # the unique constraint begins with it
    )
    assigned_at = models.DateTimeField(help_text="Which assignment of the PQL.")
    step = models.CharField(
        max_length=11, choices=[(step.value, label) for step, label in STEP_LABELS.items()]
    )
    rep = models.ForeignKey(
        Rep, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    policy = models.ForeignKey(
        SlaPolicy, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    due_at = models.DateTimeField(help_text="When the step was due.")
    at = models.DateTimeField(help_text="When it was taken.")
    reason = models.CharField(max_length=300)

    objects = SlaEventQuerySet.as_manager()

    class Meta:
        verbose_name = "SLA step"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["qualification", "assigned_at", "step"], name="sla_step_once"
            ),
        ]
        indexes = [
            models.Index(fields=["rep", "step", "at"], name="sla_event_by_rep"),
            models.Index(fields=["step", "-at"], name="sla_event_by_step"),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: PQL {self.qualification_id}"
