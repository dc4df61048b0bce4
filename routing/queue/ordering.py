"""The orders of a list of PQLs, in two ways that come out the same (docs/adr/0020).

A long list is *walked*: it comes in parts, each in the order of an index, until a page is full.
Leads that meet the thresholds come first, then those that no longer do. A short list is *gathered*
and sorted: the planner would rather walk a long index and look for those few on the way, as if they
lay evenly spread; but what falls soon has the lowest totals.
"""

from django.db.models import Case, F, Func, Q, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce

from routing.models.qualification import QualificationQuerySet
from routing.queue.wanted import Order

# Each makes its tab: such a list begins where its index does, and is always walked.
_OF_TABS = {
    Order.CLOSED: ("-closed_at", "-pk"),
    Order.WAKING: ("snoozed_until", "pk"),
    Order.FALLING: ("forecast__falls_at", "forecast__pk"),
}
_WAITING_SINCE = Coalesce("assigned_at", "opened_at")
_IS_PROMISED = Q(sla_due_at__isnull=False, first_touched_at=None)


def walked(found: QualificationQuerySet, order: Order) -> list[QualificationQuerySet]:
    """The list in parts that follow each other; each part can follow an index."""
    if order in _OF_TABS:
        return [found.order_by(*_OF_TABS[order])]
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
    column, fallback = _worth(order)
    # By a name, a filter speaks of the join that the order speaks of; ``score__is_pql`` would join
    # once more where a filter has joined already, and then no index both cuts and sorts.
    scored = found.with_score().alias(is_hot=F("score__is_pql"))
    hot = scored.filter(is_hot=True).order_by(F(column).desc(), F("score__pk"))
    cold = scored.filter(Q(is_hot=None) | Q(is_hot=False))
    return [hot, cold.order_by(Coalesce(column, fallback).desc(), "pk")]


def gathered(found: QualificationQuerySet, order: Order) -> QualificationQuerySet:
    """The same list in one, written so that no index has its order."""
    if order in _OF_TABS:
        return found.order_by(*_OF_TABS[order])
    match order:
        case Order.NEWEST:
            return found.order_by(_unknown(F("opened_at")).desc(), "-pk")
        case Order.WAITING:
            return found.order_by(_unknown(_WAITING_SINCE), "pk")
        case Order.DUE:
            is_other = Case(When(_IS_PROMISED, then=False), default=True)
            since = Case(When(_IS_PROMISED, then="sla_due_at"), default=_WAITING_SINCE)
            return found.order_by(is_other, since, "pk")
        case Order.VELOCITY:
            return found.order_by(_unknown(F("forecast__gain")).desc(nulls_last=True), "pk")
    column, fallback = _worth(order)
    scored = found.with_score()
    is_hot = Coalesce("score__is_pql", False)
    last = Case(When(Q(score__is_pql=True), then="score__pk"), default="pk")
    return scored.order_by(is_hot.desc(), Coalesce(column, fallback).desc(), last)


def _worth(order: Order) -> tuple[str, str]:
    """What the order goes by, and by what where there is no score."""
    if order is Order.RECENT:
        return "score__last_activity_at", "opened_at"
    return f"score__{order}", order.value


def _unknown(column: Combinable) -> Func:
    """The same value, as no index knows it."""
    return Func(column, function="GREATEST")
