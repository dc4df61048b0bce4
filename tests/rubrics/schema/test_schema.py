"""The JSON Schema against the parser: the same fields, and nothing stricter."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rubrics.documents import parse_document
from rubrics.documents.columns import COMPARISONS
from rubrics.documents.criteria import CRITERION_FIELDS, EVERY_FORM, TIER_FIELDS
from rubrics.documents.document import TOP_FIELDS
from rubrics.documents.signals import EVENT_FIELDS, SIGNAL_FIELDS, WHERE_FIELDS
from rubrics.measures import MEASURES, SpecError
from rubrics.presets import FOLDER, fill_lists, load_preset, preset_names
from rubrics.schema import rubric_schema
from tests.depth import EXAMPLES
from tests.oracle.sections import full_documents

ROOT = Path(__file__).parents[3]
SCHEMA = rubric_schema()
CHECKER = jsonschema.Draft202012Validator(SCHEMA)
DEFS = SCHEMA["$defs"]
FILES = [*FOLDER.glob("*.yaml"), *(ROOT / "docs" / "examples").glob("*.yaml")]
JUNK = st.sampled_from(
    [None, True, False, 0, -1, 1.5, 10**6, "", "x", "14d", "a b", [], ["x"], [1], [None], {},
     {"x": 1}, [[1, 2]], "x" * 400]
)  # fmt: skip


def problems(document: object) -> list[str]:
    return [error.message for error in CHECKER.iter_errors(document)]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(rubric_schema("https://x/"))) == {**SCHEMA, "$id": "https://x/"}


def test_it_knows_the_parsers_fields_and_no_others() -> None:
    sections = SCHEMA["properties"]
    assert sections.keys() == TOP_FIELDS
    for measure in MEASURES.values():
        criterion = DEFS[f"criterion_{measure.key}"]["properties"]
        assert criterion.keys() | EVERY_FORM == CRITERION_FIELDS | measure.fields
        tier = criterion["tiers"]["items"]["properties"]
        assert tier.keys() | {"at_least", "more_than"} == TIER_FIELDS | measure.fields
        condition = DEFS[f"condition_{measure.key}"]["properties"].keys() - measure.fields
        is_flag = measure.unit == "flag"
        assert condition == {"measure"} | ({"is"} if is_flag else COMPARISONS - {"is"})
    signal = sections["signals"]["additionalProperties"]["properties"]
    assert signal.keys() == SIGNAL_FIELDS
    event = signal["events"]["items"]["properties"]
    assert event.keys() == EVENT_FIELDS
    assert event["where"]["items"]["properties"].keys() == WHERE_FIELDS
    assert {name for name in DEFS if "_" in name} == {
        f"{kind}_{key}" for key in MEASURES for kind in ("criterion", "condition")
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shipped_files_are_valid(path: Path) -> None:
    assert problems(yaml.safe_load(path.read_text(encoding="utf-8"))) == []


def test_golden_rubrics_are_valid() -> None:
    files = (ROOT / "tests" / "golden").rglob("*.yaml")
    contents = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in files]
    found = [rubric for content in contents for rubric in golden_rubrics(content)]
    assert len(found) >= 4
    for rubric in found:
        assert problems(rubric) == []


def golden_rubrics(content: Any) -> Iterator[dict[str, Any]]:
    """The rubrics that a golden file writes out itself."""
    if isinstance(content, dict):
        if isinstance(content.get("criteria"), list):  # an override names them by key
            yield content
        for value in content.values():
            yield from golden_rubrics(value)
    elif isinstance(content, list):
        for value in content:
            yield from golden_rubrics(value)


@settings(max_examples=EXAMPLES * 5, deadline=None)
@given(document=full_documents())
def test_whatever_the_parser_reads_is_valid(document: dict[str, Any]) -> None:
    parse_document(document)
    assert problems(document) == []


@st.composite
def mistakes(draw: st.DrawFn) -> dict[str, Any]:
    """A good document with something in it replaced, taken away or added."""
    base = draw(st.one_of(full_documents(), st.sampled_from(preset_names()).map(load_preset)))
    document: dict[str, Any] = copy.deepcopy(base)
    for _ in range(draw(st.integers(1, 2))):
        holder, key = draw(st.sampled_from(list(places(document))))
        what = draw(st.sampled_from(["replace", "replace", "drop", "add"]))
        if what == "replace":
            holder[key] = draw(JUNK)
        elif what == "drop":
            del holder[key]
        elif isinstance(holder, dict):
            holder[draw(st.sampled_from(["axis", "points", "list", "max", "nonsense"]))] = draw(
                JUNK
            )
    return document


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Everything that could be replaced: what holds it, and where."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in list(entries):
        yield value, key
        if isinstance(inner, dict) or (isinstance(inner, list) and len(inner) < 20):
            yield from places(inner)


LIST_REPLACED = {
    **load_preset("standard"),
    "criteria": [
        {"key": "x", "measure": "value_in_list", "attribute": "lead.title", "list": None,
         "tiers": [{"points": 5, "list": "academic"}]},
    ],
}  # fmt: skip
"""Every tier replaces the criterion's own list, which is none."""


@settings(max_examples=EXAMPLES * 4, deadline=None)
@given(document=mistakes())
@example(document={"criteria": [{"key": "x", "measure": "count", "group": ["x"]}]})
@example(document=LIST_REPLACED)
def test_what_the_schema_refuses_the_parser_refuses(document: dict[str, Any]) -> None:
    """And the parser refuses with a SpecError, whatever it is given."""
    found = problems(document)
    try:
        parse_document(fill_lists(copy.deepcopy(document)))
    except SpecError:
        return
    assert found == [], document


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"measure": "coutn"}, "'coutn' is not one of"),
        ({"window": {"first": "7 weeks"}}, "is not valid under any of the given schemas"),
        ({"singals": ["x"]}, "'singals' was unexpected"),
        ({"tiers": [{"at_least": "3"}]}, "'points' is a required property"),
        ({"per_unit": {"points": 1}}, "is valid under each of"),
    ],
)
def test_what_editors_should_mark_is_marked(change: dict[str, Any], expected: str) -> None:
    good = {"key": "x", "measure": "count", "signals": ["a"], "tiers": [{"points": 1}]}
    assert problems({"criteria": [good]}) == []
    assert any(expected in problem for problem in problems({"criteria": [{**good, **change}]}))
