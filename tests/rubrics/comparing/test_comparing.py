"""Two rubrics compared in words."""

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings

from rubrics.comparing import Kind, compare_documents
from rubrics.documents.criteria import FORMS, VELOCITY_FORMS
from rubrics.presets import load_preset, preset_names
from rubrics.rows import whole_document
from tests.depth import EXAMPLES
from tests.rubrics.test_rows import whole_documents

BASE: dict[str, Any] = {
    "rubric": "base",
    "signals": {
        "in": {"name": "Logged in", "events": [{"event": "Logged In"}]},
        "invite": {"name": "Invited a teammate"},
    },
    "lists": {"rivals": ["a.example", "b.example"]},
    "groups": {"use": {"name": "Use", "max": 30}},
    "bands": [{"at_least": 0, "name": "Cold"}, {"at_least": 50, "name": "Hot", "meaning": "Call"}],
    "criteria": [
        {"key": "invites", "name": "Invites", "measure": "count", "signals": ["invite"],
         "tiers": [{"at_least": 1, "points": 5}, {"at_least": 2, "points": 10}], "group": "use"},
        {"key": "logins", "name": "Logins", "measure": "count", "signals": ["in"],
         "per_unit": {"points": 2, "max": 5}},
        {"key": "vip", "name": "VIP", "measure": "text_matches", "attribute": "lead.title",
         "tiers": [{"keywords": list("abcdefgh"), "points": 10, "label": "Boss"}]},
        {"key": "rival", "name": "Rival", "measure": "email_domain_in",
         "tiers": [{"list": "rivals", "points": -30}]},
    ],
}  # fmt: skip


def changed(*path: Any, to: Any) -> list[tuple[str, str]]:
    """What is told once the value at ``path`` is another one; None takes it away."""
    document = copy.deepcopy(BASE)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    if to is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = to
    found = compare_documents(whole_document(BASE), whole_document(document))
    return [(change.kind.value, change.text) for change in found.changes]


