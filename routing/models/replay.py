from __future__ import annotations

from django.db import models
from django.db.models import Case, F, Q, Value, When

from leads.models.job import Job, JobQuerySet
from routing.models.qualification import Qualification
from routing.models.rep import Rep
from routing.models.rule import RuleSet


class Replay(Job):
    """The PQLs of past days, dealt again by other rules; nothing of it is real.

    ``document`` are the rules as they were when it began. ``table`` is where turns stand after the
    last chunk (by rule key and rep id: credit, of, dealt); ``counts`` how many each rep got, by rep
    id ("" for nobody): ``[then, now]``.
    """

    rule_set = models.ForeignKey(
        RuleSet, on_delete=models.SET_NULL, null=True, related_name="replays"
    )
    label = models.CharField(max_length=120)
    document = models.JSONField(default=list)
    since = models.DateTimeField()
    until = models.DateTimeField()
    last_id = models.BigIntegerField(default=0)
    table = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)

    objects = JobQuerySet["Replay"].as_manager()

    class Meta(Job.Meta):
        pass

    def __str__(self) -> str:
        return f"Replay of {self.label}"


class ReplayedPqlQuerySet(models.QuerySet["ReplayedPql"]):
    def with_other_rep(self) -> ReplayedPqlQuerySet:
        """Those that would have gone to somebody else, or to nobody, or to somebody at last."""
        same = Q(rep_then=F("rep_now")) | Q(rep_then=None, rep_now=None)
        return self.alias(same=Case(When(same, then=Value(True)), default=Value(False))).filter(
            same=False
        )


class ReplayedPql(models.Model):
    """One PQL of a replay: who got it then, who would have got it, and by which rule."""

    replay = models.ForeignKey(
        Replay, on_delete=models.CASCADE, related_name="pqls", db_index=False
    )
    qualification = models.ForeignKey(Qualification, on_delete=models.CASCADE, related_name="+")
    rep_then = models.ForeignKey(
        Rep, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    rep_now = models.ForeignKey(
        Rep, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    rule_then = models.CharField(max_length=120, blank=True)
    rule_now = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=300)
    steps = models.JSONField(default=list)

    objects = ReplayedPqlQuerySet.as_manager()

    class Meta:
        verbose_name = "replayed PQL"
        constraints = [
            models.UniqueConstraint(
                fields=["replay", "qualification"], name="replayed_once_in_a_replay"
            ),
        ]

    def __str__(self) -> str:
        return f"PQL {self.qualification_id}: {self.reason}"
