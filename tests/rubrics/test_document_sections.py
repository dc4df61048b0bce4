"""The sections of a document beside its criteria: what they compile to, and what is refused."""

import copy
from fractions import Fraction
from typing import Any

import pytest

from rubrics.documents import parse_document, used_signals
from rubrics.measures import SpecError
from rubrics.scoring.types import (
    DAY_US,
    Axis,
    Band,
    Blend,
    Condition,
    Decay,
    DecayMode,
    Group,
    Matrix,
    Subject,
)

LOGINS = {"key": "logins", "measure": "count", "signals": ["logged_in"], "tiers": [{"points": 5}]}
SIZE = {"key": "size", "measure": "number_in_range", "attribute": "account.employees",
        "tiers": [{"ranges": [[50, 500]], "points": 15}]}  # fmt: skip
BURST = {"key": "burst", "role": "velocity", "measure": "bursts", "signals": ["logged_in"],
         "size": 5, "window": "48h", "points_per_burst": 25}  # fmt: skip
FREE = {"measure": "value_in_list", "attribute": "account.plan", "values": ["free"]}
UPGRADES = {"measure": "count", "signals": ["upgraded"], "less_than": 1}


def document(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy({"criteria": [LOGINS, SIZE], **changes})


def grouped(**group: Any) -> dict[str, Any]:
    return {"criteria": [{**LOGINS, "group": "use"}, SIZE], "groups": {"use": group}}


BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "a subject there is not": ({"subject": "team"}, "subject", "lead, account"),
    "an account's rubric that looks at a person": (
        {"subject": "account", "criteria": [
            {**SIZE, "attribute": ["account.size", "lead.size"]}]},
        "criteria.size.tiers[1]", "an account has no lead.size",
    ),
    "an account's rubric that looks at an e-mail": (
        {"subject": "account", "criteria": [
            {"key": "x", "measure": "email_domain_in", "domains": ["x.example"],
             "tiers": [{"points": 1}]}]},
        "criteria.x.tiers[1]", "an account has no lead.email",
    ),
    "a segment without a name": ({"segment": {"when": [FREE]}}, "segment.name", "Enterprise"),
    "a segment for everybody": ({"segment": {"name": "All"}}, "segment.when", "at least one"),
    "a segment by behavior": (
        {"segment": {"name": "Busy", "when": [UPGRADES]}}, "segment.when[1].measure", "attributes",
    ),
    "a condition that is a word": (
        {"ceiling": {"behavior": 40, "when": ["free"]}}, "ceiling.when[1]", "is a mapping",
    ),
    "a condition with two comparisons": (
        {"ceiling": {"behavior": 40, "when": [{**UPGRADES, "at_least": 1}]}},
        "ceiling.when[1]", "give one of",
    ),
    "a condition of yes or no that is compared": (
        {"ceiling": {"behavior": 40, "when": [{**FREE, "at_least": 1}]}},
        "ceiling.when[1]", "yes or no",
    ),
    "a condition of yes or no in words": (
        {"ceiling": {"behavior": 40, "when": [{**FREE, "is": "yes"}]}},
        "ceiling.when[1].is", "none of true, false, unknown",
    ),
    "a misspelt condition": (
        {"ceiling": {"behavior": 40, "when": [{**UPGRADES, "lessthan": 1}]}},
        "ceiling.when[1].lessthan", "known are",
    ),
    "a ceiling of nothing said": (
        {"ceiling": {"when": [UPGRADES]}}, "ceiling.behavior", "whole number",
    ),
    "a blend that is more than all": (
        {"combination": {"mode": "blend", "behavior": 70, "fit": 40}}, "combination", "100 percent",
    ),
    "a sum with weights": ({"combination": {"behavior": 70}}, "combination", "mode: blend"),
    "another combination": ({"combination": {"mode": "max"}}, "combination.mode", "sum or blend"),
    "a blend of an axis that is none": (
        {"combination": {"mode": "blend", "behavior": 70, "fit": 30}, "limits": {"fit": 0}},
        "limits", "above 0",
    ),
    "decay by nothing": ({"decay": {"mode": "percent", "percent": 0}}, "decay.percent", "1 and"),
    "expiry without a price": (
        {"decay": {"expired": {"period": "7d"}}}, "decay.expired.points", "whole number",
    ),
    "a bonus for one product": (
        {"cross_product": {"points": 10, "products": 1}}, "cross_product.products", "2 or more",
    ),
    "a bonus within nothing": (
        {"cross_product": {"points": 10, "within": "soon"}}, "cross_product.within", "30m, 48h",
    ),
    "a group there is not": (
        {"criteria": [{**LOGINS, "group": "use"}]}, "criteria.logins.group", "is no group",
    ),
    "a group of nobody": ({"groups": {"use": {"max": 5}}}, "groups.use", "no criterion belongs"),
    "a group without a limit": (grouped(), "groups.use", "give max, min"),
    "a group whose ends cross": (grouped(max=5, min=6), "groups.use.min", "5 or less"),
    "a group of both axes": (
        {"criteria": [{**LOGINS, "group": "g"}, {**SIZE, "group": "g"}],
         "groups": {"g": {"max": 5}}},
        "groups.g", "all of fit or all of behavior",
    ),
    "a group with a bonus": (
        {"criteria": [{**BURST, "group": "g"}], "groups": {"g": {"max": 5}}},
        "criteria.burst.group", "no group",
    ),
    "a matrix of one axis": ({"matrix": {"fit": 25}}, "matrix.behavior", "whole number"),
    "bands from nowhere": ({"bands": [{"at_least": 5, "name": "x"}]}, "bands", "start at 0"),
    "bands that fall": (
        {"bands": [{"at_least": 0, "name": "x"}, {"at_least": 0, "name": "y"}]}, "bands", "rise",
    ),
    "a band without a name": ({"bands": [{"at_least": 0}]}, "bands[1].name", "names the band"),
    "bands that are a word": ({"bands": "hot"}, "bands", "is a list"),
    "recency of a bonus": (
        {"criteria": [{**BURST, "recency": {"within": "48h", "factor": 2}}]},
        "criteria.burst.recency", "bursts are recent",
    ),
    "recency of who they are": (
        {"criteria": [{**SIZE, "recency": {"within": "48h", "factor": 2}}]},
        "criteria.size.recency", "hits of signals",
    ),
    "recency without a factor": (
        {"criteria": [{**LOGINS, "recency": {"within": "48h"}}]},
        "criteria.logins.recency.factor", "no number",
    ),
    "recency beyond reason": (
        {"criteria": [{**LOGINS, "recency": {"within": "48h", "factor": 101}}]},
        "criteria.logins.recency.factor", "between 0 and 100",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "where", "fix"), [pytest.param(*case, id=name) for name, case in BAD.items()]
)
def test_sections_refused(change: dict[str, Any], where: str, fix: str) -> None:
    with pytest.raises(SpecError) as error:
        parse_document(document(**change))
    assert error.value.where == where
    assert fix in str(error.value)


