from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leads.models import Account, Job, JobQuerySet, Lead, Product
from leads.moments import moment_words
from rubrics.models.rubric import Rubric, RubricVersion
from rubrics.scoring.words import signed


class PreviewStage(models.TextChoices):
    """What a preview goes through, in this order."""

    NOW = "now", "Everybody as of now"
    PAST = "past", "Past outcomes"


class PreviewQuerySet(JobQuerySet["Preview"]):
    def newest_first(self) -> Self:
        return self.order_by("-started_at", "-pk")

    def of_same_origin(self, preview: Preview) -> Self:
        """Previews of the same version; or, of files, those of the same rubric and product."""
        if preview.version_id is not None:
            return self.filter(version=preview.version_id)
        return self.filter(version=None, product=preview.product_id, rubric=preview.rubric_id)

    def without_results(self) -> Self:
        """For lists: what is large stays in the database."""
        return self.defer("document", "examples", "evaluation")


class Preview(Job):
    """What a draft would do to everybody's score, found without touching any (docs/preview.md).

    ``document`` is the draft as it was when the preview began, and ``beside`` the product's
    published versions then: whatever is edited meanwhile, the result is of one state. Everybody up
    to the id ``after`` is done of ``stage``. ``tallies`` are :class:`rubrics.previews.tallies`;
    ``examples`` the past leads ``asked`` for and looked at so far, emptied once ``evaluation`` is
    made of them. A preview without ``version`` is of a file.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+", db_index=False)
    rubric = models.ForeignKey(Rubric, on_delete=models.CASCADE, null=True, related_name="+")
    version = models.ForeignKey(
        RubricVersion,
        on_delete=models.CASCADE,
        null=True,
        related_name="previews",
        db_index=False,
    )
    label = models.CharField(max_length=200, help_text="What is previewed, for people.")
    document = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, help_text="Of all in the document that counts.")
    beside = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField(null=True, help_text="The moment scored for: when work on it began.")
    stage = models.CharField(max_length=4, choices=PreviewStage, default=PreviewStage.NOW)
    after = models.BigIntegerField(default=0, help_text="Id of the last one done of this stage.")
    kept = models.PositiveIntegerField(default=0, help_text="Rows kept by name.")
    tallies = models.JSONField(default=dict)
    examples = models.JSONField(default=dict)
    evaluation = models.JSONField(null=True)

    objects = PreviewQuerySet.as_manager()

    class Meta(Job.Meta):
        constraints = [
            *Job.Meta.constraints,
            models.UniqueConstraint(
                fields=["version"],
                condition=Q(state="running"),
                name="one_running_preview_a_version",
            ),
        ]
        indexes = [models.Index(fields=["version", "-started_at"], name="preview_by_version")]

    def __str__(self) -> str:
        return f"Preview of {self.label}, {moment_words(self.started_at)}"

    def count(self, tally: str, value: Any) -> int:
        """How many of one value a tally counts."""
        found: dict[str, int] = self.tallies.get(tally, {})
        return found.get(str(value), 0)


class Movement(models.TextChoices):
    """What becomes of somebody who is a PQL now, or would be one."""

    ENTERED = "entered", "Becomes a PQL"
    LEFT = "left", "No longer a PQL"
    MOVED = "moved", "Stays a PQL, with another score"


class PreviewLead(models.Model):
    """One lead, or account, that a preview tells of by name: its result now, and then.

    ``now_*`` and ``then_*`` are null where there is no score. ``lines`` are what gives other
    points, as mappings of ``key``, ``label``, ``axis``, ``now``, ``then`` (points, null for no such
    line) and ``reason``. ``gates`` are the thresholds that make or unmake the PQL, as mappings of
    ``axis``, ``now``, ``then`` (points), ``asks_now`` and ``asks_then``. ``weight`` is how far the
    total moves.
    """

    preview = models.ForeignKey(
        Preview, on_delete=models.CASCADE, related_name="leads", db_index=False
    )
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    movement = models.CharField(max_length=7, choices=Movement)
    now_fit = models.SmallIntegerField(null=True)
    now_behavior = models.SmallIntegerField(null=True)
    now_total = models.SmallIntegerField(null=True)
    then_fit = models.SmallIntegerField(null=True)
    then_behavior = models.SmallIntegerField(null=True)
    then_total = models.SmallIntegerField(null=True)
    now_rubric = models.CharField(max_length=120, blank=True)
    then_rubric = models.CharField(max_length=120, blank=True)
    weight = models.SmallIntegerField(default=0)
    lines = models.JSONField(default=list)
    gates = models.JSONField(default=list)

    class Meta:
        verbose_name = "lead of a preview"
        verbose_name_plural = "leads of previews"
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, account=None) | Q(lead=None, account__isnull=False),
                name="preview_of_a_lead_or_an_account",
            ),
        ]
        indexes = [
            models.Index(
                fields=["preview", "movement", "-weight", "id"], name="preview_lead_by_weight"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_movement_display()}: {self.lead or self.account}"

    @property
    def why(self) -> str:
        """``Pricing page +5, Seniority −4. Behavior: 84, needs 90 instead of 80``."""
        lines = ", ".join(
            f"{line['label']} {signed((line['then'] or 0) - (line['now'] or 0))}"
            for line in self.lines
        )
        return ". ".join(filter(None, (lines, self.deciding)))

    @property
    def deciding(self) -> str:
        """The deciding thresholds in words, where points alone do not tell: they ask for something
        else, or nothing gives other points. Empty otherwise."""
        return "; ".join(
            _gate_words(gate)
            for gate in self.gates
            if gate["asks_then"] != gate["asks_now"] or not self.lines
        )

    @property
    def has_moved_rubric(self) -> bool:
        """Whether another of the product's rubrics would score it."""
        return self.now_rubric != self.then_rubric


def _gate_words(gate: Mapping[str, Any]) -> str:
    """``Behavior: 84, needs 90 instead of 80``; ``Total: 84 instead of 78, needs 80``."""
    has, asks = str(gate["then"]), str(gate["asks_then"])
    if gate["now"] != gate["then"]:
        has += f" instead of {gate['now']}"
    if gate["asks_now"] != gate["asks_then"]:
        asks += f" instead of {gate['asks_now']}"
    return f"{gate['axis'].capitalize()}: {has}, needs {asks}"
