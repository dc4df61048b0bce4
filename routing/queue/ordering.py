"""The orders of a list of PQLs, in two ways that come out the same (docs/adr/0020).

A long list is *walked*: it comes in parts, each in the order of an index, until a page is full.
Leads that meet the thresholds come first, then those that no longer do. A short list is *gathered*
and sorted: the planner would rather walk a long index and look for those few on the way, as if they
lay evenly spread; but what falls soon has the lowest totals.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, F, Func, Q, QuerySet, When
from django.db.models.expressions import Combinable, OrderBy
from django.db.models.functions import Coalesce

from routing.models.forecast import Forecast, ForecastQuerySet
from routing.models.qualification import Qualification, QualificationQuerySet
from routing.queue.wanted import Order

OF_TABS = {
    Order.CLOSED: ("-closed_at", "-pk"),
    Order.WAKING: ("snoozed_until", "pk"),
    Order.FALLING: ("forecast__falls_at", "forecast__pk"),
}
"""Each makes its tab: such a list begins where its index does, and is always walked."""
# What the others go by, and by what where there is no score.
_WORTHS = {
    Order.TOTAL: ("score__total", "total"),
    Order.BEHAVIOR: ("score__behavior", "behavior"),
    Order.FIT: ("score__fit", "fit"),
    Order.RECENT: ("score__last_activity_at", "opened_at"),
}
_WAITING_SINCE = Coalesce("assigned_at", "opened_at")
_IS_PROMISED = Q(sla_due_at__isnull=False, first_touched_at=None)


def by_score(order: Order) -> bool:
    """Whether what a lead is worth now makes the order."""
    return order in _WORTHS


def walked(found: QualificationQuerySet, order: Order) -> list[QualificationQuerySet]:
    """The list in parts that follow each other; each part can follow an index."""
    if order in OF_TABS:
        return [found.order_by(*OF_TABS[order])]
    match order:
        case Order.NEWEST:
            return [found.order_by("-opened_at", "-pk")]
        case Order.WAITING:
            return [found.order_by(_WAITING_SINCE.asc(), "pk")]
        case Order.DUE:
            promised = found.filter(_IS_PROMISED).order_by("sla_due_at", "pk")
            others = found.filter(Q(sla_due_at=None) | Q(first_touched_at__isnull=False))
            return [promised, *walked(others, Order.WAITING)]
        case Order.VELOCITY:
            told = found.filter(forecast__isnull=False)
            by_gain = told.order_by("-forecast__gain", "forecast__pk")
            return [by_gain, found.filter(forecast=None).order_by("pk")]
    column, fallback = _WORTHS[order]
    # By a name, a filter speaks of the join that the order speaks of; ``score__is_pql`` would join
    # once more where a filter has joined already, and then no index both cuts and sorts.
    scored = found.with_score().alias(is_hot=F("score__is_pql"))
    hot = scored.filter(is_hot=True).order_by(F(column).desc(), F("score__pk"))
    cold = scored.filter(Q(is_hot=None) | Q(is_hot=False))
    return [hot, cold.order_by(Coalesce(column, fallback).desc(), "pk")]


def gathered(
    found: QualificationQuerySet, order: Order, *, apart: Sequence[Q] = ()
) -> QuerySet[Qualification, tuple[Any, ...]]:
    """The same list in one, written so that no index has its order; ids come first in its rows.

    Args:
        apart: parts that make up the whole list, none of which has what another has; each is read
            by itself, by an index of its own, before all are sorted.
    """
    if order in _WORTHS:
        found = found.with_score()
    keys = _keys(order)
    if not apart:
        return found.order_by(*keys).values_list("pk")
    names = [f"key_{number}" for number in range(len(keys))]
    keyed = found.annotate(
        **{name: key.expression for name, key in zip(names, keys, strict=True)}
    ).values_list("pk", *names)
    first, *others = [keyed.filter(part) for part in apart]
    return first.union(*others, all=True).order_by(
        *(
            OrderBy(F(name), descending=key.descending, nulls_last=key.nulls_last)
            for name, key in zip(names, keys, strict=True)
        )
    )


def guessed(falling: ForecastQuerySet, order: Order) -> QuerySet[Forecast, tuple[Any, ...]] | None:
    """What is foretold to fall, in the order of :func:`gathered`, read without the PQLs: some may
    not be in the list any more. None for an order that only PQLs know; ids come first in its rows.
    """
    if order is Order.VELOCITY:
        return falling.order_by(_unknown(F("gain")).desc(), "pk").values_list("pk")
    if not by_score(order):
        return None
    column, _ = _WORTHS[order]
    hot = falling.with_score().filter(Q(score__is_pql=True))
    return hot.order_by(_unknown(F(column)).desc(), F("score__pk").asc()).values_list("pk")


def _keys(order: Order) -> list[OrderBy]:
    pk = F("pk")
    match order:
        case Order.NEWEST:
            return [_unknown(F("opened_at")).desc(), pk.desc()]
        case Order.WAITING:
            return [_unknown(_WAITING_SINCE).asc(), pk.asc()]
        case Order.DUE:
            is_other = Case(When(_IS_PROMISED, then=False), default=True)
            since = Case(When(_IS_PROMISED, then="sla_due_at"), default=_WAITING_SINCE)
            return [is_other.asc(), since.asc(), pk.asc()]
        case Order.VELOCITY:
            return [_unknown(F("forecast__gain")).desc(nulls_last=True), pk.asc()]
    column, fallback = _WORTHS[order]
    is_hot = Coalesce("score__is_pql", False)
    last = Case(When(Q(score__is_pql=True), then="score__pk"), default="pk")
    return [is_hot.desc(), Coalesce(column, fallback).desc(), last.asc()]


def _unknown(column: Combinable) -> Func:
    """The same value, as no index knows it."""
    return Func(column, function="GREATEST")