def test_defaults_are_those_of_before() -> None:
    version = parse_document(document())
    assert version.subject is Subject.LEAD
    assert (version.segment, version.blend, version.ceiling, version.matrix) == (None,) * 4
    assert (version.groups, version.bands, version.cross_product) == ((), (), None)
    assert version.decay == Decay()
    assert version.max_total == 150
    assert len(version.columns) == 2


def test_every_section_compiles() -> None:
    version = parse_document(
        document(
            **grouped(name="Usage", max=30, min=-5),
            combination={"mode": "blend", "behavior": 70, "fit": 30},
            decay={"mode": "percent", "percent": 12.5, "expired": {"points": 20, "period": "7d"}},
            ceiling={
                "name": "Free",
                "behavior": 40,
                "when": [
                    {"measure": "trial_age", "more_than": "90d"},
                    {**FREE, "is": "unknown"},
                    UPGRADES,
                ],
            },
            segment={"name": "Enterprise", "when": [{**FREE, "is": False}]},
            cross_product={"points": 10},
            matrix={"fit": 25, "behavior": 60},
            bands=[{"at_least": 0, "name": "Cold"}, {"at_least": 31, "name": "Warm"}],
        )
    )  # fmt: skip
    measures = [column.measure for column in version.columns]
    assert measures == ["count", "number_in_range", "trial_over", "value_in_list", "trial_age",
                        "count", "active_products"]  # fmt: skip
    assert version.groups == (Group("use", "Usage", Axis.BEHAVIOR, (0,), 30, -5),)
    assert (version.blend, version.max_total) == (Blend(70, 30), 100)
    assert version.decay.mode is DecayMode.PERCENT
    assert version.decay.percent == Fraction(25, 2)
    assert version.decay.expired is not None
    assert version.decay.expired.column == 2
    assert version.segment is not None
    assert version.segment.when == (Condition(3, 1, below=True),)
    assert version.ceiling is not None
    assert version.ceiling.when == (
        Condition(4, 90 * DAY_US + 1), Condition(3, unknown=True), Condition(5, 1, below=True),
    )  # fmt: skip
    assert version.matrix == Matrix(25, 60)
    assert version.bands == (Band(0, "Cold"), Band(31, "Warm"))
    assert used_signals(version) == {"logged_in", "upgraded"}


def test_recency_looks_at_every_tier_s_signals() -> None:
    tiers = [{"signals": ["a"], "points": 10}, {"signals": ["b"], "points": 3}]
    recency = {"within": "48h", "factor": 1.5}
    pricing = {"key": "p", "measure": "count", "tiers": tiers, "recency": recency}
    version = parse_document({"criteria": [pricing]})
    found = version.criteria[0].recency
    assert found is not None
    assert (found.within_us, found.factor) == (2 * DAY_US, Fraction(3, 2))
    assert version.columns[found.column].params["signals"] == ("a", "b")
