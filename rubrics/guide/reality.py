"""Objectives against what happened: shares of one product's leads, each with how sure it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from leads.models import Product
from rubrics.benchmarks import Band
from rubrics.benchmarks.bands import PQL_SHARE
from rubrics.guide import bands
from rubrics.models import SetupGuide
from rubrics.statistics import Estimate, proportion

# Leads that had thirty days to come to something, and half a year of them.
RIPE, SPAN = timedelta(days=30), timedelta(days=180)
RECENT = timedelta(days=90)

# One row a trial: whether it paid; since when it was a PQL, and whether a deal came after that.
_MEASURE = """
WITH trial AS (
    SELECT t.lead_id, t.started_at, (
        SELECT min(c.at) FROM rubrics_scorechange AS c
        WHERE c.lead_id = t.lead_id AND c.product_id = t.product_id AND c.crossed
    ) AS pql_at
    FROM leads_trial AS t
    WHERE t.product_id = %(product)s AND t.started_at > %(since)s AND t.started_at <= %(at)s
), seen AS (
    SELECT trial.*,
           EXISTS (SELECT FROM leads_outcome AS o WHERE o.lead_id = trial.lead_id
                   AND (o.product_id = %(product)s OR o.product_id IS NULL)
                   AND o.kind IN ('closed_won', 'converted')
                   AND o.occurred_at <= %(at)s) AS paid,
           trial.pql_at <= %(ripe)s AND EXISTS (
                   SELECT FROM leads_outcome AS o WHERE o.lead_id = trial.lead_id
                   AND (o.product_id = %(product)s OR o.product_id IS NULL)
                   AND o.kind IN ('opportunity', 'closed_won', 'converted')
                   AND o.occurred_at BETWEEN trial.pql_at AND %(at)s) AS dealt
    FROM trial
)
SELECT count(*) FILTER (WHERE started_at <= %(ripe)s AND paid),
       count(*) FILTER (WHERE started_at <= %(ripe)s),
       count(*) FILTER (WHERE dealt),
       count(*) FILTER (WHERE pql_at <= %(ripe)s),
       count(*) FILTER (WHERE started_at > %(recent)s AND pql_at <= %(at)s),
       count(*) FILTER (WHERE started_at > %(recent)s)
FROM seen
"""


@dataclass(frozen=True, slots=True)
class Share:
    """How many of how many, in words, with the benchmark it is held against."""

    words: str
    hits: int
    of: int
    band: Band

    @property
    def estimate(self) -> Estimate | None:
        """The share with its 95 % interval; None of nobody."""
        return proportion(self.hits, self.of)

    @property
    def percent(self) -> float:
        """The share, rounded to a tenth of a percent; 0 of nobody."""
        return round(100 * self.hits / self.of, 1) if self.of else 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What happened to the product's leads."""

    paid: Share
    to_deal: Share
    pqls: Share


@dataclass(frozen=True, slots=True)
class Comparison:
    """One objective beside what is measured; ``reached`` is None where it cannot be said yet."""

    share: Share
    low: float
    high: float
    baseline: float | None
    target: str
    reached: bool | None
    verdict: str
    is_open: bool
    """Something is measured and a target recorded, and it is too early to say."""


def measure(product: Product, at: datetime) -> Measured:
    """Count. Trials of the last half year and a month; PQLs among them thirty days old and more."""
    with connection.cursor() as cursor:
        cursor.execute(
            _MEASURE,
            {
                "product": product.pk,
                "at": at,
                "ripe": at - RIPE,
                "since": at - RIPE - SPAN,
                "recent": at - RECENT,
            },
        )
        row = cursor.fetchone()
    assert row is not None  # aggregates without a GROUP BY
    paid, trials, dealt, pqls, new_pqls, signups = row
    return Measured(
        Share("Trials that paid", paid, trials, bands.TRIAL_TO_PAID),
        Share("PQLs that became an opportunity or bought", dealt, pqls, bands.PQL_TO_OPPORTUNITY),
        Share("Sign-ups that became PQLs", new_pqls, signups, PQL_SHARE),
    )


def compare(guide: SetupGuide, measured: Measured) -> list[Comparison]:
    """Each measured share beside its objective."""
    return [
        _compared(measured.paid, guide.baseline_trial_to_paid, guide.target_trial_to_paid),
        _compared(measured.to_deal, guide.baseline_conversion, guide.target_conversion),
        _compared(measured.pqls, None, None, target=PQL_SHARE.typical),
    ]


def _compared(
    share: Share, baseline: float | None, wanted: float | None, *, target: str = ""
) -> Comparison:
    estimate = share.estimate
    low, high = (100 * estimate.low, 100 * estimate.high) if estimate else (0.0, 0.0)
    reached = None
    if estimate is not None and wanted is not None:
        goal = float(wanted)
        reached = True if low >= goal else False if high < goal else None
    return Comparison(
        share=share,
        low=round(low, 1),
        high=round(high, 1),
        baseline=None if baseline is None else float(baseline),
        target=f"{float(wanted):g} %" if wanted is not None else target,
        reached=reached,
        is_open=estimate is not None and wanted is not None and reached is None,
        verdict=bands.leaves(share.words, share.percent, share.band) if estimate else "",
    )
