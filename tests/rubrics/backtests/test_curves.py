"""Tenths, quarters, the smooth curve and the ROC curve."""

import pytest

from rubrics.backtests.curves import count_scores, parts, quarters, roc, smooth


def test_count_scores() -> None:
    assert count_scores([5, 0, 5], [True, False, False]) == {0: (1, 0), 5: (2, 1)}


def test_parts_are_equal_where_scores_differ() -> None:
    counts = count_scores(list(range(100)), [score >= 90 for score in range(100)])
    tenths = parts(counts, 10)
    assert [(part.low, part.high, part.leads) for part in tenths[:2]] == [(0, 9, 10), (10, 19, 10)]
    assert [part.positives for part in tenths] == [0] * 9 + [10]
    assert tenths[-1].conversion is not None
    assert tenths[-1].conversion.value == 1.0


def test_parts_never_tear_equal_scores_apart() -> None:
    counts = count_scores([0] * 60 + [1] * 20 + [2] * 20, [False] * 100)
    assert [(part.low, part.high, part.leads) for part in parts(counts, 4)] == [
        (0, 0, 60), (1, 1, 20), (2, 2, 20),
    ]  # fmt: skip


def test_quarters_compare_the_ends() -> None:
    scores = [score for score in range(4) for _ in range(20)]
    positives = {0: 2, 1: 4, 2: 6, 3: 10}
    labels = [number < positives[score] for score in range(4) for number in range(20)]
    ends = quarters(count_scores(scores, labels))
    assert ends is not None
    assert (ends.top.positives, ends.bottom.positives) == (10, 2)
    assert ends.lift is not None
    assert ends.lift.value == pytest.approx(5.0)
    assert quarters({7: (40, 3)}) is None


def test_smooth_meets_what_it_is_drawn_through() -> None:
    """Three scores whose odds grow evenly: 1/4, 1, 4."""
    curve = smooth({0: (100, 20), 10: (100, 50), 20: (100, 80)})
    assert curve is not None
    assert [round(value, 2) for value in curve.values()] == [0.2, 0.5, 0.8]
    assert smooth({0: (10, 0), 5: (5, 0)}) is None


def test_roc_by_hand() -> None:
    counts = count_scores([3, 2, 2, 1], [True, True, False, False])
    assert roc(counts) == [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]
    assert roc({5: (3, 0)}) == []


def test_roc_is_thinned_and_keeps_its_ends() -> None:
    counts = dict.fromkeys(range(1000), (2, 1))
    points = roc(counts)
    assert len(points) <= 102
    assert (points[0], points[-1]) == ((0.0, 0.0), (1.0, 1.0))
