"""Figures against values worked out by hand or published."""

import math
from statistics import NormalDist

import pytest

from rubrics.statistics import midranks, proportion, roc_auc, wilson_interval


def test_wilson_interval_published_value() -> None:
    # Newcombe 1998, table I: 81 of 263.
    low, high = wilson_interval(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        pytest.param(0, 10, 0.0, 0.2775, id="none of ten may still be a quarter"),
        pytest.param(10, 10, 0.7225, 1.0, id="all of ten may still be three quarters"),
        pytest.param(0, 0, 0.0, 1.0, id="nothing tried, nothing known"),
        pytest.param(1, 1, 0.2065, 1.0, id="a single success says little"),
    ],
)
def test_wilson_interval_ends(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson_interval(successes, trials)
    assert found == pytest.approx((low, high), abs=1e-4)


def test_wilson_interval_more_successes_than_trials() -> None:
    with pytest.raises(ValueError, match="3 successes of 2"):
        wilson_interval(3, 2)


def test_proportion_without_trials_is_unknown() -> None:
    assert proportion(0, 0) is None


def test_midranks_ties_share_the_middle() -> None:
    assert midranks([10, 30, 20, 20]) == [1.0, 4.0, 2.5, 2.5]


def test_roc_auc_counts_pairs() -> None:
    # Positives 3 and 1 against negatives 2, 1: won, won, lost, tied = 2.5 of 4 pairs.
    estimate = roc_auc([3, 1, 2, 1], [True, True, False, False])
    assert estimate is not None
    assert estimate.value == pytest.approx(0.625)


def test_roc_auc_interval_is_delongs() -> None:
    # By hand: positives 4, 3, 1; negatives 2, 0.  Won shares of the positives: 1, 1, 1/2, so the
    # area is 5/6; of the negatives: 2/3, 1.  Variance: (1/12)/3 + (1/18)/2 = 1/18.
    estimate = roc_auc([4, 3, 1, 2, 0], [True, True, True, False, False])
    assert estimate is not None
    area, z = 5 / 6, NormalDist().inv_cdf(0.975)
    spread = z * math.sqrt(1 / 18) / (area * (1 - area))
    middle = math.log(area / (1 - area))
    assert estimate.value == pytest.approx(area)
    assert estimate.low == pytest.approx(1 / (1 + math.exp(spread - middle)))
    assert estimate.high == pytest.approx(1 / (1 + math.exp(-spread - middle)))


def test_roc_auc_perfect_separation_stays_humble() -> None:
    estimate = roc_auc([5, 4, 1, 0], [True, True, False, False])
    assert estimate is not None
    assert estimate.value == 1.0
    assert (estimate.low, estimate.high) == wilson_interval(2, 2)


def test_roc_auc_all_wrong() -> None:
    estimate = roc_auc([0, 1, 4, 5], [True, True, False, False])
    assert estimate is not None
    assert (estimate.value, estimate.low) == (0.0, 0.0)


def test_roc_auc_all_tied_is_a_coin() -> None:
    estimate = roc_auc([7] * 6, [True, False] * 3)
    assert estimate is not None
    assert (estimate.value, estimate.low, estimate.high) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("labels", [[True, True], [False, False]])
def test_roc_auc_one_class_only(labels: list[bool]) -> None:
    assert roc_auc([1, 2], labels) is None


def test_roc_auc_lengths_differ() -> None:
    with pytest.raises(ValueError, match="2 scores for 1 labels"):
        roc_auc([1, 2], [True])
