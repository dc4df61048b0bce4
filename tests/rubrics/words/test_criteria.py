"""Criteria in sentences: every measure, every form of points, and every shipped preset."""

import re
from typing import Any

import pytest

from rubrics.documents import parse_document
from rubrics.measures import MEASURES
from rubrics.presets import load_preset, preset_names
from rubrics.words import Wording, condition_words, criterion_words, section_passages
from rubrics.words.attributes import ANSWERS
from rubrics.words.measured import NUMBERS

WORDING = Wording(
    signals={"in": "Logged in", "up": "Upgraded", "seen": "Viewed pricing"},
    lists={"rivals": 3, "none": 0},
    groups={"use": "Use"},
)
IN = ["in"]
PERIOD = {"signals": IN, "period": "7d"}
SIZE = "account.employees"


def rule(measure: str, tier: dict[str, Any] | None = None, **params: Any) -> str:
    """The sentence of a criterion with one tier of 10 points."""
    entry = {"key": "x", "measure": measure, "tiers": [{"points": 10, **(tier or {})}], **params}
    (told,) = criterion_words(entry, WORDING).rules
    return told.sentence.removesuffix(": +10")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (rule("count", signals=IN), "“Logged in” at least once"),
        (
            rule("count", {"at_least": 5}, signals=IN, window={"first": "7d"}),
            "“Logged in” 5 or more times in the first 7 days",
        ),
        (
            rule("count", {"more_than": 1}, signals=["in", "up"], window="trial"),
            "“Logged in” or “Upgraded” more than 1 time during the trial",
        ),
        (
            rule("distinct_days", {"at_least": 3}, signals=IN, window={"trial_last": "3d"}),
            "“Logged in” on 3 or more days in the last 3 days of the trial",
        ),
        (
            rule("distinct_values", {"at_least": 2}, signals=IN, window="after_trial"),
            "“Logged in” with 2 or more different values after the trial",
        ),
        (rule("distinct_sessions", signals=IN), "“Logged in” in at least 1 session"),
        (
            rule("largest_value", {"more_than": 50}, signals=IN),
            "“Logged in” with a value of more than 50",
        ),
        (
            rule("most_in_session", {"at_least": 3}, signals=IN),
            "“Logged in” with 3 or more different values in one session",
        ),
        (
            rule("longest_session", {"at_least": 20}, signals=IN, window={"last": "48h"}),
            "A session of 20 or more minutes with “Logged in” in the last 48 hours",
        ),
        (
            rule("weighted_count", {"at_least": 2.5}, signals=IN, half_life="36h"),
            "“Logged in” 2.5 or more times, each halved after 36 hours",
        ),
        (
            rule("growth", {"at_least": 3}, **PERIOD),
            "“Logged in” up by 3 or more in the last 7 days, compared with the 7 days before",
        ),
        (
            rule("growth", {"more_than": -50}, signals=IN, period="7d", **{"as": "percent"}),
            "“Logged in” down by less than 50 % in the last 7 days, compared with the 7 days "
            "before",
        ),
        (
            rule("growth", {"at_least": 0}, **PERIOD),
            "“Logged in” up or unchanged in the last 7 days, compared with the 7 days before",
        ),
        (
            rule("user_growth", {"more_than": 0}, **PERIOD),
            "Users with “Logged in” up in the last 7 days, compared with the 7 days before",
        ),
        (
            rule("sequence", steps=[["seen"], ["up", "in"]], within="7d"),
            "“Viewed pricing”, then “Upgraded” or “Logged in” within 7 days, at least once",
        ),
        (
            rule("bursts", signals=["in", "up"], size=5, window="48h"),
            "At least 1 burst of 5 or more within 48 hours of “Logged in” or “Upgraded”",
        ),
        (
            rule("days_since", {"at_least": "14d"}, signals=IN),
            "14 days or more since the last “Logged in” (since the sign-up if never)",
        ),
        (
            rule("since_last", {"at_least": 3}, signals=IN),
            "3 days or more since the last “Logged in”",
        ),
        (rule("trial_age", {"more_than": "90d"}), "More than 90 days since the sign-up"),
        (rule("trial_over", {"at_least": "36h"}), "36 hours or more since the trial ended"),
        (
            rule("active_products", {"at_least": 2}, window={"last": "30d"}),
            "Active in 2 or more products in the last 30 days",
        ),
        (rule("active_users", {"at_least": 3}, signals=IN), "3 or more users with “Logged in”"),
        (
            rule("share_active", {"at_least": 50}, signals=IN),
            "50 % or more of the users with “Logged in”",
        ),
        (
            rule("departments", {"at_least": 2}, signals=IN),
            "“Logged in” by users of 2 or more different departments",
        ),
        (
            rule("users_on_domain", {"at_least": 5}),
            "5 or more users with an e-mail of the company's domain",
        ),
        (
            rule("number_in_range", attribute=SIZE, ranges=[[25, 49], [12_500, None], [7, 7]]),
            "Company size 25 to 49, or 12,500 or more, or 7",
        ),
        (
            rule("value_in_list", attribute="lead.country", values=["US", "Canada"]),
            "Country is US or Canada",
        ),
        (
            rule("value_in_list", attribute="account.domain", list="rivals"),
            "Domain is in the list “rivals” (3 entries)",
        ),
        (rule("text_matches", attribute="lead.title", keywords=["VP"]), "Job title has VP"),
        (rule("text_matches", attribute="lead.title", present=True), "Job title known"),
        (
            rule("text_matches", attribute="lead.title", list="rivals"),
            "Job title has words of the list “rivals” (3 entries)",
        ),
        (
            rule("overlaps", attribute="account.technologies", list="none"),
            "Tools include some of the list “none” (still empty)",
        ),
        (
            rule("overlaps", attribute="account.technologies", all_of=["A", "B"]),
            "Tools include all of A, B",
        ),
        (
            rule("overlaps", attribute="account.technologies", any_of=["A", "B"]),
            "Tools include A or B",
        ),
        (
            rule("email_domain_in", list="none"),
            "E-mail domain is in the list “none” (still empty)",
        ),
        (rule("email_domain_in", domains=".edu"), "E-mail domain is .edu"),
        (rule("is_present", attribute="lead.phone", missing=True), "Phone not known"),
        (
            rule("date_within", attribute="account.funding_raised_at", within="90d"),
            "Funding raised within the last 90 days",
        ),
        (
            rule("attribute_growth", {"at_least": 10}, attribute=SIZE, period="90d"),
            "Company size up by 10 % or more in the last 90 days",
        ),
    ],
)
def test_a_tier_is_a_sentence(told: str, expected: str) -> None:
    assert told == expected


