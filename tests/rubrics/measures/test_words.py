"""What was measured, in words a rep can read; and spans of time as text."""

import math
from typing import Any

import pytest
from psycopg import sql

from rubrics.measures import MEASURES, Names, SpecError, duration_text, duration_us
from rubrics.measures.base import (
    AttributeMeasure,
    HitMeasure,
    Hits,
    Measure,
    NestedMeasure,
    SubjectMeasure,
    duration_words,
)
from rubrics.measures.windows import window_words
from rubrics.scoring.types import DAY_US

NOTHING = sql.SQL("")
NAMES = Names({"used": 1}, {"used": "Used it", "seen": "Saw it"})
HOUR = 3_600_000_000
LISTS = {"personal": ["gmail.com"], "empty": []}


def words(measure: str, value: float | None, **raw: Any) -> str:
    kind = MEASURES[measure]
    if "signals" in kind.fields:
        raw.setdefault("signals", ["used"])
    return kind.describe(kind.parse(raw, "x", LISTS), value, NAMES)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param(words("count", 1), "Used it", id="once"),
        pytest.param(words("count", 3), "Used it ×3", id="three times"),
        pytest.param(words("count", None), "Used it ×0", id="not measured"),
        pytest.param(
            words("count", 2, signals=["seen", "used"]), "Saw it or Used it ×2", id="two signals"
        ),
        pytest.param(
            words("count", 2, signals=["a", "seen", "used"]), "a or 2 other signals ×2", id="three"
        ),
        pytest.param(
            words("count", 2, window={"first": "7d"}), "Used it ×2 in the first 7 days", id="first"
        ),
        pytest.param(words("distinct_days", 1), "Used it on 1 day", id="one day"),
        pytest.param(words("distinct_values", 2), "Used it: 2 different", id="values"),
        pytest.param(words("largest_value", 62.5), "Used it: up to 62.5", id="largest"),
        pytest.param(
            words("most_in_session", 3), "Used it: 3 different ones in one session", id="session"
        ),
        pytest.param(words("days_since", 75 * DAY_US), "No “Used it” for 75 days", id="since"),
        pytest.param(
            words("bursts", 0, size=5, window="48h"),
            "No burst of 5 key actions within 2 days", id="no burst",
        ),
        pytest.param(
            words("bursts", 1, size=5, window="48h"), "5+ key actions within 2 days", id="burst"
        ),
        pytest.param(
            words("bursts", 2, size=5, window="48h"),
            "5+ key actions within 2 days, 2 times", id="two bursts",
        ),
        pytest.param(words("distinct_sessions", 1), "Used it in 1 session", id="sessions"),
        pytest.param(
            words("longest_session", 12.34), "Used it: longest session 12.3 minutes", id="longest"
        ),
        pytest.param(
            words("weighted_count", 1.75, half_life="7d"),
            "Used it ×1.8, each halved every 7 days", id="fading",
        ),
        pytest.param(
            words("growth", 4, period="7d"), "Used it: 4 more than in the 7 days before", id="more"
        ),
        pytest.param(
            words("growth", -50, period="7d", **{"as": "percent"}),
            "Used it: 50 % less than in the 7 days before", id="less in percent",
        ),
        pytest.param(
            words("user_growth", 0, period="30d"),
            "Active users: as many as in the 30 days before", id="no growth of users",
        ),
        pytest.param(
            words("sequence", 2, steps=[["seen"], ["used"]], within="48h", window="trial"),
            "Saw it, then Used it within 2 days ×2 during the trial", id="sequence",
        ),
        pytest.param(
            words("since_last", 75 * DAY_US), "Last “Used it” 75 days ago", id="days ago"
        ),
        pytest.param(words("since_last", 5 * HOUR), "Last “Used it” 5 hours ago", id="hours ago"),
        pytest.param(words("since_last", 1), "Last “Used it” within the last hour", id="just now"),
        pytest.param(
            words("since_last", None, window="after_trial"),
            "No “Used it” after the trial", id="never",
        ),
        pytest.param(words("trial_age", 3 * DAY_US), "Signed up 3 days ago", id="age"),
        pytest.param(words("trial_over", None), "Trial not over", id="trial runs"),
        pytest.param(words("trial_over", DAY_US), "Trial over for 1 day", id="trial over"),
        pytest.param(
            words("active_products", 2, window={"last": "30d"}),
            "Active in 2 products in the last 30 days", id="products",
        ),
        pytest.param(words("active_users", 3), "Used it: 3 users", id="users"),
        pytest.param(words("share_active", 200 / 3), "Used it: 66.7 % of users", id="share"),
        pytest.param(
            words("departments", 2), "Used it: 2 different departments", id="departments"
        ),
        pytest.param(
            words("users_on_domain", 1),
            "1 user with an e-mail of the account's domain", id="domain",
        ),
        pytest.param(
            words("users_on_domain", None), "Account's domain not known", id="no domain"
        ),
        pytest.param(
            words("date_within", 1, attribute="account.funding_raised_at", within="90d"),
            "Funding raised within the last 90 days", id="recent date",
        ),
        pytest.param(
            words("date_within", 0, attribute="account.funding_raised_at", within="90d"),
            "Funding raised not within the last 90 days", id="old date",
        ),
        pytest.param(
            words("attribute_growth", 20, attribute="account.employees", period="90d"),
            "Company size +20 % in 90 days", id="grown",
        ),
        pytest.param(
            words("attribute_growth", -5, attribute="account.employees", period="90d"),
            "Company size −5 % in 90 days", id="shrunk",
        ),
        pytest.param(
            words("attribute_growth", None, attribute="account.employees", period="90d"),
            "Company size: growth not known", id="growth not known",
        ),
        pytest.param(
            words("number_in_range", 1, attribute="account.employees", ranges=[[50, 500]]),
            "Company size 50–500", id="range",
        ),
        pytest.param(
            words("number_in_range", 1, attribute="lead.age", ranges=[[None, 5], [9, None]]),
            "Age up to 5, 9 or more", id="open ranges",
        ),
        pytest.param(
            words("value_in_list", 1, attribute="lead.job_role", values=["dev", "OPS"]),
            "Job role is dev or OPS", id="values in a list",
        ),
        pytest.param(
            words("value_in_list", 1, attribute="lead.job_role", values="dev"),
            "Job role is dev", id="one value",
        ),
        pytest.param(
            words("text_matches", 1, attribute="lead.title", keywords=["VP"]),
            "Job title has VP", id="keywords",
        ),
        pytest.param(
            words("text_matches", 1, attribute="lead.title", present=True),
            "Job title known", id="any text",
        ),
        pytest.param(
            words("text_matches", 1, attribute="lead.title", keywords=list("abcdef")),
            "Job title has a or b or c or 3 more", id="many keywords",
        ),
        pytest.param(
            words("text_matches", 1, attribute="lead.title", list="personal"),
            "Job title has words of the list “personal”", id="keywords of a list",
        ),
        pytest.param(
            words("text_matches", 0, attribute="lead.title", list="personal"),
            "Job title has no words of the list “personal”", id="no keyword of a list",
        ),
        pytest.param(
            words("overlaps", 1, attribute="account.technologies", list="personal"),
            "Tools include some of the list “personal”", id="tools of a list",
        ),
        pytest.param(
            words("overlaps", 0, attribute="account.technologies", list="personal"),
            "Tools include none of the list “personal”", id="no tool of a list",
        ),
        pytest.param(
            words("overlaps", 1, attribute="account.technologies", any_of=["a", "b"]),
            "Tools include a or b", id="any of",
        ),
        pytest.param(
            words("overlaps", 1, attribute="account.technologies", all_of=["a", "b"]),
            "Tools include a and b", id="all of",
        ),
        pytest.param(
            words("email_domain_in", 1, list="personal"),
            "E-mail domain is in the list “personal”", id="named list",
        ),
        pytest.param(
            words("email_domain_in", 1, domains=[".edu"]),
            "E-mail domain is in the list “domains”", id="domains",
        ),
        pytest.param(words("is_present", 1, attribute="lead.phone"), "Phone known", id="present"),
        pytest.param(
            words("is_present", 1, attribute="lead.phone", missing=True),
            "Phone missing", id="missing",
        ),
        pytest.param(
            words("number_in_range", 0, attribute="account.employees", ranges=[[50, 500]]),
            "Company size not 50–500", id="outside the range",
        ),
        pytest.param(
            words("value_in_list", 0, attribute="lead.job_role", values=["dev", "OPS"]),
            "Job role is not dev or OPS", id="none of the values",
        ),
        pytest.param(
            words("text_matches", 0, attribute="lead.title", keywords=["VP", "CEO"]),
            "Job title has no VP or CEO", id="no keyword",
        ),
        pytest.param(
            words("overlaps", 0, attribute="account.technologies", any_of=["Segment"]),
            "Tools do not include Segment", id="none of the tools",
        ),
        pytest.param(
            words("email_domain_in", 0, list="personal"),
            "E-mail domain is not in the list “personal”", id="not in the list",
        ),
        pytest.param(
            words("is_present", 0, attribute="lead.phone"), "Phone missing", id="not present"
        ),
        pytest.param(
            words("is_present", 0, attribute="lead.phone", missing=True),
            "Phone known", id="not missing",
        ),
    ],
)  # fmt: skip
def test_describe(told: str, expected: str) -> None:
    assert told == expected


