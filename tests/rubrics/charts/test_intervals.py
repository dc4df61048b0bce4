"""Bars, curves and bands: every coordinate inside of the frame, every figure in its place."""

import pytest

from rubrics.charts.intervals import bar_chart, roc_chart, sweep_chart


def share(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def test_bar_chart_by_hand() -> None:
    parts = [
        {"label": "0-37", "leads": 50, "conversion": share(0.1, 0.04, 0.2), "expected": 0.1},
        {"label": "38-75", "leads": 0, "conversion": None},
        {"label": "76-112", "leads": 20, "conversion": share(0.4, 0.2, 0.5)},
    ]
    chart = bar_chart(parts)
    assert chart is not None
    assert [bar.label for bar in chart.bars] == ["0-37", "76-112"]
    assert chart.frame.y_high == pytest.approx(0.525)
    first, last = chart.bars
    assert first.y + first.height == pytest.approx(chart.frame.base)
    assert first.expected == first.y
    assert last.expected is None
    assert last.high < last.y < last.low
    assert first.x + first.width < last.x
    assert first.title == "0-37: 10.0% of 50"
    assert chart.rows[-1].label == "40 %"
    assert bar_chart([{"label": "", "leads": 0, "conversion": None}]) is None


def test_roc_chart_goes_from_corner_to_corner() -> None:
    chart = roc_chart([[(0, 0), (0, 0.5), (1, 1)], []])
    assert chart is not None
    frame = chart.frame
    (curve,) = chart.paths
    start, end = f"M{frame.left:g} {frame.base:g}", f"L{frame.end:g} {frame.top:g}"
    assert curve == f"{start}L{frame.left:g} {frame.y(0.5):g}{end}"
    assert chart.chance == start + end
    assert roc_chart([[]]) is None


def test_sweep_chart_marks_thresholds_that_it_shows() -> None:
    steps = [{"total": total, "conversion": share(0.2, 0.1, 0.3)} for total in range(1, 101)]
    chart = sweep_chart(steps, now=80, advised=500)
    assert chart is not None
    assert chart.now == chart.frame.x(80)
    assert chart.advised is None
    assert chart.band.endswith("Z")
    assert chart.band.count("L") == 199
    assert sweep_chart(steps[:1], now=1, advised=None) is None
    assert sweep_chart([], now=1, advised=None) is None


def test_sweep_chart_never_leaves_its_frame() -> None:
    steps = [{"total": total, "conversion": share(0.1, 0.0, 1.0)} for total in range(1, 401)]
    chart = sweep_chart(steps, now=1, advised=None)
    assert chart is not None
    heights = [float(point.rstrip("Z").split()[1]) for point in chart.band[1:].split("L")]
    assert min(heights) >= chart.frame.top
    assert len(heights) <= 2 * 160
