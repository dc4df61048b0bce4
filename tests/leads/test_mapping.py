"""Events -> hits."""

from typing import Any

import pytest

from leads.keys import hash_key
from leads.mapping import Condition, HitFacts, Mapping, MappingTable, split_path


def hits(mapping: Mapping, properties: dict[str, Any], **event: Any) -> list[HitFacts]:
    kind, name = event.get("kind", "track"), event.get("name", "E")
    return list(
        MappingTable([mapping]).hits(
            kind, name, properties, source_id=event.get("source_id", 1), session="s"
        )
    )


def with_condition(op: str, value: Any = None, path: str = "x") -> Mapping:
    return Mapping(1, 1, "track", "E", conditions=(Condition(split_path(path), op, value),))


@pytest.mark.parametrize(
    ("op", "wanted", "actual", "is_hit"),
    [
        ("equals", "pro", "Pro ", True),
        ("equals", "20", 20, True),
        ("equals", 20, "20.0", True),
        ("equals", "true", True, True),
        ("equals", 1, True, False),
        ("equals", "NaN", "NaN", True),
        ("not_equals", "free", "pro", True),
        ("contains", "price", "/PRICEs", True),
        ("contains", "a", ["a", "b"], True),
        ("contains", "a", {"a": 1}, False),
        ("at_least", 20, 20, True),
        ("at_least", 20, "NaN", False),
        ("at_least", 20, "Infinity", False),
        ("at_least", "20", "21", True),
        ("at_least", 20, "--21", False),
        ("at_most", 3, 2.5, True),
        ("at_most", 3, None, False),
        ("present", None, 0, True),
        ("present", None, "", False),
        ("missing", None, None, True),
        ("missing", None, False, False),
    ],
)
def test_condition(op: str, wanted: Any, actual: Any, is_hit: bool) -> None:
    assert bool(hits(with_condition(op, wanted), {"x": actual})) is is_hit


def test_condition_on_a_missing_property() -> None:
    assert not hits(with_condition("equals", "a"), {})
    assert hits(with_condition("missing"), {})
    assert hits(with_condition("not_equals", "a"), {})


def test_nested_and_dotted_properties() -> None:
    mapping = with_condition("equals", 1, path="plan.seats")
    assert hits(mapping, {"plan": {"seats": 1}})
    assert hits(mapping, {"plan.seats": 1})
    assert not hits(mapping, {"plan": 1})


def test_value_and_session() -> None:
    mapping = Mapping(1, 2, "track", "E", value_path=("percent",), session_path=("visit",))
    (hit,) = hits(mapping, {"percent": "50.5", "visit": 7})
    assert hit == HitFacts(1, 2, 50.5, hash_key("50.5"), hash_key("7"))
    (hit,) = hits(mapping, {"percent": [1]})
    assert hit == HitFacts(1, 2, None, None, None)
    (hit,) = hits(Mapping(1, 2, "track", "E"), {})
    assert hit.session_key == hash_key("s")


def test_source_kind_and_any_name() -> None:
    assert not hits(Mapping(1, 1, "track", "E", source_id=2), {})
    any_page = Mapping(1, 1, "page")
    assert hits(any_page, {}, kind="page", name="Pricing")
    assert hits(any_page, {}, kind="page", name="")
    assert not hits(any_page, {}, kind="screen", name="Pricing")


def test_several_mappings_of_a_signal_are_one_hit_each_event() -> None:
    table = MappingTable(
        [
            Mapping(1, 1, "track", "E", value_path=("a",)),
            Mapping(1, 1, "track", "E", value_path=("b",)),
            Mapping(2, 1, "track", "E"),
        ]
    )
    found = table.hits("track", "E", {"a": 1, "b": 2}, source_id=1, session="")
    assert [(hit.signal_id, hit.number) for hit in found] == [(1, 1.0), (2, None)]
