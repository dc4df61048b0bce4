"""Benchmarks: where a rubric's numbers stand, and what that means."""

from typing import Any

import pytest

from rubrics.benchmarks import Reading, Verdict, readings
from rubrics.benchmarks.bands import CRITERIA, DECAY_START
from rubrics.presets import load_preset, preset_names


def found(document: dict[str, Any]) -> dict[str, Reading]:
    return {reading.key: reading for reading in readings(document)}


@pytest.mark.parametrize(
    ("count", "verdict", "words"),
    [
        (9, Verdict.OFF, "very low"),
        (10, Verdict.EDGE, "low"),
        (15, Verdict.GOOD, "usual"),
        (25, Verdict.GOOD, "usual"),
        (26, Verdict.EDGE, "high"),
        (36, Verdict.OFF, "very high"),
    ],
)
def test_band_edges(count: int, verdict: Verdict, words: str) -> None:
    assert (CRITERIA.verdict(count), CRITERIA.words(count)) == (verdict, words)
    entries = [{"key": f"c{n}", "tiers": [{"points": 1}]} for n in range(count)]
    reading = found({"criteria": entries})["criteria"]
    assert (reading.verdict, reading.words, reading.value) == (verdict, words, str(count))


def test_the_standard_preset_is_usual_where_the_methodology_is() -> None:
    read = found(load_preset("standard"))
    assert {key for key, one in read.items() if one.verdict is not Verdict.GOOD} <= {"negative"}
    assert read["behavior"].value == "66.7 %"
    assert read["velocity"].value == "25 %"
    assert read["decay-start"].value == "14 days"


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_and_half_a_draft_can_be_read(name: str) -> None:
    assert readings(load_preset(name))
    half = {"criteria": [{"key": "a"}, {"tiers": [{}]}, {"per_unit": {"points": None}}]}
    assert readings(half)


def test_a_threshold_out_of_reach_is_told() -> None:
    criteria = [{"axis": "fit", "tiers": [{"points": 10}]}]
    read = found({"criteria": criteria, "thresholds": {"total": 80, "fit": 10, "behavior": 0}})
    assert read["threshold-total"].verdict is Verdict.OFF
    assert "10 at most" in read["threshold-total"].why
    assert read["threshold-fit"].verdict is Verdict.GOOD
    assert read["threshold-behavior"].verdict is Verdict.EDGE


def test_group_limits_and_caps_bound_the_weights() -> None:
    criteria = [
        {"axis": "fit", "tiers": [{"points": 80}]},
        {"axis": "behavior", "group": "g", "tiers": [{"points": 90}]},
        {"axis": "behavior", "per_unit": {"points": 5, "max": 2}},
    ]
    read = found({"criteria": criteria, "groups": {"g": {"max": 40}}, "limits": {"fit": 50}})
    assert read["behavior"].value == "50 %"


@pytest.mark.parametrize(
    ("decay", "start", "rate"),
    [
        ({"points": 10, "period": "30d"}, "30 days", "10 points a 30 days"),
        ({"points": 10, "period": "15d", "grace": "7d"}, "22 days", "20 points a 30 days"),
        ({"mode": "percent", "percent": 10, "period": "30d"}, "30 days", "10 % a 30 days"),
        ({"mode": "half_life", "period": "7d"}, "1 days", "94.9 % a 30 days"),
    ],
)
def test_silence_is_compared_per_30_days(decay: dict[str, Any], start: str, rate: str) -> None:
    read = found({"criteria": [], "decay": decay})
    assert (read["decay-start"].value, read["decay-rate"].value) == (start, rate)


def test_no_decay_has_no_bands_and_recency_has_hours() -> None:
    criteria = [{"recency": {"within": "2d", "factor": 1.5}}]
    read = found({"criteria": criteria, "decay": {"mode": "none"}})
    assert not {"decay-start", "decay-rate", "floor"} & read.keys()
    assert (read["recency"].value, read["recency"].verdict) == ("48 hours", Verdict.GOOD)
    assert DECAY_START.typical == "14 to 21 days"
