from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When

from leads.models import Product

# A year; who comes back after that is a new story in every sense.
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """When an episode of one product may end by itself, and when another may follow it.

    ``early_rise`` is in points, ``expire_after`` how long a lead is none any more; None: never.
    ``comes_back`` is whether another follows also if the lead never fell below the thresholds.
    """

    cooldown: timedelta
    early_rise: int | None = None
    expire_after: timedelta | None = None
    comes_back: bool = True

    def is_cooling(self, *, closed_at: datetime, at: datetime) -> bool:
        return closed_at > at - self.cooldown

    def is_risen(self, *, total: int, closed_total: int | None) -> bool:
        """Worth so much more than when the last episode closed that it need not wait."""
        if self.early_rise is None or closed_total is None:
            return False
        return total >= closed_total + self.early_rise

    def rest_is_over(self, at: datetime) -> Q:
        """Of closed qualifications with their ``score``: the same two questions, as a condition."""
        over = Q(closed_at__lte=at - self.cooldown)
        if self.early_rise is not None:
            over |= Q(score__total__gte=F("closed_total") + self.early_rise)
        return over


@dataclass(frozen=True, slots=True)
class Lifecycles:
    """What counts for each product by its id, and for every other one."""

    by_product: Mapping[int, Lifecycle]
    otherwise: Lifecycle

    def of(self, product_id: int) -> Lifecycle:
        return self.by_product.get(product_id, self.otherwise)

    @property
    def all(self) -> tuple[Lifecycle, ...]:
        return (*self.by_product.values(), self.otherwise)

    @property
    def longest_cooldown(self) -> timedelta:
        return max(one.cooldown for one in self.all)

    def may_come_back(self, at: datetime) -> Q:
        """By the row's product: closed qualifications whose lead need not rest any longer, where
        none has to fall below the thresholds first."""
        others = ~Q(product__in=self.by_product) & self.otherwise.rest_is_over(at)
        found = others if self.otherwise.comes_back else Q(pk__in=())
        for product_id, own in self.by_product.items():
            if own.comes_back:
                found |= Q(product=product_id) & own.rest_is_over(at)
        return found

    def let_go_from(self, at: datetime) -> Case:
        """By the row's product: who is no PQL since then or before is let go; null lets none go."""

        def moment(one: Lifecycle) -> Value:
            then = None if one.expire_after is None else at - one.expire_after
            return Value(then, output_field=models.DateTimeField())

        own = [When(product=key, then=moment(one)) for key, one in self.by_product.items()]
        return Case(*own, default=moment(self.otherwise))


class LifecyclePolicyQuerySet(models.QuerySet["LifecyclePolicy"]):
    def lifecycles(self) -> Lifecycles:
        """What is in force: each product's own, else everybody's, else the settings'."""
        found = {policy.product_id: policy.lifecycle for policy in self}
        otherwise = found.pop(None, Lifecycle(timedelta(days=default_cooldown_days())))
        return Lifecycles({key: one for key, one in found.items() if key}, otherwise)


def default_cooldown_days() -> int:
    days: int = settings.QUALIFICATION_COOLDOWN_DAYS
    return days


class LifecyclePolicy(models.Model):
    """When a lead that had its episode qualifies again, and when untouched work is let go."""

    product = models.ForeignKey(
        Product,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: every product that has no policy of its own.",
    )
    cooldown_days = models.PositiveSmallIntegerField(
        "days of rest",
        default=default_cooldown_days,
        validators=[MaxValueValidator(MOST_DAYS)],
        help_text="Days after a PQL was rejected, lost or expired before its lead can become one "
        "again. 0: at once. A PQL that was won never makes its lead wait.",
    )
    early_rise = models.PositiveSmallIntegerField(
        "sooner if it rose by",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
        help_text="A lead need not wait if its total is at least so many points above what it was "
        "when the last PQL closed. Empty: everybody waits.",
    )
    comes_back = models.BooleanField(
        "comes back by itself",
        default=True,
        help_text="A lead that still meets the thresholds when its rest is over, and has done "
        "something since the last PQL closed, becomes one again. Off: it has to fall below them "
        "and meet them anew.",
    )
    expire_after_days = models.PositiveSmallIntegerField(
        "let go after",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)],
        help_text="Days after which a PQL that nobody has begun is closed, once its lead no longer "
        "meets the thresholds. Accepted, snoozed and contacted ones stay. Empty: never.",
    )

    objects = LifecyclePolicyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "lifecycle policies"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["product"],
                nulls_distinct=False,
                name="one_lifecycle_policy_per_product",
                violation_error_message="There is a policy for this already. Change that one.",
            ),
        ]

    def __str__(self) -> str:
        return f"Lifecycle of {self.product.name if self.product else 'every other product'}"

    @property
    def lifecycle(self) -> Lifecycle:
        days = self.expire_after_days
        return Lifecycle(
            cooldown=timedelta(days=self.cooldown_days),
            early_rise=self.early_rise,
            expire_after=None if days is None else timedelta(days=days),
            comes_back=self.comes_back,
        )

    @property
    def document(self) -> dict[str, object]:
        """What the audit log compares."""
        return {
            "product": self.product.key if self.product else None,
            "cooldown_days": self.cooldown_days,
            "early_rise": self.early_rise,
            "comes_back": self.comes_back,
            "expire_after_days": self.expire_after_days,
        }
