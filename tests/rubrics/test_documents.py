"""Rubric documents: what is refused, in words that name the field and the fix."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from rubrics.documents import parse_document, used_signals
from rubrics.measures import SpecError

GOOD: dict[str, Any] = {
    "format": 1,
    "rubric": "small",
    "signals": {"logged_in": {"events": [{"event": "Logged In"}]}},
    "lists": {"personal": ["gmail.com"]},
    "criteria": [
        {"key": "logins", "measure": "count", "signals": ["logged_in"], "tiers": [{"points": 5}]},
    ],
}
BURST = {"role": "velocity", "measure": "bursts", "size": 5, "window": "48h"}
SIZE = {"measure": "number_in_range", "attribute": "account.employees"}
TITLE = {"measure": "text_matches", "attribute": "lead.title"}
TIERS = [{"points": 5}]


def criterion(**fields: Any) -> dict[str, Any]:
    """A change that replaces the one criterion; by default it counts logins."""
    whole = {"key": "x", "measure": "count", "signals": ["logged_in"], **fields}
    if "attribute" in whole or whole["measure"] == "email_domain_in":
        del whole["signals"]
    return {"criteria": [whole]}


def tier(**fields: Any) -> dict[str, Any]:
    return criterion(tiers=[{"points": 5, **fields}])


def fit_tier(base: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return criterion(**base, tiers=[{"points": 5, **fields}])


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "another format": ({"format": 2}, "format", "reads format 1"),
    "a misspelt section": ({"treshold": {}}, "document.treshold", "known are"),
    "no criteria": ({"criteria": []}, "criteria", "at least one"),
    "criteria that are a word": ({"criteria": "many"}, "criteria", "list at least one"),
    "a rubric with blanks": ({"rubric": "my rubric"}, "rubric", "no key"),
    "a section that is a list": ({"limits": [1]}, "limits", "is a mapping"),
    "a list that is one text": ({"lists": {"x": "gmail.com"}}, "lists.x", "list of texts"),
    "a list that still is a reference": ({"lists": {"x": {"shipped": "x"}}}, "lists.x", "texts"),
    "a list with NO in it": ({"lists": {"x": [False]}}, "lists.x", "quote it"),
    "activity signals as one text": ({"activity_signals": "logged_in"}, "activity_signals", "list"),
    "a signal that is a word": ({"signals": {"a": "b"}}, "signals.a", "mapping"),
    "a signal key with blanks": ({"signals": {"a b": {}}}, "signals", "no key"),
    "a signal with a strange field": ({"signals": {"a": {"x": 1}}}, "signals.a.x", "known are"),
    "activity in words": ({"signals": {"a": {"activity": "yes"}}}, "signals.a.activity", "true"),
    "events that are a word": ({"signals": {"a": {"events": "E"}}}, "signals.a.events", "list"),
    "an event that is a word": ({"signals": {"a": {"events": ["E"]}}}, "signals.a.events[1]", "{"),
    "an event without a name": (
        {"signals": {"a": {"events": [{"value": "x"}]}}}, "signals.a.events[1].event", "name the",
    ),
    "a threshold below zero": ({"thresholds": {"fit": -1}}, "thresholds.fit", "0 or more"),
    "a threshold in words": ({"thresholds": {"total": "80"}}, "thresholds.total", "whole number"),
    "a cap that is half a point": ({"limits": {"fit": 0.5}}, "limits.fit", "whole number"),
    "a cap in words": ({"limits": {"velocity_exceeds_cap": "no"}}, "limits.velocity_exceeds_cap",
                       "neither true nor false"),
    "a decay mode that is none": ({"decay": {"mode": ["x"]}}, "decay.mode", "periods"),
    "decay that gives": ({"decay": {"points": -1}}, "decay.points", "0 or more"),
    "decay without a period": ({"decay": {"period": "0d"}}, "decay.period", "longer than nothing"),
    "a length of time in words": ({"decay": {"period": "a month"}}, "decay.period", "30m, 48h"),
    "a length of time beyond reason": ({"decay": {"grace": "3651d"}}, "decay.grace", "ten years"),
    "a floor below zero": ({"decay": {"floor": -5}}, "decay.floor", "0 or more"),
    "silence neither way": ({"decay": {"silence": ["both"]}}, "decay.silence", "larger or both"),
    "a criterion without a key": ({"criteria": [{}]}, "criteria[1].key", "no key"),
    "a key with blanks": (criterion(key="my key", tiers=TIERS), "criteria[1].key", "company_size"),
    "a key given twice": ({"criteria": GOOD["criteria"] * 2}, "criteria.logins", "twice"),
    "an unknown measure": (criterion(measure="x"), "criteria.x.measure", "is one of count"),
    "an unknown axis": (criterion(axis="x"), "criteria.x.axis", "fit, behavior"),
    "behavior on the fit axis": (criterion(axis="fit"), "criteria.x.axis", "behavior, not fit"),
    "an unknown role": (criterion(role="x"), "criteria.x.role", "velocity, silence"),
    "fit with a role": (criterion(**SIZE, role="silence"), "criteria.x.role", "only behavior"),
    "a field of another measure": (criterion(ranges=[]), "criteria.x.ranges", "known are"),
    "a name too long to show": (criterion(name="x" * 121, tiers=TIERS), "criteria.x.name", "120"),
    "a source too long to keep": (criterion(source="x" * 301), "criteria.x.source", "300 at most"),
    "no points at all": (criterion(), "criteria.x", "give one of per_period, per_unit, tiers"),
    "two ways to points": (
        criterion(tiers=TIERS, per_unit={"points": 1}), "criteria.x", "give one of",
    ),
    "a bonus that is none": (
        criterion(tiers=TIERS, points_per_burst=5), "criteria.x.points_per_burst", "does not go",
    ),
    "no tiers": (criterion(tiers=[]), "criteria.x.tiers", "at least one"),
    "tiers that are a word": (criterion(tiers="x"), "criteria.x.tiers", "list at least one"),
    "a tier with a strange field": (tier(atleast=3), "criteria.x.tiers[1].atleast", "known are"),
    "a tier without points": (tier(points=None), "criteria.x.tiers[1].points", "whole number"),
    "points beyond reason": (tier(points=10_001), "criteria.x.tiers[1].points", "whole number"),
    "points that are true": (tier(points=True), "criteria.x.tiers[1].points", "whole number"),
    "a threshold that is text": (tier(at_least="3"), "criteria.x.tiers[1].at_least", "no number"),
    "an infinite threshold": (tier(more_than=float("inf")), "criteria.x.tiers[1].more_than", "inf"),
    "two thresholds": (tier(at_least=1, more_than=1), "criteria.x.tiers[1]", "either at_least"),
    "a label too long to show": (tier(label="x" * 121), "criteria.x.tiers[1].label", "120"),
    "no signals": (tier(signals=[]), "criteria.x.tiers[1].signals", "one or more signals"),
    "a signal that is a number": (tier(signals=[1]), "criteria.x.tiers[1].signals", "one or more"),
    "a window in words": (tier(window="week"), "criteria.x.tiers[1].window", "{first: 7d}"),
    "a window of nothing": (tier(window={"last": "0h"}), "criteria.x.tiers[1].window", "nothing"),
    "an unknown window": (tier(window={"next": "7d"}), "criteria.x.tiers[1].window", "left out"),
    "per unit in words": (criterion(per_unit="2"), "criteria.x.per_unit", "mapping"),
    "per unit without points": (criterion(per_unit={}), "criteria.x.per_unit.points", "whole"),
    "per unit at most none": (
        criterion(per_unit={"points": 1, "max": 0}), "criteria.x.per_unit.max", "1 or more",
    ),
    "per period of a count": (
        criterion(per_period={"points": 1, "period": "1d"}), "criteria.x.per_period", "days_since",
    ),
    "per unit of a span": (
        criterion(measure="days_since", per_unit={"points": 1}), "criteria.x.per_unit", "all other",
    ),
    "per unit of yes or no": (
        criterion(**SIZE, ranges=[[1, 2]], per_unit={"points": 1}), "criteria.x.per_unit", "tiers",
    ),
    "a period of nothing": (
        criterion(measure="days_since", per_period={"points": -1, "period": "0d"}),
        "criteria.x.per_period.period", "longer than nothing",
    ),
    "silence that gives": (
        criterion(measure="days_since", role="silence", tiers=TIERS),
        "criteria.x.tiers[1].points", "0 or less",
    ),
    "a bonus of both kinds": (
        criterion(**BURST, points_per_burst=5, share_of_base=0.5), "criteria.x", "give one of",
    ),
    "a bonus of tiers": (
        criterion(**BURST, points_per_burst=5, tiers=TIERS), "criteria.x.tiers", "does not go",
    ),
    "a bonus that takes": (
        criterion(**BURST, points_per_burst=-5), "criteria.x.points_per_burst", "0 or more",
    ),
    "a share in words": (
        criterion(**BURST, share_of_base="half"), "criteria.x.share_of_base", "no number",
    ),
    "a share of nothing": (
        criterion(**BURST, share_of_base=0), "criteria.x.share_of_base", "more than 0",
    ),
    "a bonus for idling": (
        criterion(measure="days_since", role="velocity", points_per_burst=5),
        "criteria.x.measure", "goes with a count",
    ),
    "a burst of one": (
        criterion(**{**BURST, "size": 1}, points_per_burst=5), "criteria.x.size", "2 or more",
    ),
    "a burst within nothing": (
        criterion(**{**BURST, "window": "0h"}, points_per_burst=5), "criteria.x.window", "nothing",
    ),
    "no attribute": (criterion(measure="is_present", tiers=TIERS),
                     "criteria.x.signals", "known are"),
    "an attribute of nobody": (
        fit_tier({**TITLE, "attribute": "title"}, present=True),
        "criteria.x.tiers[1].attribute", "lead.title",
    ),
    "an attribute that is a number": (
        fit_tier({**TITLE, "attribute": 5}, present=True),
        "criteria.x.tiers[1].attribute", "names what to look at",
    ),
    "no ranges": (fit_tier(SIZE), "criteria.x.tiers[1].ranges", "[[50, 500]]"),
    "a range of one end": (fit_tier(SIZE, ranges=[[5]]), "criteria.x.tiers[1].ranges", "no [from"),
    "a range of texts": (fit_tier(SIZE, ranges=[["5", 6]]), "criteria.x.tiers[1].ranges", "number"),
    "a range without ends": (
        fit_tier(SIZE, ranges=[[None, None]]), "criteria.x.tiers[1].ranges", "one end",
    ),
    "a range to infinity": (
        fit_tier(SIZE, ranges=[[5, float("inf")]]), "criteria.x.tiers[1].ranges", "no number",
    ),
    "a range backwards": (
        fit_tier(SIZE, ranges=[[6, 5]]), "criteria.x.tiers[1].ranges", "backwards",
    ),
    "yes or no with a threshold": (
        fit_tier(SIZE, ranges=[[5, 6]], at_least=0), "criteria.x.tiers[1].at_least", "yes or no",
    ),
    "no keywords": (fit_tier(TITLE), "criteria.x.tiers[1].keywords", "one or more texts"),
    "an empty keyword": (fit_tier(TITLE, keywords=[" "]), "criteria.x.tiers[1].keywords", "quotes"),
    "a keyword no database keeps": (
        fit_tier(TITLE, keywords=["a\0"]), "criteria.x.tiers[1].keywords", "quotes",
    ),
    "keywords, or any text": (
        fit_tier(TITLE, keywords=["VP"], present=True), "criteria.x.tiers[1]", "either keywords",
    ),
    "present in words": (fit_tier(TITLE, present="yes"), "criteria.x.tiers[1].present", "neither"),
    "Norway unquoted": (
        criterion(measure="value_in_list", attribute="lead.country",
                  tiers=[{"values": ["SE", False], "points": 1}]),
        "criteria.x.tiers[1].values", "False is no text; write it in quotes",
    ),
    "no values": (
        criterion(measure="value_in_list", attribute="lead.country", tiers=TIERS),
        "criteria.x.tiers[1]", "either values or list",
    ),
    "values and a list": (
        criterion(measure="value_in_list", attribute="lead.country",
                  tiers=[{"values": ["SE"], "list": "personal", "points": 1}]),
        "criteria.x.tiers[1]", "either values or list",
    ),
    "both any and all": (
        criterion(measure="overlaps", attribute="lead.x",
                  tiers=[{"any_of": ["a"], "all_of": ["b"], "points": 1}]),
        "criteria.x.tiers[1]", "either any_of, all_of or list",
    ),
    "a set of both its own and a list's": (
        criterion(measure="overlaps", attribute="lead.x",
                  tiers=[{"any_of": ["a"], "list": "personal", "points": 1}]),
        "criteria.x.tiers[1]", "either any_of, all_of or list",
    ),
    "keywords and a list": (
        fit_tier(TITLE, keywords=["VP"], list="personal"),
        "criteria.x.tiers[1]", "either keywords or list",
    ),
    "a list, or any text": (
        fit_tier(TITLE, list="personal", present=True), "criteria.x.tiers[1]", "a list or present",
    ),
    "keywords of a list that is not there": (
        fit_tier(TITLE, list="titles"), "criteria.x.tiers[1].list", "there are: personal",
    ),
    "a list that is not there": (
        criterion(measure="email_domain_in", tiers=[{"list": "rivals", "points": -30}]),
        "criteria.x.tiers[1].list", "there are: personal",
    ),
    "missing in words": (
        criterion(measure="is_present", attribute="lead.x", tiers=[{"missing": 1, "points": 1}]),
        "criteria.x.tiers[1].missing", "neither true nor false",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where", "fix"), [pytest.param(*case, id=name) for name, case in BAD.items()]
)
def test_parse_document_refuses(change: dict[str, Any], where: str, fix: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_document({**copy.deepcopy(GOOD), **change})
    assert error.value.where == where
    assert fix in str(error.value)


def test_parse_document_defaults() -> None:
    """What a document leaves out is the design's default."""
    version = parse_document({"criteria": GOOD["criteria"]})
    thresholds = version.thresholds
    assert (thresholds.total, thresholds.fit, thresholds.behavior) == (80, 15, 40)
    assert (version.max_fit, version.max_behavior, version.velocity_exceeds_cap) == (50, 100, False)
    assert (version.decay.points, version.decay.floor, version.decay.both) == (10, 5, False)
    assert version.decay.period_us == 30 * 86_400_000_000
    assert used_signals(version) == {"logged_in"}


def test_equal_measurements_share_a_column() -> None:
    again = {**GOOD["criteria"][0], "key": "again", "signals": "logged_in"}
    version = parse_document({**GOOD, "criteria": [GOOD["criteria"][0], again]})
    assert len(version.columns) == 1
