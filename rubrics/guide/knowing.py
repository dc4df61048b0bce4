"""What the workspace knows already: it prefills the answers, as "we see 412 sign-ups a month".

Everything is bounded: counts go over one product's trials of ninety days, hits over a sample of the
newest leads.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection

from leads.models import EventType, Hit, Product, Trial
from rubrics.guide.answers import Pipeline, Tracking, TrialModel
from rubrics.guide.measurable import ASKED
from rubrics.guide.reality import measure

CACHED_S = 60
SAMPLE_LEADS = 2_000
RECENT, QUARTER = timedelta(days=30), timedelta(days=90)
FEW_WON = 10
LOGINS, FEW, KEY = 3, 15, 50  # different events: up to so many, and from so many on

_TRIALS = """
SELECT count(*) FILTER (WHERE t.started_at > %(month)s),
       count(*),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.ends_at - t.started_at)),
       count(t.ends_at),
       count(*) FILTER (WHERE a.attributes ? 'employees')
FROM leads_trial AS t
JOIN leads_lead AS l ON l.id = t.lead_id
LEFT JOIN leads_account AS a ON a.id = l.account_id
WHERE t.product_id = %(product)s AND t.started_at > %(quarter)s AND t.started_at <= %(at)s
"""
# A lead's first purchase of the product, with what was known of its company.
_WON = """
WITH won AS (
    SELECT t.lead_id, t.started_at, min(o.occurred_at) AS at,
           max(o.amount) FILTER (WHERE o.currency = 'USD') AS amount
    FROM leads_outcome AS o
    JOIN leads_trial AS t ON t.lead_id = o.lead_id AND t.product_id = %(product)s
    WHERE o.kind IN ('closed_won', 'converted') AND o.occurred_at <= %(at)s
      AND (o.product_id = %(product)s OR o.product_id IS NULL)
    GROUP BY t.lead_id, t.started_at
)
SELECT count(*),
       min(won.at),
       percentile_disc(0.5) WITHIN GROUP (
           ORDER BY greatest(extract(epoch FROM won.at - won.started_at), 0)),
       count(won.amount),
       percentile_disc(0.5) WITHIN GROUP (ORDER BY won.amount),
       count(*) FILTER (WHERE jsonb_typeof(a.attributes -> 'employees') = 'number'),
       percentile_disc(ARRAY[0.1, 0.9]) WITHIN GROUP (
           ORDER BY CASE WHEN jsonb_typeof(a.attributes -> 'employees') = 'number'
                         THEN (a.attributes ->> 'employees')::numeric END)
FROM won
JOIN leads_lead AS l ON l.id = won.lead_id
LEFT JOIN leads_account AS a ON a.id = l.account_id
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen about one question: an answer to begin with, or only something to say."""

    text: str
    value: Any = None


def look(product: Product, at: datetime) -> dict[str, Sight]:
    """What is seen, by question. Counted anew at most once a minute."""
    key = f"setup-guide-sights-{product.pk}"
    found: dict[str, Sight] | None = cache.get(key)
    if found is None:
        found = dict(_sights(product, at))
        cache.set(key, found, CACHED_S)
    return found


def _sights(product: Product, at: datetime) -> Iterator[tuple[str, Sight]]:
    yield from _products()
    yield from _trials(product, at)
    yield from _won(product, at)
    yield from _paid(product, at)
    yield from _events(at)
    yield from _milestones(product)


def _products() -> Iterator[tuple[str, Sight]]:
    names = list(Product.objects.order_by("name").values_list("name", flat=True)[:20])
    if names:
        yield "products", Sight(f"There are here: {', '.join(names)}.", len(names))


def _trials(product: Product, at: datetime) -> Iterator[tuple[str, Sight]]:
    month, quarter, length_s, ending, sized = _row(
        _TRIALS, product=product.pk, at=at, month=at - RECENT, quarter=at - QUARTER
    )
    if not quarter:
        return
    yield (
        "signups",
        Sight(
            f"We see {month:,} sign-ups in the last 30 days, {quarter:,} in the last 90.",
            month or round(quarter / 3),
        ),
    )
    coverage = round(100 * sized / quarter)
    text = f"We see it for {sized:,} of the {quarter:,} newest leads."
    yield "coverage", Sight(text, coverage)
    if ending:
        days = max(round(length_s / 86_400), 1)
        yield "trial_days", Sight(f"Most trials here that end last {days} days.", days)
        share = ending / quarter
        is_rule = share >= 0.8
        yield (
            "trial_model",
            Sight(
                f"{share:.0%} of the newest trials have an end.",
                TrialModel.FREE_TRIAL.value if is_rule else None,
            ),
        )


def _won(product: Product, at: datetime) -> Iterator[tuple[str, Sight]]:
    won, first, days_s, priced, amount, sized, sizes = _row(_WON, product=product.pk, at=at)
    started = Trial.objects.filter(product=product).order_by("started_at").first()
    if started is None:
        return
    since = max(first, started.started_at) if first else None
    months = int((at - since).days / 30.4) if since else 0
    yield (
        "history_months",
        Sight(
            f"The first conversion here is of {first:%d %B %Y}."
            if first
            else "No conversion is recorded here yet.",
            months,
        ),
    )
    yield "won", Sight(f"We see {won:,} leads who bought.", won)
    if won < FEW_WON:
        return
    days = max(round(days_s / 86_400), 1)
    yield "cycle_days", Sight(f"Half of the {won:,} buyers here took {days} days or less.", days)
    if priced >= FEW_WON:
        text = f"Half of {priced:,} deals here are of ${amount:,.0f} or less."
        yield "deal_size", Sight(text, round(amount))
    if sized >= FEW_WON:
        low, high = (round(size) for size in sizes)
        text = f"Eight of ten buyers here have {low:,} to {high:,} employees (of {sized:,} known)."
        yield "size_from", Sight(text)


def _paid(product: Product, at: datetime) -> Iterator[tuple[str, Sight]]:
    measured = measure(product, at)
    for key, share in (("trial_to_paid", measured.paid), ("target_conversion", measured.to_deal)):
        if share.estimate is not None:
            text = f"{share.words}: {share.percent:g} % ({share.hits:,} of {share.of:,})."
            yield key, Sight(text, share.percent if key == "trial_to_paid" else None)


def _events(at: datetime) -> Iterator[tuple[str, Sight]]:
    recent = EventType.objects.filter(
        kind__in=("track", "page", "screen"), last_received_at__gt=at - QUARTER
    )
    count = recent.order_by().values("kind", "name").distinct().count()
    if not count:
        return
    if count <= LOGINS:
        tracking = Tracking.LOGINS
    elif count <= FEW:
        tracking = Tracking.FEW
    else:
        tracking = Tracking.KEY if count < KEY else Tracking.FULL
    yield (
        "tracking",
        Sight(
            f"The event catalogue has {count} different events of the last 90 days.", tracking.value
        ),
    )
    yield "pipeline", Sight("Events arrive.", Pipeline.FLOWING.value)


def _milestones(product: Product) -> Iterator[tuple[str, Sight]]:
    newest = Trial.objects.filter(product=product).order_by("-id").values("lead")[:SAMPLE_LEADS]
    hits = Hit.objects.filter(lead__in=newest, signal__product=product)
    keys = set(hits.order_by().values_list("signal__key", flat=True).distinct())
    found = [key for key in ASKED if key in keys]
    if found:
        yield "milestones", Sight("Ticked is what the newest leads did.", found)


def _row(statement: str, **values: Any) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
    assert row is not None  # aggregates without a GROUP BY
    return row
