"""Cutting scores into buckets, and what is said about it."""

import pytest

from rubrics.reports import Example, conversion_by_bucket, evaluate, flagged


def test_conversion_by_bucket_edges_belong_below() -> None:
    scores = [0, 37, 38, 75, 76, 112, 113, 150]
    labels = [False, True, False, True, False, True, True, True]
    buckets = conversion_by_bucket(scores, labels, maximum=150)
    assert [bucket.label for bucket in buckets] == ["0-37", "38-75", "76-112", "113-150"]
    assert [bucket.leads for bucket in buckets] == [2, 2, 2, 2]
    assert [bucket.positives for bucket in buckets] == [1, 1, 1, 2]


def test_conversion_by_bucket_every_lead_once_above_the_maximum_too() -> None:
    buckets = conversion_by_bucket([0, 100, 125], [True, False, True], maximum=100)
    assert sum(bucket.leads for bucket in buckets) == 3
    assert buckets[-1].high == 125


def test_conversion_by_bucket_empty_bucket_is_unknown() -> None:
    buckets = conversion_by_bucket([10], [True], maximum=100)
    assert buckets[0].conversion is not None
    assert buckets[1].conversion is None


@pytest.mark.parametrize("edges", [(0.5, 0.25), (0.5, 0.5), (0.0, 0.5), (0.5, 1.0)])
def test_conversion_by_bucket_edges_must_rise(edges: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="do not rise"):
        conversion_by_bucket([1], [True], maximum=100, edges=edges)


def test_flagged_precision_recall_lift() -> None:
    flags = [True] * 4 + [False] * 16
    labels = [True, False, False, False] + [True] + [False] * 15
    found = flagged(flags, labels)
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision.value == 0.25
    assert found.recall.value == 0.5
    assert found.lift == pytest.approx(4.0)


def test_flagged_nobody() -> None:
    found = flagged([False, False], [True, False])
    assert (found.precision, found.lift) == (None, None)


def test_flagged_rest_never_converts() -> None:
    assert flagged([True, False], [True, False]).lift is None


def examples(*groups: tuple[int, bool, int, int]) -> list[Example]:
    """Groups of (score, is PQL, how many, of which positive)."""
    return [
        Example(score, is_pql, number < positives)
        for score, is_pql, count, positives in groups
        for number in range(count)
    ]


def test_evaluate_good_score_has_nothing_to_warn_of() -> None:
    result = evaluate(
        examples((20, False, 500, 50), (60, False, 300, 90), (120, True, 100, 60)), maximum=150
    )
    assert (result.leads, result.positives) == (900, 200)
    assert result.warnings == ()
    assert result.top.leads == 180
    assert result.pqls.lift is not None
    assert result.pqls.lift > 2


def test_evaluate_few_outcomes() -> None:
    result = evaluate(examples((20, False, 90, 4), (120, True, 10, 5)), maximum=150)
    assert "Only 9 leads converted" in result.warnings[0]
    assert any("Fewer than 30 leads in bucket 113-150" in words for words in result.warnings)


def test_evaluate_all_converted() -> None:
    result = evaluate(examples((20, False, 50, 50), (120, True, 5, 5)), maximum=150)
    assert result.auc is None
    assert any("nothing can be told apart" in words for words in result.warnings)


def test_evaluate_chance_and_falling_conversion() -> None:
    result = evaluate(examples((20, False, 300, 150), (60, False, 300, 140)), maximum=150)
    assert any("no better than chance" in words for words in result.warnings)
    assert "Conversion does not rise from bucket to bucket." in result.warnings
    assert any("tight" in words for words in result.warnings)


def test_evaluate_loose_threshold() -> None:
    result = evaluate(examples((20, False, 300, 50), (120, True, 300, 140)), maximum=150)
    assert any("50% are PQLs: the thresholds are loose" in words for words in result.warnings)


def test_evaluate_nobody() -> None:
    result = evaluate([], maximum=150)
    assert (result.leads, result.base_rate, result.auc) == (0, None, None)
