"""The geometry of two distributions in one chart."""

import pytest

from rubrics.charts.histogram import bin_width, histogram, scores_of


def test_bins_hold_their_scores_both_ends_included() -> None:
    chart = histogram({0: 3, 9: 1, 10: 2}, {19: 4}, top=100)
    assert chart is not None
    found = [(one.label, one.now.count, one.then.count) for one in chart.bins[:2]]
    assert found == [("0 to 9", 4, 0), ("10 to 19", 2, 4)]
    assert [one.low for one in chart.bins] == list(range(0, 101, 10))
    assert chart.bins[-1].label == "100"


def test_every_score_is_in_a_bin_also_above_the_top() -> None:
    counts = dict.fromkeys(range(0, 131, 7), 1)
    chart = histogram(counts, {}, top=50)
    assert chart is not None
    assert sum(one.now.count for one in chart.bins) == len(counts)


def test_bars_stand_on_the_base_and_the_highest_fills_the_chart() -> None:
    chart = histogram({0: 2}, {0: 4, 10: 1}, top=20)
    assert chart is not None
    first = chart.bins[0]
    assert first.then.y == chart.frame.top
    assert first.then.height == pytest.approx(chart.frame.base - chart.frame.top)
    assert first.now.height == pytest.approx(first.then.height / 2)
    assert first.now.x + first.now.width == pytest.approx(first.then.x, abs=0.2)
    assert first.then.x + first.then.width < chart.bins[1].now.x


def test_thresholds_are_marked_where_they_are() -> None:
    chart = histogram({0: 1}, {90: 1}, top=100, now_threshold=80, then_threshold=40)
    assert chart is not None
    assert chart.now_mark is not None
    assert (chart.now_mark.value, chart.now_mark.place) == (80, chart.frame.x(80))
    assert chart.then_mark is not None
    assert chart.then_mark.place == chart.bins[4].now.x - (chart.bins[4].now.x - chart.frame.x(40))


@pytest.mark.parametrize("threshold", [None, 0, 500])
def test_threshold_outside_of_the_chart_is_not_drawn(threshold: int | None) -> None:
    chart = histogram({5: 1}, {}, top=100, then_threshold=threshold)
    assert chart is not None
    assert chart.then_mark is None


def test_nobody_no_chart() -> None:
    assert histogram({}, {}, top=100) is None
    assert histogram({5: 0}, {}, top=100) is None


@pytest.mark.parametrize(
    ("highest", "width"), [(10, 1), (19, 1), (20, 2), (50, 5), (100, 10), (150, 10), (5000, 251)]
)
def test_bin_width(highest: int, width: int) -> None:
    assert bin_width(highest) == width


def test_scores_below_zero_count_as_zero() -> None:
    assert scores_of({"-3": 1, "0": 2, "7": 3}) == {0: 3, 7: 3}
