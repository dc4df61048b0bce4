"""What keeps a draft from being published is told whole, and where to mend it."""

from copy import deepcopy
from typing import Any

import pytest

from rubrics.editing.checking import problems
from rubrics.presets import load_preset, preset_names
from tests.rubrics.editing.conftest import DOCUMENT

SIGNALS = frozenset({"used", "invited"})


def spoiled(**changes: Any) -> dict[str, Any]:
    criteria = deepcopy(DOCUMENT["criteria"])
    for entry in criteria:
        entry.setdefault("name", entry["key"])
        entry.setdefault("axis", "behavior")
    return {**deepcopy(DOCUMENT), "criteria": criteria, **changes}


@pytest.mark.parametrize("name", preset_names())
def test_presets_have_none(name: str) -> None:
    preset = load_preset(name)
    for entry in preset["criteria"]:
        entry.setdefault("axis", "behavior")
    assert problems(preset, frozenset(preset["signals"])) == []


def test_every_part_that_is_wrong_is_named() -> None:
    document = spoiled(thresholds={"total": -1}, groups={"use": {"max": 3}, "empty": {"max": 1}})
    document["criteria"][0]["tiers"] = []
    document["criteria"][3]["signals"] = ["gone"]
    del document["criteria"][4]["signals"]
    found = problems(document, SIGNALS)
    assert [(one.part, one.where) for one in found] == [
        ("criteria.size", "criteria.size.tiers"),
        ("criteria.invites", "criteria.invites.signals"),
        ("criteria.away", "criteria.away.signals"),
        ("groups", "groups.empty"),
        ("thresholds", "thresholds.total"),
    ]


def test_a_group_of_both_axes_and_no_criteria_at_all() -> None:
    document = spoiled()
    document["criteria"][0]["group"] = "use"
    assert [one.part for one in problems(document, SIGNALS)] == ["groups"]
    assert [one.part for one in problems(spoiled(criteria=[], groups={}), SIGNALS)] == ["criteria"]


def test_signals_of_silence_that_the_product_lacks() -> None:
    (found,) = problems(spoiled(activity_signals=["gone"]), SIGNALS)
    assert (found.part, found.where) == ("decay", "activity_signals")
