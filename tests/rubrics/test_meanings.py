"""A key of a criterion that was published never comes to mean something else unnoticed."""

from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from leads.models import Product
from rubrics.editing import remove_criterion, save_criterion
from rubrics.files import RubricFile, RubricFileError, parse_text
from rubrics.importing import import_rubric, plan_import
from rubrics.meanings import _kind, free_key, reused_keys
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.presets import load_preset, preset_names
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import draft_version, load_rubric
from tests.rubrics.makers import AT
from tests.rubrics.scored import DOCUMENT

pytestmark = pytest.mark.django_db
USED: dict[str, Any] = {"key": "used", "axis": "behavior", "measure": "count", "signals": ["used"],
                        "tiers": [{"points": 5}]}  # fmt: skip
OF_ATTRIBUTE = {"key": "used", "axis": "fit", "measure": "is_present", "attribute": "lead.title",
                "tiers": [{"points": 5}]}  # fmt: skip
OF_ANOTHER = {**USED, "signals": ["recent"]}


def text_of(*criteria: dict[str, Any]) -> str:
    """The small rubric's file with these criteria; the first one stands in line 2."""
    others = {name: part for name, part in DOCUMENT.items() if name != "criteria"}
    rows = "\n".join(
        f"- {yaml.safe_dump(one, default_flow_style=True).strip()}" for one in criteria
    )
    return f"criteria:\n{rows}\n{yaml.safe_dump(others)}"


@pytest.mark.parametrize(
    ("entry", "is_certain"),
    [
        pytest.param(OF_ATTRIBUTE, True, id="known instead of done"),
        pytest.param({**USED, "measure": "days_since", "role": "silence",
                      "tiers": [{"at_least": "14d", "points": -5}]}, True, id="silence"),
        pytest.param({"key": "used", "measure": "trial_age", "axis": "behavior",
                      "tiers": [{"at_least": "9d", "points": 5}]}, True, id="of no signal"),
        pytest.param(OF_ANOTHER, False, id="another signal"),
        pytest.param({**USED, "measure": "distinct_days"}, None, id="another measure of it"),
        pytest.param({**USED, "signals": ["recent"],
                      "tiers": [{"points": 1}, {"points": 9, "signals": ["used"]}]}, None,
                     id="the same signal in a tier"),
        pytest.param({**OF_ATTRIBUTE, "key": "new"}, None, id="a key that is new"),
    ],
)  # fmt: skip
def test_reused_keys(
    version: RubricVersion, entry: dict[str, Any], is_certain: bool | None
) -> None:
    found = reused_keys([entry], version.rubric)
    assert [one.is_certain for one in found] == ([] if is_certain is None else [is_certain])
    for one in found:
        assert "means something else in small v1: “Used” (" in one.problem
        assert "a key of its own, e.g. used_2" in one.problem


def test_drafts_bind_nobody_and_the_newest_published_version_does(
    product: Product, version: RubricVersion
) -> None:
    load_rubric({**DOCUMENT, "criteria": [OF_ATTRIBUTE]}, product=product, by=None, at=AT)
    assert reused_keys([USED], version.rubric) == []
    without = load_rubric({**DOCUMENT, "criteria": [{**USED, "key": "else"}]},
                          product=product, by=None, at=AT)  # fmt: skip
    publish_now(without, by=None, at=AT)
    (found,) = reused_keys([OF_ATTRIBUTE], version.rubric)
    assert found.version == version


def test_a_file_of_another_kind_is_refused_with_line_and_fix(
    product: Product, version: RubricVersion, tmp_path: Path
) -> None:
    text = text_of({**USED, "key": "first"}, OF_ATTRIBUTE)
    with pytest.raises(RubricFileError, match=r"line 3: criteria.used.key: means something else"):
        import_rubric(parse_text(text), product=product, by=None, at=AT)
    path = tmp_path / "small.yaml"
    path.write_text(text)
    with pytest.raises(CommandError, match=r"in small v1: “Used” .* e\.g\. used_2"):
        call_command("load_rubric", str(path), product=product.key)
    assert version.rubric.versions.count() == 1


def test_a_file_of_another_signal_is_told(
    product: Product, version: RubricVersion, tmp_path: Path
) -> None:
    (doubt,) = plan_import(parse_text(text_of(OF_ANOTHER)), product=product).doubts
    assert "If it is the same thing, told by other signals now, keep the key" in doubt.problem
    path, errors = tmp_path / "small.yaml", StringIO()
    path.write_text(text_of(OF_ANOTHER))
    call_command("load_rubric", str(path), product=product.key, stdout=StringIO(), stderr=errors)
    assert errors.getvalue().startswith("Note: criteria.used.key means something else in small v1")
    assert version.rubric.versions.count() == 2


def test_a_file_of_the_version_itself_is_fine(product: Product, version: RubricVersion) -> None:
    plan = plan_import(RubricFile.of(document_of(version)), product=product)
    assert plan.doubts == ()


def test_the_editor_keeps_keys_apart(version: RubricVersion) -> None:
    draft = draft_version(version, by=None, at=AT)
    seen = document_of(draft)["criteria"][0]
    with pytest.raises(SpecError, match=r"role: would make another criterion of it: in small v1"):
        save_criterion(draft, entry=OF_ATTRIBUTE, seen=seen, by=None, at=AT, unfinished=True)
    remove_criterion(draft, key="used", by=None, at=AT)
    new = {name: value for name, value in OF_ANOTHER.items() if name != "key"}
    made = save_criterion(draft, entry={**new, "name": "Used"}, seen=None, by=None, at=AT)
    assert made.key == "used_2"
    same = {**new, "name": "Used", "signals": ["used"]}
    assert save_criterion(draft, entry=same, seen=None, by=None, at=AT).key == "used"


def test_presets_of_the_same_subject_share_keys_for_the_same_kind_only() -> None:
    """So a draft may be made of any of them, whatever was published before."""
    documents = [load_preset(name) for name in preset_names()]
    for one, other in combinations(documents, 2):
        if one.get("subject") != other.get("subject"):
            continue
        mine, others = ({e["key"]: _kind(e) for e in d["criteria"]} for d in (one, other))
        shared = mine.keys() & others.keys()
        assert {key: mine[key] for key in shared} == {key: others[key] for key in shared}


def test_free_key() -> None:
    assert free_key("used", {"other"}) == "used"
    assert free_key("used", {"used", "used_2"}) == "used_3"
