from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from routing.dealing.conditions import ConditionError, read_conditions
from routing.dealing.rules import Closed, Pool, Rule, Way
from routing.models.rep import Rep, Team
from routing.models.territory import Territory


class RuleSetStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"


class RuleSetQuerySet(models.QuerySet["RuleSet"]):
    def live(self) -> RuleSet | None:
        """The rules that PQLs are dealt by; None: everybody in turn."""
        return self.filter(status=RuleSetStatus.LIVE).first()

    def draft(self) -> RuleSet | None:
        """The rules being edited, if any."""
        return self.filter(status=RuleSetStatus.DRAFT).first()


class RuleSet(models.Model):
    """A numbered version of all assignment rules. One is live, one may be a draft.

    Publishing freezes ``document``, the rules as :attr:`routing.dealing.rules.Rule.document` writes
    them: dealing reads that, and nothing that changes later changes what it was.
    """

    number = models.PositiveIntegerField(unique=True, editable=False)
    status = models.CharField(max_length=7, choices=RuleSetStatus, default=RuleSetStatus.DRAFT)
    note = models.CharField(max_length=200, blank=True, help_text="What is different, for others.")
    document = models.JSONField(default=list, editable=False)
    created_at = models.DateTimeField(editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )

    objects = RuleSetQuerySet.as_manager()

    class Meta:
        verbose_name = "assignment rules"
        verbose_name_plural = "assignment rules"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status=RuleSetStatus.LIVE), name="one_live_rule_set"
            ),
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status=RuleSetStatus.DRAFT),
                name="one_draft_rule_set",
            ),
            models.CheckConstraint(
                condition=Q(status=RuleSetStatus.DRAFT) | Q(published_at__isnull=False),
                name="rule_set_published_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"Assignment rules {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.status == RuleSetStatus.DRAFT


def new_key() -> str:
    return uuid4().hex[:12]


def validate_conditions(documents: object) -> None:
    """Refuse conditions that cannot be read."""
    try:
        read_conditions(documents)
    except ConditionError as error:
        raise ValidationError(str(error)) from error


class AssignmentRule(models.Model):
    """One rule of a version: for which leads, among whom, and who is next. Asked by position."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    key = models.CharField(max_length=40, default=new_key, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_on = models.BooleanField("on", default=True)
    name = models.CharField(max_length=120, help_text="As reps read it: Enterprise in Europe")
    conditions = models.JSONField(default=list, blank=True, validators=[validate_conditions])
    territories = models.ManyToManyField(
        Territory,
        blank=True,
        related_name="+",
        help_text="Only leads whose account lies in one of these.",
    )
    pool = models.CharField(
        "deals among",
        max_length=9,
        choices=[
            (Pool.EVERYBODY, "All reps"),
            (Pool.TEAMS, "The teams named below"),
            (Pool.REPS, "The reps named below"),
            (Pool.TERRITORY, "The reps of the territory the lead lies in"),
            (Pool.ACCOUNT, "Who owns the account, works it, or last won it"),
        ],
        default=Pool.EVERYBODY,
    )
    teams = models.ManyToManyField(Team, blank=True, related_name="+")
    reps = models.ManyToManyField(Rep, blank=True, related_name="+")
    skills = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Only reps who have all of these.",
    )
    way = models.CharField(
        "who is next",
        max_length=8,
        choices=[
            (Way.EVEN, "In turn, evenly"),
            (Way.WEIGHTED, "In turn, by the reps’ weights"),
            (Way.LEAST, "Who has the fewest open PQLs"),
        ],
        default=Way.EVEN,
    )
    closed = models.CharField(
        "while nobody is at work",
        max_length=6,
        choices=[
            (Closed.FIRST, "Deal to whoever opens first"),
            (Closed.ANYWAY, "Deal as if all were at work"),
            (Closed.WAIT, "Wait until somebody opens"),
        ],
        default=Closed.FIRST,
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "key"], name="rule_once_in_its_set"),
            models.CheckConstraint(condition=~Q(key="fallback"), name="rule_is_not_the_fallback"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def rule(self) -> Rule:
        """As the dealing takes it. Reads teams, reps and territories unless prefetched."""
        return Rule(
            key=self.key,
            name=self.name,
            conditions=read_conditions(self.conditions),
            territories=_ids(self.territories),
            pool=Pool(self.pool),
            reps=_ids(self.reps),
            teams=_ids(self.teams),
            skills=tuple(self.skills),
            way=Way(self.way),
            closed=Closed(self.closed),
        )


def _ids(related: Any) -> tuple[int, ...]:
    return tuple(sorted(one.pk for one in related.all()))


class DealTurn(models.Model):
    """Where a rep stands in a rule's turns; see :class:`routing.dealing.turns.Turn`.

    Read and written under lock of the reps' rows. Kept from version to version of the rules.
    """

    rule_key = models.CharField(max_length=40)
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="+", db_index=False)
    credit = models.IntegerField()
    of = models.PositiveIntegerField()
    dealt = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rep", "rule_key"], name="one_turn_per_rule_and_rep"),
            models.CheckConstraint(condition=Q(of__gte=1), name="turn_in_parts_of_something"),
        ]

    def __str__(self) -> str:
        return f"Rep {self.rep_id} of rule {self.rule_key}: {self.credit}/{self.of}"