EVENT = {"event": "Signed In", "where": [{"property": "plan", "op": "equals", "value": "pro"}]}
NEW = {"key": "x", "name": "New", "measure": "count", "signals": ["in"], "tiers": [{"points": 1}]}
CRITERIA = BASE["criteria"]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(
            changed("criteria", 0, "tiers", 1, "points", to=15),
            [("changed",
              "“Invites”: gives +15 (was +10) for: “Invited a teammate” 2 or more times")],
            id="points",
        ),
        pytest.param(
            changed("criteria", 0, "tiers", 1, "at_least", to=3),
            [("changed", "“Invites”: gives +10 for: “Invited a teammate” 3 or more times (was: "
              "“Invited a teammate” 2 or more times)")], id="threshold",
        ),
        pytest.param(
            changed("criteria", 0, "tiers", 0, to=None),
            [("changed", "“Invites”: no longer gives +5 for: “Invited a teammate” at least once")],
            id="a tier less",
        ),
        pytest.param(
            changed("criteria", 0, "tiers",
                    to=[*CRITERIA[0]["tiers"], {"at_least": 9, "points": 20}]),
            [("changed", "“Invites”: also gives +20 for: “Invited a teammate” 9 or more times")],
            id="a tier more",
        ),
        pytest.param(
            changed("criteria", 0, "tiers", to=CRITERIA[0]["tiers"][::-1]),
            [("moved", "“Invites”: the same in another order")], id="tiers in another order",
        ),
        pytest.param(
            changed("criteria", 1, "per_unit", to={"points": 3, "max": 5}),
            [("changed", "“Logins”: gives +3, at most 5 times (was +2, at most 5 times) for: "
              "“Logged in” each time")], id="points per unit",
        ),
        pytest.param(
            changed("criteria", 1, "signals", to=["invite"]),
            [("changed", "“Logins”: gives +2, at most 5 times for: “Invited a teammate” each time "
              "(was: “Logged in” each time)")], id="another signal",
        ),
        pytest.param(
            changed("criteria", 1, "measure", to="distinct_days"),
            [("changed", "“Logins”: gives +2, at most 5 times for: “Logged in” on each day (was: "
              "“Logged in” each time)")], id="another measure",
        ),
        pytest.param(
            changed("criteria", 2, "tiers", 0, "keywords", to=[*"abcdefg", "y", "z"]),
            [("changed", "“VIP”: +10: of its keywords 2 added (“y” and “z”), 1 removed (“h”)")],
            id="a long list, told by what came and went",
        ),
        pytest.param(
            changed("criteria", 2, "tiers", 0, "keywords", to=list("hgfedcba")),
            [("moved", "“VIP”: the same in another order")], id="a long list in another order",
        ),
        pytest.param(
            changed("criteria", 2, "tiers", 0, "label", to="Chief"),
            [("changed", "“VIP”: reps are told “Chief” (was “Boss”) for: Job title has a, b, c, d, "
              "e, f, g or h")], id="a label",
        ),
        pytest.param(
            changed("criteria", 2, "attribute", to=["lead.title", "lead.role"]),
            [("changed", "“VIP”: reads lead.title or lead.role (was lead.title) for: Job title has "
              "a, b, c, d, e, f, g or h")], id="other attributes of the same name",
        ),
        pytest.param(
            changed("criteria", 2, "axis", to="behavior"),
            [("changed", "“VIP”: moves from fit to behavior")], id="to the other axis",
        ),
        pytest.param(
            changed("criteria", 1, "name", to="Sign-ins"),
            [("changed", "“Sign-ins”: was called “Logins”")], id="a name",
        ),
        pytest.param(
            changed("criteria", 1, "source", to="Guide"),
            [("changed", "“Logins”: its source: “Guide” (was none)")], id="a source",
        ),
        pytest.param(
            changed("criteria", 1, "recency", to={"within": "48h", "factor": 2}),
            [("changed", "“Logins”: now: Counts ×2 while the last time is less than 48 hours ago")],
            id="recency",
        ),
        pytest.param(
            changed("criteria", to=[*CRITERIA, NEW]),
            [("added", "“New”: “Logged in” at least once: +1")], id="a criterion more",
        ),
        pytest.param(
            changed("criteria", to=CRITERIA[:3]),
            [("removed", "“Rival”: E-mail domain is in the list “rivals” (2 entries): −30")],
            id="a criterion less",
        ),
        pytest.param(
            changed("criteria", to=[CRITERIA[1], CRITERIA[0], *CRITERIA[2:]]),
            [("moved", "The criteria stand in another order; no score changes by that")],
            id="criteria in another order",
        ),
        pytest.param(
            changed("thresholds", to={"total": 75}),
            [("changed", "The total of a PQL: 75 (was 80)")], id="a threshold of PQLs",
        ),
        pytest.param(
            changed("limits", to={"velocity_exceeds_cap": True, "fit": 40}),
            [("changed", "The cap of fit: 40 (was 50)"),
             ("changed", "The velocity bonus may now lift behavior above its cap")], id="caps",
        ),
        pytest.param(
            changed("decay", to={"period": "14d"}),
            [("changed", "Silence costs 10 points for each full 14 days, down to 5 (was: Silence "
              "costs 10 points for each full 30 days, down to 5)")], id="decay",
        ),
        pytest.param(
            changed("combination", to={"mode": "blend", "behavior": 70, "fit": 30}),
            [("changed", "The total is 0 to 100: 70 % behavior and 30 % fit, each as a share of "
              "its cap (was: The total is fit plus behavior)")], id="a blend",
        ),
        pytest.param(
            changed("cross_product", to={"points": 10}),
            [("added", "+10 on behavior for whoever was active in 2 or more products within the "
              "last 30 days")], id="a bonus",
        ),
        pytest.param(
            changed("matrix", to={"fit": 25, "behavior": 60}),
            [("added", "Fit counts as high from 25 on, behavior from 60 on"),
             ("added", "Tier 1 is high on both, tier 2 on behavior alone, tier 3 on fit alone, "
              "tier 4 on neither")], id="a matrix",
        ),
        pytest.param(
            changed("groups", "use", to={"name": "Use", "max": 20, "min": 0}),
            [("changed", "The group “Use” counts at most 20 and at least 0 (was at most 30)")],
            id="a group",
        ),
        pytest.param(
            changed("bands", to=[{"at_least": 0, "name": "Cold"}, {"at_least": 60, "name": "Hot"}]),
            [("changed", "“Hot” from 60 (was from 50)"),
             ("changed", "“Hot” means: nothing (was: Call)")], id="bands",
        ),
        pytest.param(
            changed("bands", 1, "name", to="Warm"),
            [("added", "“Warm” from a total of 50: Call"), ("removed", "“Hot” from a total of 50")],
            id="a band of another name",
        ),
        pytest.param(
            changed("lists", "rivals", to=["b.example", "c.example", "d.example"]),
            [("changed", "“Rival”: gives −30 for: E-mail domain is in the list “rivals” (3 entries)"
              " (was: E-mail domain is in the list “rivals” (2 entries))"),
             ("changed", "The list “rivals”: 2 added (“c.example” and “d.example”), 1 removed "
              "(“a.example”)")][1:], id="a list",
        ),
        pytest.param(
            changed("lists", "rivals", to=["b.example", "a.example"]),
            [("moved", "The list “rivals” has the same entries in another order")],
            id="a list in another order",
        ),
        pytest.param(
            changed("signals", "in", "events", to=[EVENT]),
            [("added", "“Logged in” is also made of “Signed In” where plan is pro"),
             ("removed", "“Logged in” is no longer made of “Logged In”")], id="a mapping",
        ),
        pytest.param(
            changed("signals", "in", "events", to=None), [], id="a file that leaves events out"
        ),
        pytest.param(
            changed("signals", "in", "activity", to=False),
            [("changed", "“Logged in” counts no longer as using the product")], id="activity",
        ),
        pytest.param(
            changed("description", to="For all"),
            [("changed", "Description: “For all”")], id="a description",
        ),
        pytest.param(changed("note", to="Because"), [], id="a note is no difference"),
    ],
)  # fmt: skip
def test_differences_in_words(
    found: list[tuple[str, str]], expected: list[tuple[str, str]]
) -> None:
    assert found == expected


