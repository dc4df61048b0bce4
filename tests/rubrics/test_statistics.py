"""Figures against values worked out by hand or published."""

import math
from random import Random
from statistics import NormalDist

import pytest

from rubrics.statistics import (
    Estimate,
    auc_difference,
    benjamini_hochberg,
    mcnemar,
    midranks,
    proportion,
    risk_ratio,
    roc_auc,
    two_by_two,
    wilson_interval,
)


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


def test_auc_difference_of_a_score_with_itself_is_nothing() -> None:
    labels = [True, False, True, False, False]
    scores = [3.0, 1.0, 2.0, 2.0, 0.0]
    assert auc_difference(scores, scores, labels) == Estimate(0.0, 0.0, 0.0)
    assert auc_difference(scores, scores, [True] * 5) is None


def test_auc_difference_by_hand() -> None:
    """Two positives, two negatives. The first score loses one pair of four, the second none."""
    labels = [True, True, False, False]
    found = auc_difference([4.0, 2.0, 3.0, 1.0], [4.0, 3.0, 2.0, 1.0], labels)
    assert found is not None
    assert found.value == pytest.approx(0.25)
    # Placements of the first: positives 1, 1/2; negatives 1/2, 1. Of the second: all 1. Their
    # differences vary by 1/8 in either group of two, so the variance is 1/16 + 1/16.
    assert found.high - found.value == pytest.approx(1.959964 * (1 / 8) ** 0.5)


def test_risk_ratio_of_the_physicians_health_study() -> None:
    """Heart attacks on placebo against aspirin (Agresti 2002, 2.2.2): 1.82 (1.43 to 2.31)."""
    found = risk_ratio(189, 11034, 104, 11037)
    assert found is not None
    assert (round(found.value, 2), round(found.low, 2), round(found.high, 2)) == (1.82, 1.43, 2.31)
    assert risk_ratio(0, 10, 5, 10) is None
    assert risk_ratio(5, 10, 0, 10) is None


def test_two_by_two_of_the_lady_tasting_tea() -> None:
    """Fisher 1935: three of four cups right; two-sided 0.486."""
    assert two_by_two(3, 4, 1, 4) == pytest.approx(0.4857, abs=1e-4)


def test_two_by_two_of_many_is_pearsons() -> None:
    """The same study: chi-square 25.01 with one degree of freedom."""
    assert two_by_two(189, 11034, 104, 11037) == pytest.approx(
        math.erfc((25.0139 / 2) ** 0.5), 1e-3
    )


@pytest.mark.parametrize("table", [(0, 0, 5, 10), (0, 5, 0, 10), (5, 5, 10, 10)])
def test_two_by_two_nothing_to_compare(table: tuple[int, int, int, int]) -> None:
    assert two_by_two(*table) == 1.0


def test_benjamini_hochberg_of_their_own_example() -> None:
    """Benjamini and Hochberg 1995, section 3.2: of 15 tests the first four are discoveries."""
    chances = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0,
    ]  # fmt: skip
    mixed = [*reversed(chances)]
    corrected = benjamini_hochberg(mixed)
    assert [chance for chance, p in zip(mixed, corrected, strict=True) if p <= 0.05] == [
        0.0095, 0.0019, 0.0004, 0.0001,
    ]  # fmt: skip
    assert benjamini_hochberg([]) == []


def test_auc_difference_of_paired_scores_is_surer_than_the_two_intervals() -> None:
    """Both scores err on the same leads: their difference is known far better than each."""
    labels = [number % 3 == 0 for number in range(120)]
    before = [number * 37 % 101 + 20 * label for number, label in enumerate(labels)]
    after = [score + (30 if label else 0) for score, label in zip(before, labels, strict=True)]
    found, alone = auc_difference(before, after, labels), roc_auc(before, labels)
    assert found is not None
    assert alone is not None
    assert found.low > 0
    assert found.high - found.low < alone.high - alone.low


def test_auc_difference_keeps_its_promise() -> None:
    """Of two scores that are equally good, about one in twenty differences leaves out zero."""
    random = Random(4)
    missed = 0
    for _ in range(400):
        labels = [random.random() < 0.4 for _ in range(80)]
        truth = [random.gauss(1.0 if label else 0.0, 1) for label in labels]
        before, after = ([one + random.gauss(0, 1) for one in truth] for _ in range(2))
        found = auc_difference(before, after, labels)
        assert found is not None
        missed += not found.low <= 0 <= found.high
    assert missed <= 400 * 0.08


@pytest.mark.parametrize(
    ("only_before", "only_after", "chance"),
    [
        (0, 0, 1.0),
        (3, 3, 1.0),
        (0, 1, 1.0),
        (0, 5, 2 / 32),
        (1, 5, 2 * 7 / 64),
        (8, 1, 2 * 10 / 512),
    ],
)
def test_mcnemar_is_the_exact_binomial(only_before: int, only_after: int, chance: float) -> None:
    assert mcnemar(only_before, only_after) == pytest.approx(chance)
    assert mcnemar(only_after, only_before) == pytest.approx(chance)


def test_mcnemar_of_thousands() -> None:
    assert 0 < mcnemar(2000, 2300) < 0.001