def need(measure: str, value: float, target: float, **raw: Any) -> tuple[str, int | None]:
    kind = MEASURES[measure]
    if isinstance(kind, HitMeasure):
        raw.setdefault("signals", ["used"])
    found = kind.need(kind.parse(raw, "x", LISTS), value, target, NAMES)
    return found.words, found.actions


LAST = {"last": "7d"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(need("count", 0, 1), ("“Used it”", 1), id="for the first time"),
        pytest.param(need("count", 0, 3), ("“Used it” 3 times", 3), id="three times"),
        pytest.param(need("count", 1, 2), ("“Used it” once more", 1), id="once more"),
        pytest.param(
            need("count", 2, 5, window=LAST), ("“Used it” 3 more times in the last 7 days", 3),
            id="in a window",
        ),
        pytest.param(need("distinct_days", 0, 1), ("“Used it” on 1 day", 1), id="a day"),
        pytest.param(
            need("distinct_days", 1, 3, window=LAST),
            ("“Used it” on 2 more days in the last 7 days", 2), id="more days in a window",
        ),
        pytest.param(
            need("distinct_days", 1, 3, window={"first": "7d"}),
            ("“Used it” on 2 more days in the first 7 days", None), id="days that may not come",
        ),
        pytest.param(
            need("distinct_days", 1, 8, window=LAST),
            ("“Used it” on 7 more days in the last 7 days", None), id="more days than the window",
        ),
        pytest.param(
            need("distinct_values", 1, 3), ("“Used it” with 2 more different ones", 2),
            id="values",
        ),
        pytest.param(
            need("largest_value", 20, 100), ("“Used it” with 100 or more", 1), id="at least",
        ),
        pytest.param(
            need("largest_value", 20, math.nextafter(50, 51)), ("“Used it” with more than 50", 1),
            id="more than",
        ),
        pytest.param(
            need("most_in_session", 2, 3), ("“Used it” with 3 different ones in one session", 3),
            id="a new session takes all of them",
        ),
        pytest.param(
            need("distinct_sessions", 1, 3), ("“Used it” in 2 more sessions", 2), id="sessions"
        ),
        pytest.param(
            need("weighted_count", 1.5, 3, half_life="30d"), ("“Used it” 2 more times", 2),
            id="weighted",
        ),
        pytest.param(
            need("growth", -1, 2, period="7d"),
            ("“Used it” 2 more than in the 7 days before", 3), id="growth",
        ),
        pytest.param(
            need("growth", 0, 50, period="7d", **{"as": "percent"}),
            ("“Used it” 50 % more than in the 7 days before", None), id="growth in percent",
        ),
        pytest.param(
            need("sequence", 0, 1, steps=[["used"], ["seen"]], within="48h"),
            ("“Used it”, then “Saw it” within 2 days", 2), id="steps in order",
        ),
        pytest.param(
            need("longest_session", 5, 20), ("Used it: longest session 20 minutes", None),
            id="how long cannot be asked for",
        ),
        pytest.param(need("days_since", DAY_US, 0), ("“Used it” again", 1), id="again"),
        pytest.param(
            need("days_since", DAY_US, 2 * DAY_US), ("No “Used it” for 2 days", None),
            id="time alone",
        ),
        pytest.param(
            need("bursts", 0, 1, size=5, window="48h"), ("5 key actions within 2 days", 5),
            id="the first burst",
        ),
        pytest.param(
            need("bursts", 1, 2, size=5, window="48h"), ("5 key actions within 2 days again", None),
            id="a further burst may have to wait",
        ),
        pytest.param(
            need("number_in_range", 0, 1, attribute="account.employees", ranges=[[50, 500]]),
            ("Company size 50–500", None), id="what is known of a company",
        ),
    ],
)  # fmt: skip
def test_need(found: tuple[str, int | None], expected: tuple[str, int | None]) -> None:
    assert found == expected


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("30m", 30 * 60_000_000), ("48h", 48 * HOUR), ("14d", 14 * DAY_US), ("1.5 h", 90 * 60_000_000),
     ("3650d", 3650 * DAY_US), ("0d", 0)],
)  # fmt: skip
def test_duration_us(text: str, microseconds: int) -> None:
    assert duration_us(text, "x") == microseconds


