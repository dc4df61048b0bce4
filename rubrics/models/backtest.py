from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from leads.models import Job, JobQuerySet
from leads.models.outcome import OutcomeKind
from leads.moments import moment_words
from rubrics.models.rubric import RubricVersion, Subject


class BacktestMoment(models.TextChoices):
    """When each past lead, or account, is looked at."""

    AFTER_SIGN_UP = "after_sign_up", "Days after sign-up"
    BEFORE_OUTCOME = "before_outcome", "Days before the outcome"


class BacktestPart(models.TextChoices):
    """What a backtest goes through, in this order."""

    LEADS = "leads", "Leads"
    FIGURES = "figures", "Figures"
    WEIGHTS = "weights", "Weights"


class BacktestQuerySet(JobQuerySet["Backtest"]):
    def of(self, version_id: int) -> BacktestQuerySet:
        """Those of a version, newest first."""
        return self.filter(version=version_id).order_by("-started_at", "-pk")


class Backtest(Job):
    """A version over past leads, as they were at their moments, against what became of them.

    The question: leads of the version's product that signed up in ``[since, until)``, seen ``days``
    after that or before their outcome; which of them have an outcome of ``kinds`` within
    ``horizon_days``? Of a version that scores accounts: those whose first lead signed up then, and
    the outcomes of any of their leads. A draft may change meanwhile, so its ``document`` is kept.
    ``results`` is the whole report once it is done (rubrics/backtests/report.py): nothing is
    computed again. ``part`` and ``after`` are how far it is.
    """

    version = models.ForeignKey(RubricVersion, on_delete=models.CASCADE, related_name="backtests")
    beside = models.ForeignKey(
        RubricVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="compared with",
    )
    subject = models.CharField(max_length=7, choices=Subject, default=Subject.LEAD)
    since = models.DateTimeField("signed up from")
    until = models.DateTimeField("signed up before")
    known_until = models.DateTimeField(help_text="Where the facts end.")
    moment = models.CharField(
        max_length=14, choices=BacktestMoment, default=BacktestMoment.AFTER_SIGN_UP
    )
    days = models.PositiveSmallIntegerField(default=14)
    horizon_days = models.PositiveSmallIntegerField("horizon", default=60, help_text="Days")
    kinds = ArrayField(models.CharField(max_length=11, choices=OutcomeKind), default=list)
    ages = models.JSONField(default=list, help_text="Seconds from sign-up to conversion, spread.")
    part = models.CharField(max_length=7, choices=BacktestPart, default=BacktestPart.LEADS)
    after = models.BigIntegerField(default=0, help_text="Id of the last one done.")
    left_out = models.JSONField(default=dict, help_text="Who is not looked at, by reason.")
    were_pqls = models.PositiveIntegerField(default=0, help_text="PQLs while they were awaited.")
    document = models.JSONField(default=dict, help_text="The version as it was at the start.")
    beside_document = models.JSONField(default=dict)
    results: models.JSONField[Any, Any] = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = BacktestQuerySet.as_manager()

    class Meta(Job.Meta):
        constraints = [
            *Job.Meta.constraints,
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="backtest_has_a_period"),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1), name="backtest_horizon_a_day_or_more"
            ),
            models.CheckConstraint(
                condition=Q(beside=None) | ~Q(beside=F("version")), name="backtest_beside_another"
            ),
        ]
        indexes = [models.Index(fields=["version", "-started_at"], name="backtest_by_version")]

    def __str__(self) -> str:
        return f"Backtest of {self.version}, {moment_words(self.started_at)}"

    @property
    def question_words(self) -> str:
        """What it asks, in a sentence."""
        kinds = " or ".join(OutcomeKind(kind).label.lower() for kind in self.kinds)
        when = "their sign-up" if self.moment == BacktestMoment.AFTER_SIGN_UP else "their outcome"
        side = "after" if self.moment == BacktestMoment.AFTER_SIGN_UP else "before"
        period = f"from {self.since:%-d %b %Y} to {self.until:%-d %b %Y}"
        who = f"Leads that signed up {period}"
        if self.subject == Subject.ACCOUNT:
            who = f"Accounts whose first lead signed up {period}"
            kinds = f"any lead {kinds}"
        return (
            f"{who}, as they were {self.days} days {side} {when}: {kinds} within "
            f"{self.horizon_days} days?"
        )


class BacktestChunk(models.Model):
    """What was counted of some past leads, or accounts, kept while their backtest runs and gone
    with its end.

    ``counts`` and ``columns`` are a tally of them (rubrics/backtests/packing.py), ``cases`` what
    was measured of each. ``last_id`` is the highest of their ids; ``outcomes`` are those of the
    ones that converted.
    """

    backtest = models.ForeignKey(
        Backtest, on_delete=models.CASCADE, related_name="chunks", db_index=False
    )
    last_id = models.BigIntegerField()
    counts: models.JSONField[Any, Any] = models.JSONField()
    columns = models.BinaryField()
    cases = models.BinaryField()
    outcomes = models.PositiveIntegerField()
    late_outcomes = models.PositiveIntegerField(help_text="Entered 30 days after they were.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["backtest", "last_id"], name="backtest_chunk_once"),
            models.CheckConstraint(
                condition=Q(late_outcomes__lte=F("outcomes")), name="backtest_late_of_all"
            ),
        ]

    def __str__(self) -> str:
        return f"Chunk of backtest {self.backtest_id} up to {self.last_id}"
