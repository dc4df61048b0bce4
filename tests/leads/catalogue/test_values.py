"""What of property values a page may show."""

from typing import Any

import pytest

from leads.catalogue.values import describe_properties, flatten, shape_of


@pytest.mark.parametrize(
    ("name", "value", "shape"),
    [
        ("invitee", "Anna@Company.example", "e-mail address"),
        ("email", "no address", "personal or free text"),
        ("first_name", "Anna", "personal or free text"),
        ("user.name", "Anna Berg", "personal or free text"),
        ("search_term", "layoffs", "personal or free text"),
        ("contact", "+49 (30) 123-4567", "phone number or long number"),
        ("contact", "ask anna@company.example", "text with an e-mail address"),
        ("from", "192.168.10.1", "IP address"),
        ("from", "2001:db8::1", "IP address"),
        ("page", "https://app.example/u/17?token=1", "web address"),
        ("project", "0b7e2f4c-9d0f-4f6e-8f53-5cbe7a6f2f11", "id"),
        ("account", 123456789012, "long number"),
        ("about", "x" * 41, "long text"),
        ("tags", ["a"], "list of 1"),
        ("plan", "pro", None),
        ("seats", 12, None),
        ("first", True, None),
        ("on", "2026-11-21T12:00:00Z", None),
        ("filename", "report.csv", None),
    ],
)
def test_shapes(name: str, value: Any, shape: str | None) -> None:
    assert shape_of(name, value) == shape


def test_facts_of_properties() -> None:
    facts = describe_properties(
        [
            (1, {"plan": "pro", "seats": 5, "who": "a@b.example"}),
            (2, {"plan": "pro", "seats": 5.0}),
            (3, {"plan": "hers alone", "seats": None}),
            (3, {"plan": "", "team": {"size": 2}}),
        ]
    )
    plan, seats, size, who = sorted(facts, key=lambda fact: fact.name)[:1] + [
        next(fact for fact in facts if fact.name == name) for name in ("seats", "team.size", "who")
    ]
    assert (plan.filled, plan.of, plan.fill, plan.types) == (3, 4, 75, ("text",))
    assert plan.values == (("pro", 2),)
    assert plan.shapes == ("text of one person",)
    assert (seats.values, seats.types, seats.fill) == ((("5", 2),), ("number",), 50)
    assert size.values == (("2", 1),)
    assert (who.values, who.shapes) == ((), ("e-mail address",))


def test_hardly_ever_and_nearly_always_are_not_never_and_always() -> None:
    facts = describe_properties([(n, {"a": 1} | ({"b": 1} if n else {})) for n in range(1000)])
    assert {fact.name: fact.fill for fact in facts} == {"a": 100, "b": 99}


def test_names_that_are_addresses_are_left_out() -> None:
    assert dict(flatten({"a@b.example": 1, "x": {"y": 2}, "empty": {}})) == {"x.y": 2, "empty": {}}
