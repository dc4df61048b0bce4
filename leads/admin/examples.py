"""Sampled events as pages show them."""

from collections.abc import Iterable, Sequence
from typing import Any

from leads.catalogue.sampling import Sample, SampledEvent
from leads.catalogue.values import PropertyFacts, describe_properties, shown_properties

Example = tuple[SampledEvent, list[tuple[str, str]]]


def describe(sample: Sample) -> list[PropertyFacts]:
    """What the properties of the sampled events are."""
    return describe_properties((event.lead_id, event.properties) for event in sample.events)


def examples(events: Iterable[SampledEvent], facts: Sequence[PropertyFacts]) -> list[Example]:
    """Events with those of their properties that may be shown."""
    shared = {(fact.name, value) for fact in facts for value, _ in fact.values}
    return [(event, shown_properties(event.properties, shared)) for event in events]


def properties_table(facts: Sequence[PropertyFacts]) -> dict[str, Any]:
    """Properties as the theme's table takes them."""
    return {
        "headers": ["property", "type", "filled", "values"],
        "rows": [
            [fact.name, ", ".join(fact.types), f"{fact.fill} %", _values_words(fact)]
            for fact in facts
        ],
    }


def _values_words(fact: PropertyFacts) -> str:
    told = [f"{value} ({count:,})" for value, count in fact.values]
    return ", ".join([*told, *fact.shapes])