@pytest.mark.parametrize("text", ["14", "d", "-1d", "1w", "1e3d", "14d\n", 14, None, "3650.1d"])
def test_duration_us_refuses(text: object) -> None:
    with pytest.raises(SpecError):
        duration_us(text, "x")


@pytest.mark.parametrize(
    "microseconds",
    [0, 1, 59, 60_000_000, 60_000_001, 90 * 60_000_000, HOUR, 25 * HOUR, DAY_US, 30 * DAY_US + 1],
)
def test_duration_text_loses_nothing(microseconds: int) -> None:
    assert duration_us(duration_text(microseconds), "x") == microseconds


@pytest.mark.parametrize(
    ("microseconds", "expected"),
    [(HOUR, "1 hour"), (DAY_US, "24 hours"), (2 * DAY_US, "2 days"), (5_400_000_000, "90 minutes"),
     (61_000_000, "1 minute"), (36 * HOUR, "36 hours")],
)  # fmt: skip
def test_duration_words(microseconds: int, expected: str) -> None:
    assert duration_words(microseconds) == expected


def test_window_words() -> None:
    assert window_words(("lifetime", 0)) == ""
    assert window_words(("last", 30 * DAY_US)) == " in the last 30 days"
    assert window_words(("trial_last", 3 * DAY_US)) == " in the last 3 days of the trial"
    assert window_words(("trial", 0)) == " during the trial"


def test_every_measure_has_its_words() -> None:
    for key, measure in MEASURES.items():
        assert measure.key == key
        assert measure.label
        assert measure.unit in {"count", "number", "flag", "duration", "fading"}


def test_what_a_new_measure_must_say() -> None:
    """A measure that forgets its half fails at once, not quietly."""
    with pytest.raises(NotImplementedError):
        Measure().parse({}, "x", {})
    with pytest.raises(NotImplementedError):
        Measure().describe({}, 1, NAMES)
    with pytest.raises(NotImplementedError):
        HitMeasure().aggregate({}, NOTHING)
    with pytest.raises(NotImplementedError):
        NestedMeasure().subquery({}, NAMES, NOTHING, Hits(NOTHING, NOTHING, NOTHING))
    with pytest.raises(NotImplementedError):
        SubjectMeasure().value({}, NOTHING)
    with pytest.raises(NotImplementedError):
        AttributeMeasure().value({})