def test_every_measure_has_its_phrase() -> None:
    assert NUMBERS.keys() | ANSWERS.keys() == MEASURES.keys()
    assert ANSWERS.keys() == {key for key, one in MEASURES.items() if one.unit == "flag"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param(
            {"measure": "count", "signals": IN, "per_unit": {"points": 2, "max": 10}},
            "“Logged in” each time: +2, at most 10 times", id="per unit",
        ),
        pytest.param(
            {"measure": "distinct_days", "signals": IN, "per_unit": {"points": 1}},
            "“Logged in” on each day: +1", id="without end",
        ),
        pytest.param(
            {"measure": "days_since", "signals": IN,
             "per_period": {"points": -10, "period": "14d", "max": 3}},
            "Every full 14 days since the last “Logged in” (since the sign-up if never): −10, "
            "at most 3 times", id="per period",
        ),
        pytest.param(
            {"measure": "bursts", "signals": IN, "size": 5, "window": "36h", "role": "velocity",
             "points_per_burst": 25},
            "Each burst of 5 or more within 36 hours of “Logged in”: +25, once", id="velocity",
        ),
        pytest.param(
            {"measure": "count", "signals": IN, "role": "velocity", "share_of_base": 0.125,
             "max_bursts": None},
            "“Logged in” each time: +12.5 % of the points before it", id="a share",
        ),
    ],
)  # fmt: skip
def test_points_for_each(entry: dict[str, Any], expected: str) -> None:
    (told,) = criterion_words({"key": "x", **entry}, WORDING).rules
    assert told.sentence == expected


