"""What a preview says of its numbers, and no more than they carry."""

from typing import Any

import pytest

from rubrics.models import Preview
from rubrics.previews.summary import charts, judge_share, summarize
from rubrics.previews.tallies import add, as_json, count_all, new_tallies
from rubrics.previews.verdict import comparison, flag_words, verdict
from tests.rubrics.previews.previewed import DRAFT


def preview(**tallies: dict[str, int]) -> Preview:
    names = {name.replace("_", "."): counts for name, counts in tallies.items()}
    return Preview(tallies=names, document=DRAFT, kept=3)


def test_tallies_add_up_in_any_order() -> None:
    first, second = new_tallies(), new_tallies()
    count_all(first, "now.total", [5, 5, 8])
    count_all(second, "now.total", [8, 0])
    add(first, second)
    assert as_json(first) == {"now.total": {"5": 2, "8": 2, "0": 1}}
    assert new_tallies(as_json(first)) == first


def test_net_and_churn() -> None:
    found = summarize(
        preview(
            now_pqls={"all": 8}, then_pqls={"all": 5},
            moves={"entered": 1, "left": 4, "stayed": 4, "moved": 2, "changed": 9},
        )
    )  # fmt: skip
    assert (found.net, found.lost_net, found.churn_percent) == (-3, 3, 50)
    assert (found.entered, found.left, found.moved, found.changed) == (1, 4, 2, 9)
    assert not found.is_cut
    assert summarize(preview()).churn_percent is None


def test_more_than_are_kept_by_name() -> None:
    assert summarize(preview(moves={"entered": 6_000, "left": 4_001})).is_cut


def test_near_misses_add_up_from_the_nearest() -> None:
    near = {"1": 1, "5": 2, "6": 4, "20": 8}
    found = summarize(preview(now_short=near, then_short={"10": 3}))
    assert [(count.now, count.then) for count in found.near] == [(3, 0), (7, 3), (15, 3)]


def test_bands_in_the_drafts_order_then_those_it_lacks() -> None:
    bands = [{"at_least": 0, "name": "Warm"}, {"at_least": 9, "name": "Hot"}]
    told = preview(now_bands={"Cold": 1}, then_bands={"Hot": 2, "Warm": 3})
    told.document = {**DRAFT, "bands": bands}
    found = summarize(told).bands
    assert [(count.label, count.now, count.then) for count in found] == [
        ("Warm", 0, 3), ("Hot", 0, 2), ("Cold", 1, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pqls", "sign_ups", "level"),
    [
        pytest.param(2, 29, "", id="too few to judge"),
        pytest.param(29, 1000, "off", id="under 3 %"),
        pytest.param(30, 1000, "edge", id="3 %"),
        pytest.param(50, 1000, "good", id="5 %"),
        pytest.param(150, 1000, "good", id="15 %"),
        pytest.param(151, 1000, "edge", id="above 15 %"),
        pytest.param(250, 1000, "edge", id="25 %"),
        pytest.param(251, 1000, "off", id="above 25 %"),
    ],
)
def test_share_against_the_benchmark(pqls: int, sign_ups: int, level: str) -> None:
    assert judge_share(pqls, sign_ups)[0] == level


def test_shares_of_the_last_days() -> None:
    found = summarize(
        preview(
            seen={"30": 40, "90": 0, "all": 400}, now_pqls={"all": 4}, then_pqls={"30": 4, "all": 8}
        )
    ).shares
    assert [(share.label, share.then_percent, share.level) for share in found] == [
        ("Last 30 days", 10, "good"), ("Last 90 days", None, ""), ("All sign-ups", 2, "off"),
    ]  # fmt: skip
    assert found[2].now_percent == 1


@pytest.mark.django_db
def test_charts_of_all_axes_with_the_drafts_thresholds() -> None:
    told = preview(now_total={"5": 1}, then_total={"12": 1}, then_fit={"0": 2})
    drawn = charts(told)
    assert [chart.title for chart in drawn] == ["Total", "Fit"]
    assert drawn[0].drawn.then_mark is not None
    assert drawn[0].drawn.then_mark.value == 12
    assert drawn[0].drawn.now_mark is None


def told(**values: Any) -> dict[str, Any]:
    given = {"leads": 200, "positives": 50, "now": {}, "then": {}}
    return {**given, "auc_difference": {"value": 0.05, "low": 0.01, "high": 0.09}, **values}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "better: its AUC differs by +0.050 (+0.010 to +0.090)"),
        ({"auc_difference": {"value": -0.1, "low": -0.2, "high": -0.05}}, "worse"),
        ({"auc_difference": {"value": 0.05, "low": -0.01, "high": 0.11}}, "may be chance"),
        ({"auc_difference": {"value": 0.0, "low": 0.0, "high": 0.0}}, "alike"),
        ({"positives": 9}, "Only 9 of these leads converted"),
        ({"positives": 191}, "Only 9 of these leads did not convert"),
    ],
)
def test_verdict_claims_no_more_than_the_interval_carries(values: Any, words: str) -> None:
    assert words in verdict(told(**values))


def test_verdict_without_anything_published() -> None:
    alone = told()
    del alone["now"]
    assert verdict(alone).startswith("Nothing is published yet")


def test_flag_words() -> None:
    flags = {
        "converted": {"only_now": 1, "only_then": 12, "chance": 0.003},
        "others": {"only_now": 2, "only_then": 3, "chance": 1.0},
    }
    assert flag_words({"flags": flags}) == [
        "Of the leads that converted, 12 would be PQLs by the draft only and 1 by what is published"
        " only.",
        "Of the leads that did not convert, 3 would be PQLs by the draft only and 2 by what is "
        "published only; that split may be chance.",
    ]
    assert flag_words({"flags": {"others": {"only_now": 0, "only_then": 0, "chance": 1.0}}}) == []


def test_no_comparison_without_examples() -> None:
    assert comparison(Preview(evaluation=None)) is None
    assert comparison(Preview(evaluation={"leads": 0, "positives": 0})) is None
