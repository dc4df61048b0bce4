"""The regression against figures known in closed form."""

import math

import pytest

from rubrics.backtests.logistic import chance, fit_logistic

LOOSE = 1e3


def table(with_it: tuple[int, int], without: tuple[int, int]) -> tuple[list[float], list[bool]]:
    """(leads, positives) with the feature, and without."""
    present, labels = [], []
    for value, (leads, positives) in ((1.0, with_it), (0.0, without)):
        present += [value] * leads
        labels += [number < positives for number in range(leads)]
    return present, labels


def test_fit_of_one_feature_is_the_log_odds_ratio() -> None:
    """And Woolf's (1955) standard error: the root of the sum of the reciprocals."""
    present, labels = table((40, 30), (60, 20))
    feature = [(index, value) for index, value in enumerate(present) if value]
    fit = fit_logistic([feature], labels, spread=LOOSE)
    assert fit.intercept == pytest.approx(math.log(20 / 40), abs=1e-3)
    assert fit.effects[0] == pytest.approx(math.log((30 / 10) / (20 / 40)), abs=1e-3)
    assert fit.errors[0] == pytest.approx(math.sqrt(1 / 30 + 1 / 10 + 1 / 20 + 1 / 40), rel=1e-3)


def test_fit_holds_few_leads_back_and_lets_many_speak() -> None:
    few, labels_few = table((4, 3), (6, 2))
    many, labels_many = table((4000, 3000), (6000, 2000))
    effects = []
    for present, labels in ((few, labels_few), (many, labels_many)):
        feature = [(index, 1.0) for index, value in enumerate(present) if value]
        effects.append(fit_logistic([feature], labels, spread=0.7).effects[0])
    assert 0.2 < effects[0] < 1.1
    assert effects[1] == pytest.approx(math.log(6), abs=0.02)


def test_fit_of_two_features_tells_them_apart() -> None:
    """The second only looks good because it goes with the first."""
    first, second, labels = [], [], []
    for (one, other), (leads, positives) in {
        (1, 1): (90, 60), (1, 0): (30, 20), (0, 1): (30, 5), (0, 0): (90, 15),
    }.items():  # fmt: skip
        for number in range(leads):
            first.append(one)
            second.append(other)
            labels.append(number < positives)
    features = [
        [(index, 1.0) for index, value in enumerate(column) if value] for column in (first, second)
    ]
    fit = fit_logistic(features, labels, spread=LOOSE)
    assert fit.effects[0] == pytest.approx(math.log(2 / (1 / 5)), abs=1e-2)
    assert fit.effects[1] == pytest.approx(0, abs=1e-2)


def test_fit_needs_both_kinds() -> None:
    with pytest.raises(ValueError, match="ended alike"):
        fit_logistic([], [True, True], spread=1.0)


def test_chance_never_overflows() -> None:
    assert (chance(0), chance(1000), chance(-1000)) == (0.5, 1.0, 0.0)