def test_a_tiers_own_parameters_stand_first() -> None:
    entry = {
        "key": "pricing",
        "measure": "count",
        "window": {"first": "7d"},
        "tiers": [{"signals": ["seen"], "points": 10, "label": "Saw it"}, {"points": -3}],
        "signals": IN,
    }
    told = criterion_words(entry, WORDING)
    assert [one.sentence for one in told.rules] == [
        "“Viewed pricing” at least once in the first 7 days: +10",
        "“Logged in” at least once in the first 7 days: −3",
    ]
    assert (told.name, told.rules[0].label) == ("Pricing", "Saw it")


def test_what_else_is_true_of_a_criterion() -> None:
    entry = {
        "key": "x", "measure": "count", "signals": IN, "tiers": [], "role": "silence",
        "group": "use", "proxy_for": "Depth", "recency": {"within": "48h", "factor": 1.5},
    }  # fmt: skip
    assert criterion_words(entry, WORDING).notes == (
        "Shares the limit of the group “Use”",
        "Stands in for “Depth”, which is not tracked",
        "Counts ×1.5 while the last time is less than 48 hours ago",
        "Counts as a penalty for silence",
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"measure": "count", "signals": IN, "less_than": 1}, "“Logged in” never"),
        ({"measure": "count", "signals": IN, "at_most": 3}, "“Logged in” at most 3 times"),
        ({"measure": "distinct_days", "signals": IN, "at_most": 0}, "“Logged in” on no day"),
        ({"measure": "count", "signals": IN, "less_than": 3}, "“Logged in” fewer than 3 times"),
        ({"measure": "trial_age", "less_than": "7d"}, "less than 7 days since the sign-up"),
        (
            {"measure": "largest_value", "signals": IN, "at_most": 50},
            "“Logged in” with no value of more than 50",
        ),
        (
            {"measure": "attribute_growth", "attribute": SIZE, "period": "30d", "at_most": -5},
            "company size down by 5 % or more in the last 30 days",
        ),
        (
            {"measure": "value_in_list", "attribute": "lead.plan", "values": ["a"], "is": False},
            "plan is not a",
        ),
        (
            {"measure": "value_in_list", "attribute": "lead.plan", "list": "rivals", "is": False},
            "plan is not in the list “rivals” (3 entries)",
        ),
        ({"measure": "email_domain_in", "domains": ["a.b"], "is": "unknown"}, "email not known"),
        ({"measure": "is_present", "attribute": "lead.plan", "is": False}, "plan not known"),
    ],
)
def test_a_condition_is_a_phrase(condition: dict[str, Any], expected: str) -> None:
    assert condition_words(condition, WORDING) == expected


def test_long_lists_are_counted() -> None:
    wording = Wording(most=3)
    assert wording.any_of(list("abc")) == "a, b or c"
    assert wording.any_of(list("abcde")) == "a, b or one of 3 more"


@pytest.mark.parametrize("measure", [*MEASURES, "", None])
def test_a_draft_that_lacks_everything_is_told(measure: str | None) -> None:
    entry: dict[str, Any] = {"key": "x", "measure": measure, "tiers": [{"points": None}]}
    (told,) = criterion_words(entry, Wording()).rules
    assert told.worth == "…"
    for form in ("per_unit", "per_period"):
        assert criterion_words({"key": "x", "measure": measure, form: {}}, Wording()).rules
    assert condition_words({"measure": measure, "is": False}, Wording())


@pytest.mark.parametrize("name", preset_names())
def test_presets_are_told_whole(name: str) -> None:
    """One sentence a rule; no key of the code, no gap, nothing double."""
    document = load_preset(name)
    parse_document(document)
    wording = Wording.of(document)
    sentences = []
    for entry in document["criteria"]:
        told = criterion_words(entry, wording)
        assert len(told.rules) == len(entry.get("tiers", "x"))
        sentences += [one.sentence for one in told.rules] + list(told.notes)
    for passage in section_passages({"limits": {}, "decay": {}, "thresholds": {}, **document}):
        sentences += passage.sentences
    for sentence in sentences:
        assert not re.search(r"\w_\w|  |…|None|\bin not\b|[({\[]\)", sentence), sentence
        assert sentence[0] in "“+−" or sentence[0].isupper() or sentence[0].isdigit(), sentence
