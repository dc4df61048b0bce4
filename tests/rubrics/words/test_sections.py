"""The sections of a document in sentences."""

from typing import Any

import pytest

from rubrics.words import Wording, event_words, section_passages

WHOLE: dict[str, Any] = {
    "limits": {"fit": 50, "behavior": 100},
    "decay": {"mode": "periods", "points": 10, "period": "30d", "grace": "0d", "floor": 5},
    "thresholds": {"total": 80, "fit": 15, "behavior": 40},
    "signals": {"up": {"name": "Upgraded"}},
    "criteria": [],
}
UPGRADED = {"measure": "count", "signals": ["up"], "less_than": 1}


def told(key: str, **sections: Any) -> list[str]:
    """The sentences of one section of a whole document with these sections."""
    document = {**WHOLE, **sections}
    passages = {passage.key: passage for passage in section_passages(document)}
    return list(passages[key].sentences) if key in passages else []


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        pytest.param(
            told("segment"), ["Scores all people that no segment's rubric takes."], id="everybody"
        ),
        pytest.param(
            told("segment", subject="account",
                 segment={"name": "Big", "order": 5, "when": [
                     {"measure": "is_present", "attribute": "account.plan", "is": False}]}),
            ["Scores the accounts of the segment “Big”: plan not known.",
             "Of several segments that fit, the lowest order takes precedence; this one's is 5."],
            id="a segment of accounts",
        ),
        pytest.param(
            told("groups", groups={"use": {"name": "Use", "max": 30, "min": 0}},
                 criteria=[{"key": "a", "name": "A", "group": "use"}]),
            ["The group “Use” counts at most 30 and at least 0 (“A”)."], id="a group",
        ),
        pytest.param(
            told("limits", limits={"fit": 40, "behavior": 90, "velocity_exceeds_cap": True}),
            ["Fit goes from 0 to 40, behavior from 0 to 90.",
             "The velocity bonus may lift behavior above its cap."], id="caps",
        ),
        pytest.param(
            told("limits", limits={"fit": 0, "behavior": 185}),
            ["There is no fit part. Behavior goes from 0 to 185."], id="no fit part",
        ),
        pytest.param(
            told("ceiling", ceiling={"behavior": 40, "name": "Long free", "when": [UPGRADED]}),
            ["Long free: behavior is at most 40 while all of this holds: “Upgraded” never."],
            id="a ceiling",
        ),
        pytest.param(told("ceiling"), [], id="no ceiling"),
        pytest.param(
            told("decay", decay={"mode": "none"}),
            ["Behavior does not fade: silence costs nothing."], id="no decay",
        ),
        pytest.param(
            told("decay", decay={**WHOLE["decay"], "grace": "7d", "points": 1,
                                 "expired": {"points": 20, "period": "7d"}, "silence": "both"}),
            ["Silence costs 1 point for each full 30 days, after 7 days without any cost, down to "
             "5.", "Once the trial is over it costs 20 points for each full 7 days, where that is "
             "more.", "Criteria that punish silence count besides."], id="a grace, and a trial",
        ),
        pytest.param(
            told("decay", decay={**WHOLE["decay"], "mode": "half_life"},
                 criteria=[{"key": "a", "role": "silence"}]),
            ["Silence costs half of what is left for every 30 days, growing evenly, down to 5.",
             "Of this and the criteria that punish silence only the larger counts."],
            id="half-life",
        ),
        pytest.param(
            told("cross_product", cross_product={"points": 10, "within": "30d", "products": 2}),
            ["+10 on behavior for whoever was active in 2 or more products within the last 30 "
             "days."], id="several products",
        ),
        pytest.param(told("combination"), ["The total is fit plus behavior."], id="a sum"),
        pytest.param(
            told("combination", limits={"fit": 0, "behavior": 185}),
            ["The total is the behavior."], id="behavior alone",
        ),
        pytest.param(
            told("combination", combination={"mode": "blend", "behavior": 70, "fit": 30}),
            ["The total is 0 to 100: 70 % behavior and 30 % fit, each as a share of its cap."],
            id="a blend",
        ),
        pytest.param(
            told("thresholds"),
            ["A PQL has a total of 80 or more, with a fit of 15 or more and a behavior of 40 or "
             "more."], id="thresholds",
        ),
        pytest.param(
            told("bands", bands=[{"at_least": 0, "name": "Cold"},
                                 {"at_least": 31, "name": "Warm", "meaning": "Nurture"}]),
            ["“Cold” is a total of 0 to 30.", "“Warm” is a total of 31 or more: Nurture."],
            id="bands",
        ),
        pytest.param(told("matrix"), [], id="no matrix"),
    ],
)  # fmt: skip
def test_sections_in_sentences(sentences: list[str], expected: list[str]) -> None:
    assert sentences == expected


@pytest.mark.parametrize("missing", ["segment", "ceiling", "cross_product", "matrix", "groups"])
def test_a_draft_that_lacks_everything_is_told(missing: str) -> None:
    filled: dict[str, Any] = {"groups": {"use": {}}}.get(missing, {"name": ""})
    sections = {**WHOLE, "limits": {}, "decay": {}, "thresholds": {}, "bands": [{}]}
    assert section_passages({**sections, missing: filled}, Wording())


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"event": "Logged In"}, "“Logged In”"),
        (
            {"event": "Pricing Viewed", "value": "page", "session": "visit",
             "where": [{"property": "signed_in", "op": "equals", "value": True},
                       {"property": "plan", "op": "missing"}]},
            "“Pricing Viewed” where signed_in is true and plan is missing; its value is page; its "
            "session is visit",
        ),
        (
            {"kind": "page", "event": "Pricing",
             "where": [{"property": "clicks", "op": "at_least", "value": 10}]},
            "a page view of “Pricing” where clicks is at least 10",
        ),
        ({"kind": "screen"}, "a screen view"),
    ],
)  # fmt: skip
def test_events_in_words(event: dict[str, Any], expected: str) -> None:
    assert event_words(event) == expected