@pytest.mark.parametrize("name", preset_names())
def test_nothing_differs_from_itself(name: str) -> None:
    document = whole_document(load_preset(name))
    found = compare_documents(document, copy.deepcopy(document))
    assert (found.groups, found.summary, found.changes_scores) == ((), "Nothing differs", False)


def test_presets_compared_tell_whole_sentences() -> None:
    standard = whole_document(load_preset("standard"))
    for name in preset_names():
        found = compare_documents(standard, whole_document(load_preset(name)))
        assert name == "standard" or found.groups
        for change in found.changes:
            assert "None" not in change.text.replace("None yet", "")
            assert "  " not in change.text


@settings(max_examples=EXAMPLES * 3, deadline=None)
@given(document=whole_documents())
def test_any_change_of_points_is_told_both_ways(document: dict[str, Any]) -> None:
    """A change that moves scores is never silent, and never told as one of order."""
    then = whole_document(document)
    other = copy.deepcopy(document)
    entry = random.Random(len(str(document))).choice(other["criteria"])
    (form,) = (FORMS | VELOCITY_FORMS) & entry.keys()
    if form == "tiers":
        entry["tiers"][0]["points"] -= 7
    elif form in ("per_unit", "per_period"):
        entry[form] = {**entry[form], "points": entry[form]["points"] - 7}
    else:
        entry[form] = entry[form] + 1
    now = whole_document(other)
    for before, after in ((then, now), (now, then)):
        found = compare_documents(before, after)
        kinds = {change.kind for change in found.changes if change.key == entry["key"]}
        assert kinds == {Kind.CHANGED}
